"""Residential communities, their gates and their zone periods."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import F, Q

from core import tidy
from core.geo import Point
from core.guards import words
from core.vocabulary import ZoneClass


class Community(models.Model):
    """A residential community (居委会, 村) with the compound around it."""

    code = models.CharField(max_length=12, primary_key=True)
    name = models.CharField(max_length=60)
    kind = models.CharField(max_length=20, blank=True)
    street_code = models.CharField(max_length=12)
    district_code = models.CharField(max_length=12)
    dispatch_area = models.ForeignKey("communities.DispatchArea", on_delete=models.PROTECT)
    lat = models.FloatField()
    lon = models.FloatField()
    population = models.PositiveIntegerField(default=0)
    contact_name = models.CharField(max_length=40, blank=True)
    contact_phone = models.CharField(max_length=20, blank=True)
    roster_checked_at = models.DateTimeField(
        null=True, blank=True, help_text="Last full check of the roster (R-000-13)"
    )

    class Meta:
        ordering = ["code"]
        indexes = [models.Index(fields=["dispatch_area", "code"], name="community_area")]

    def __str__(self) -> str:
        return self.name

    @property
    def point(self) -> Point:
        """Where it lies."""
        return Point(self.lat, self.lon)


class Gate(models.Model):
    """A gate of a compound, or a checkpoint on the road."""

    code = models.CharField(max_length=20, primary_key=True)
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="gates")
    name = models.CharField(max_length=40)
    is_checkpoint = models.BooleanField(default=False)
    number = models.PositiveSmallIntegerField(default=1, help_text="Bit of the gate in a pass's gate set")
    marks_called_in_at = models.DateTimeField(
        null=True, blank=True, help_text="Marks of phones given before this are void: a phone was lost"
    )

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.community.name}{self.name}"


class ZonePeriodQuerySet(models.QuerySet["ZonePeriod"]):
    """Questions about zone periods."""

    def in_force(self, at: datetime) -> ZonePeriodQuerySet:
        """Periods that hold at a time."""
        return self.filter(valid_from__lte=at).filter(Q(valid_until__isnull=True) | Q(valid_until__gt=at))


class ZonePeriod(models.Model):
    """Which zone class a community, or one building of it, has from when to when."""

    community = models.ForeignKey(Community, on_delete=models.CASCADE, related_name="zone_periods")
    building = models.CharField(max_length=40, blank=True, help_text="Empty: the whole compound")
    building_key = models.TextField(
        null=True, blank=True, help_text="What its writings have in common; empty until its writer knows of it"
    )
    zone_class = models.CharField(max_length=13, choices=ZoneClass)
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField(null=True, blank=True)
    source = models.CharField(max_length=120, blank=True)

    objects = ZonePeriodQuerySet.as_manager()

    class Meta:
        ordering = ["community", "building", "valid_from"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gt=F("valid_from")), name="zone_period_order"
            ),
            words("zone", "zone_class", ZoneClass),
        ]
        indexes = [models.Index(fields=["community", "valid_from"], name="zone_community")]

    def __str__(self) -> str:
        return f"{self.community_id} {self.building} {self.zone_class}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store it with the key of its building."""
        self.building_key = tidy.building_key(self.building)
        super().save(*args, **kwargs)
