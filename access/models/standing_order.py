"""What a need's rhythm asked for on a day: one row, one request, whoever runs the job and how often."""

from __future__ import annotations

from django.db import models


class StandingOrder(models.Model):
    """The request that a rhythm made for one resident, kind and day."""

    resident = models.ForeignKey("access.Resident", on_delete=models.PROTECT, related_name="standing_orders")
    need_kind = models.CharField(max_length=30)
    day = models.DateField()
    request = models.OneToOneField(
        "access.AccessRequest", on_delete=models.PROTECT, null=True, blank=True, related_name="standing_order",
        help_text="Empty: somebody had asked for that day already",
    )  # fmt: skip

    class Meta:
        constraints = [models.UniqueConstraint(fields=["resident", "need_kind", "day"], name="standing_order_once")]

    def __str__(self) -> str:
        return f"{self.resident_id} {self.need_kind} {self.day}"
