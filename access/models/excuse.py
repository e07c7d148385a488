"""今天不去, said with a reason: why nobody asks for somebody who is due on a day."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from access.states import ExcuseReason
from core.guards import words


class Excuse(models.Model):
    """One person's word that one treatment of one day is not gone to; taken back, it stays as history."""

    resident = models.ForeignKey("access.Resident", on_delete=models.PROTECT, related_name="excuses")
    need_kind = models.CharField(max_length=30)
    day = models.DateField()
    reason = models.CharField(max_length=10, choices=ExcuseReason)
    at = models.DateTimeField()
    by_key = models.CharField(max_length=80)
    by_label = models.CharField(max_length=120)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["resident", "need_kind", "day"], condition=Q(withdrawn_at__isnull=True), name="one_excuse_a_day"
            ),
            words("excuse", "reason", ExcuseReason),
        ]
        indexes = [models.Index(fields=["day"], name="excuse_day", condition=Q(withdrawn_at__isnull=True))]

    def __str__(self) -> str:
        return f"{self.resident_id} {self.need_kind} {self.day}"
