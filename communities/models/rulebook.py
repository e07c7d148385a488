"""Policy as data: documents and the rules they set (rules.md section 2; called rulebook in code)."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models


class PolicyDocument(models.Model):
    """A published document."""

    code = models.CharField(max_length=40, primary_key=True)
    title = models.CharField(max_length=200)
    issuer = models.CharField(max_length=80, blank=True)
    level = models.CharField(max_length=20, blank=True)
    issued_on = models.DateField(
        null=True, blank=True, help_text="Nobody writes it yet; from when a rule holds is PolicyRule.valid_from"
    )

    def __str__(self) -> str:
        return self.title


class PolicyRule(models.Model):
    """The value of one key for a place (code prefix), time, zone classes and need kinds."""

    document = models.ForeignKey(PolicyDocument, on_delete=models.CASCADE, related_name="rules")
    key = models.CharField(max_length=60)
    value = models.JSONField()
    scope = models.CharField(max_length=12, blank=True, help_text="Code prefix; empty: everywhere")
    zone_classes = ArrayField(models.CharField(max_length=13), default=list, blank=True)
    need_kinds = ArrayField(models.CharField(max_length=30), default=list, blank=True)
    is_mandatory = models.BooleanField(default=False, help_text="A narrower rule does not override it")
    valid_from = models.DateTimeField(null=True, blank=True)
    valid_until = models.DateTimeField(null=True, blank=True)
    quote = models.CharField(max_length=120, blank=True)

    class Meta:
        indexes = [models.Index(fields=["key"], name="policy_rule_key")]
        constraints = [models.UniqueConstraint(fields=["document", "key", "scope"], name="policy_rule_once")]

    def __str__(self) -> str:
        return f"{self.key}={self.value}"
