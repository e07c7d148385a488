"""The facts of every case, read in one row from a database view: the SQL twin of `journey.Facts`."""

from __future__ import annotations

from django.db import models


class CaseFacts(models.Model):
    """One request's facts. A view: nothing is ever written here (decisions.md C16)."""

    request = models.OneToOneField(
        "access.AccessRequest", on_delete=models.DO_NOTHING, primary_key=True, related_name="facts"
    )
    submitted_at = models.DateTimeField(null=True)
    approved_at = models.DateTimeField(null=True)
    booked_at = models.DateTimeField(null=True)
    scheduled_at = models.DateTimeField(null=True)
    exited_at = models.DateTimeField(null=True)
    boarded_at = models.DateTimeField(null=True)
    dropped_at = models.DateTimeField(null=True)
    arrived_at = models.DateTimeField(null=True)
    handed_over_at = models.DateTimeField(null=True)
    treatment_at = models.DateTimeField(null=True)
    ready_at = models.DateTimeField(null=True)
    kept_at = models.DateTimeField(null=True)
    back_ride_at = models.DateTimeField(null=True)
    boarded_back_at = models.DateTimeField(null=True)
    dropped_home_at = models.DateTimeField(null=True)
    entered_at = models.DateTimeField(null=True)
    home_marked_at = models.DateTimeField(null=True)
    hand_closed_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    stage = models.CharField(max_length=12)
    is_out = models.BooleanField()

    class Meta:
        managed = False
        db_table = "access_facts"

    def __str__(self) -> str:
        return f"{self.request_id} {self.stage}"
