"""What a facility offers, and its bookable times."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import F, Q

from core.guards import guarded_status, words
from core.stateful import Stateful
from hospitals.machines import places_of
from hospitals.states import SERVICE, ServiceStatus, is_barred, is_shut


class Service(Stateful):
    """One service of one facility (hemodialysis, chemotherapy, emergency …)."""

    MACHINE = SERVICE

    facility = models.ForeignKey("hospitals.Facility", on_delete=models.PROTECT, related_name="services")
    kind = models.CharField(max_length=30)
    status = models.CharField(max_length=9, choices=ServiceStatus, default=ServiceStatus.OPEN)
    status_at = models.DateTimeField()
    status_until = models.DateTimeField(null=True, blank=True)
    status_reason = models.CharField(max_length=200, blank=True)
    confirmed_by = models.CharField(max_length=120, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True, help_text="Last time the facility said how it stands")
    hbv_places = models.PositiveSmallIntegerField(
        default=0, help_text="Of each slot's places, those kept for HBV (E20)"
    )
    hcv_places = models.PositiveSmallIntegerField(
        default=0, db_default=0, help_text="Of each slot's places, those kept for HCV (E20)"
    )
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["facility", "kind"]
        constraints = [
            models.UniqueConstraint(fields=["facility", "kind"], name="service_once"),
            words("service", "status", ServiceStatus),
        ]
        indexes = [models.Index(fields=["kind"], name="service_kind")]
        triggers = guarded_status(SERVICE)

    def __str__(self) -> str:
        return f"{self.facility_id} {self.kind}"

    def is_closed_at(self, at: datetime) -> bool:
        """Say whether it does not receive at a time; past its end silence never keeps it closed (R-002-7d)."""
        return is_shut(self.status, self.status_until, at)

    def bars(self, at: datetime, *, is_critical: bool) -> bool:
        """Say whether its closure stands before somebody; before a critical patient none ever does (R-002-3d)."""
        return is_barred(self.status, self.status_until, at, is_critical=is_critical)


class Slot(models.Model):
    """A bookable time with places; PostgreSQL keeps 0 ≤ booked ≤ capacity (INV-01, R-003-7)."""

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="slots")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    shift = models.CharField(max_length=4, blank=True, help_text="AM, PM, EVE, or empty for a quarter hour")
    capacity = models.PositiveSmallIntegerField()
    booked = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["starts_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["service", "starts_at"], name="slot_once"),
            models.CheckConstraint(condition=Q(booked__lte=F("capacity")), name="slot_not_overbooked"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="slot_order"),
        ]
        indexes = [models.Index(fields=["starts_at"], name="slot_time")]

    def __str__(self) -> str:
        return f"{self.service_id} {self.starts_at:%F %H:%M}"

    @property
    def free(self) -> int:
        """Places left."""
        return self.capacity - self.booked

    @property
    def machines(self) -> dict[str, int]:
        """Its places by machine class; the service must be known."""
        service = self.service
        return places_of(service.kind, self.capacity, hbv=service.hbv_places, hcv=service.hcv_places)
