"""Who somebody turned out to be."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Identification(models.Model):
    """A stranger's request joined to a registered resident.

    What the request said before is kept, so it can be undone.
    """

    request = models.ForeignKey("access.AccessRequest", on_delete=models.PROTECT, related_name="identifications")
    resident = models.ForeignKey("access.Resident", on_delete=models.PROTECT, related_name="identifications")
    before = models.JSONField(help_text="The columns of the request as they were: names, codes and ids")
    at = models.DateTimeField()
    by_key = models.CharField(max_length=80)
    by_label = models.CharField(max_length=120)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["request"], condition=Q(withdrawn_at__isnull=True), name="one_identification_per_request"
            )
        ]

    def __str__(self) -> str:
        return f"{self.request_id} {self.at:%F %H:%M}"
