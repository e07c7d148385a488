"""Vehicles, drivers and when they serve."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from core.actors import Actor
from core.geo import Point
from core.guards import guarded_status, words
from core.stateful import Stateful
from core.vocabulary import Role, ZoneClass
from transport.states import AMBULANCES, VEHICLE, VehicleClass, VehicleStatus


class VehicleQuerySet(models.QuerySet["Vehicle"]):
    """Questions about vehicles."""

    def visible_to(self, actor: Actor) -> VehicleQuerySet:
        """Dispatch sees its area's; a driver sees the one of the own post (place code = driver code)."""
        if actor.role == Role.DISPATCH:
            return self.filter(dispatch_area=actor.place_code)
        if actor.role == Role.DRIVER:
            return self.filter(shifts__driver_id=actor.place_code).distinct()
        return self.none()


class Vehicle(Stateful):
    """What can drive."""

    MACHINE = VEHICLE

    code = models.CharField(max_length=20, primary_key=True)
    plate = models.CharField(max_length=20, unique=True)
    vehicle_class = models.CharField(max_length=30, choices=VehicleClass)
    base_code = models.CharField(max_length=20, help_text="Facility or street by value")
    dispatch_area = models.CharField(max_length=20, help_text="By value")
    seats = models.PositiveSmallIntegerField()
    wheelchairs = models.PositiveSmallIntegerField(default=0)
    stretchers = models.PositiveSmallIntegerField(default=0)
    has_oxygen = models.BooleanField(default=False)
    has_negative_pressure = models.BooleanField(
        default=False, help_text="Brought in with the city, asked by no rule yet (R-002-6g); takes_positive decides"
    )
    has_partition = models.BooleanField(default=False)
    zones_allowed = ArrayField(models.CharField(max_length=13), default=list)
    takes_positive = models.BooleanField(default=False)
    status = models.CharField(max_length=20, choices=VehicleStatus, default=VehicleStatus.AVAILABLE)
    status_at = models.DateTimeField(null=True, blank=True, help_text="Empty: as it was loaded")
    version = models.PositiveIntegerField(default=1)
    lat = models.FloatField()
    lon = models.FloatField()

    objects = VehicleQuerySet.as_manager()

    class Meta:
        ordering = ["code"]
        constraints = [
            words("vehicle", "vehicle_class", VehicleClass),
            words("vehicle", "status", VehicleStatus),
            words("vehicle", "zones_allowed", ZoneClass, is_list=True),
        ]
        indexes = [models.Index(fields=["dispatch_area", "status"], name="vehicle_area")]
        triggers = guarded_status(VEHICLE)

    def __str__(self) -> str:
        return self.plate

    @property
    def point(self) -> Point:
        """Its base."""
        return Point(self.lat, self.lon)

    @property
    def is_ambulance(self) -> bool:
        """Say whether it belongs to 120."""
        return self.vehicle_class in AMBULANCES


class Driver(models.Model):
    """Who drives; for an ambulance one record stands for the crew (decisions.md F44)."""

    code = models.CharField(max_length=20, primary_key=True)
    name = models.CharField(max_length=40)
    phone = models.CharField(max_length=20, blank=True)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class Shift(models.Model):
    """When a driver serves with a vehicle (availability)."""

    vehicle = models.ForeignKey(Vehicle, on_delete=models.PROTECT, related_name="shifts")
    driver = models.ForeignKey(Driver, on_delete=models.PROTECT, related_name="shifts")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        ordering = ["starts_at", "vehicle"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="shift_order"),
            models.UniqueConstraint(fields=["vehicle", "starts_at"], name="shift_once"),
        ]
        indexes = [models.Index(fields=["starts_at", "ends_at"], name="shift_time")]

    def __str__(self) -> str:
        return f"{self.vehicle_id} {self.starts_at:%F %H:%M}"
