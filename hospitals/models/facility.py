"""Facilities."""

from __future__ import annotations

from django.db import models

from core.actors import Actor
from core.geo import Point
from core.guards import words
from core.vocabulary import Role
from hospitals.states import ZoneRole


class FacilityQuerySet(models.QuerySet["Facility"]):
    """Questions about facilities."""

    def visible_to(self, actor: Actor) -> FacilityQuerySet:
        """A desk sees its own facility."""
        if actor.role in {Role.INTAKE, Role.HOSPADM}:
            return self.filter(pk=actor.place_code)
        return self.none()


class Facility(models.Model):
    """A hospital, centre or station."""

    code = models.CharField(max_length=20, primary_key=True)
    name = models.CharField(max_length=80)
    level = models.CharField(max_length=20, blank=True)
    facility_class = models.CharField(max_length=20, blank=True)
    division_code = models.CharField(max_length=12)
    zone_role = models.CharField(max_length=12, choices=ZoneRole, default=ZoneRole.ORDINARY)
    has_emergency = models.BooleanField(default=False)
    buffer_places = models.PositiveSmallIntegerField(default=0)
    intake_per_15min = models.PositiveSmallIntegerField(default=2)
    lat = models.FloatField()
    lon = models.FloatField()
    address = models.CharField(max_length=120, blank=True)
    phone = models.CharField(max_length=20, blank=True)

    objects = FacilityQuerySet.as_manager()

    class Meta:
        ordering = ["code"]
        constraints = [words("facility", "zone_role", ZoneRole)]

    def __str__(self) -> str:
        return self.name

    @property
    def point(self) -> Point:
        """Where it lies."""
        return Point(self.lat, self.lon)
