"""What happened at a gate: facts, appended, never refused (INV-28)."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from communities.states import Answer, Decision, Direction
from core.actors import Actor
from core.guards import append_only, words
from core.vocabulary import Role

PASSED = (Decision.LET_OUT, Decision.LET_IN, Decision.CHECKED, Decision.EMERGENCY)


class ScanQuerySet(models.QuerySet["Scan"]):
    """Questions about scans."""

    def passed(self) -> ScanQuerySet:
        """Scans after which somebody went through, without those the guard took back at once."""
        return self.filter(decision__in=PASSED, correction__isnull=True)

    def with_pass(self) -> ScanQuerySet:
        """Fetch pass, gate and correction along."""
        return self.select_related("gate_pass", "gate", "community", "correction")

    def visible_to(self, actor: Actor) -> ScanQuerySet:
        """The scans of a guard's or a community's own compound."""
        if actor.role in {Role.GUARD, Role.STAFF, Role.LEAD}:
            return self.filter(community_id=actor.place_code[:12])
        return self.none()


class Scan(models.Model):
    """One passage, or one question, at one gate."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    event_id = models.UUIDField(unique=True, help_text="Made on the device; the same scan uploaded twice is one row")
    gate = models.ForeignKey("communities.Gate", on_delete=models.PROTECT, related_name="scans")
    community = models.ForeignKey("communities.Community", on_delete=models.PROTECT, related_name="scans")
    gate_pass = models.ForeignKey("communities.GatePass", on_delete=models.PROTECT, null=True, blank=True)
    case_ref = models.UUIDField(null=True, blank=True, db_index=True)
    direction = models.CharField(max_length=5, choices=Direction)
    answer = models.CharField(max_length=5, choices=Answer)
    decision = models.CharField(max_length=9, choices=Decision)
    reason = models.CharField(max_length=40, blank=True, help_text="Stable code of the answer's reason")
    is_emergency = models.BooleanField(default=False)
    building = models.CharField(max_length=40, blank=True)
    party_size = models.PositiveSmallIntegerField(null=True, blank=True)
    mark = models.CharField(max_length=40, blank=True, help_text="Of whom a guard let out: 身份不明 甲 · 11:32 · 南门")
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField(auto_now_add=True)
    operator_key = models.CharField(max_length=80)
    operator_label = models.CharField(max_length=120)
    is_offline = models.BooleanField(default=False)

    objects = ScanQuerySet.as_manager()

    class Meta:
        ordering = ["-happened_at"]
        constraints = [
            words("scan", "direction", Direction),
            words("scan", "answer", Answer),
            words("scan", "decision", Decision),
        ]
        indexes = [
            models.Index(fields=["community", "-happened_at"], name="scan_community"),
            models.Index(fields=["case_ref", "direction", "happened_at"], name="scan_case"),
            # who went out on a pass that had come back or was void: few, and asked for by the list of people out
            # (access)
            models.Index(
                fields=["case_ref", "happened_at"],
                name="scan_old_pass",
                condition=Q(direction=Direction.EXIT, reason__in=["used_back", "revoked"]),
            ),
        ]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.direction} {self.happened_at:%F %T}"

    @property
    def is_passed(self) -> bool:
        """Say whether somebody went through."""
        return self.decision in PASSED


class StrangerCounter(models.Model):
    """How many people without a name a day has had: each gets a mark of their own, at gates and desks alike."""

    day = models.DateField(primary_key=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.day} {self.last}"


class ScanCorrection(models.Model):
    """The guard's word, seconds later, that a scan was pressed by mistake; the scan itself stays (INV-28, INV-33)."""

    scan = models.OneToOneField(Scan, on_delete=models.PROTECT, related_name="correction")
    at = models.DateTimeField()
    operator_key = models.CharField(max_length=80)
    operator_label = models.CharField(max_length=120)

    class Meta:
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.scan_id} {self.at:%F %T}"


class EmergencyDetail(models.Model):
    """What the guard added after an emergency release: each tap a row, the latest filled value counts."""

    scan = models.ForeignKey(Scan, on_delete=models.PROTECT, related_name="details")
    building = models.CharField(max_length=40, blank=True)
    party_size = models.PositiveSmallIntegerField(null=True, blank=True)
    has_ambulance = models.BooleanField(null=True, blank=True)
    at = models.DateTimeField()
    operator_key = models.CharField(max_length=80)
    operator_label = models.CharField(max_length=120)

    class Meta:
        ordering = ["id"]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.scan_id} {self.building} {self.party_size}"
