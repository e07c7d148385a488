"""Trips: one way of one party."""

from __future__ import annotations

import uuid

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import Q

from core.actors import Actor
from core.geo import Point
from core.guards import guarded_status, words
from core.sealed import SealedField, sealed
from core.stateful import Stateful
from core.vocabulary import CarePriority, Mobility, Role
from transport.cards import Place
from transport.states import TRIP, TRIP_LIVE, TripDirection, TripStatus


class TripQuerySet(models.QuerySet["Trip"]):
    """Questions about trips."""

    def live(self) -> TripQuerySet:
        """Trips still to be done, or being done."""
        return self.filter(status__in=TRIP_LIVE)

    def visible_to(self, actor: Actor) -> TripQuerySet:
        """Dispatch sees its area's, a driver those of the own runs."""
        if actor.role == Role.DISPATCH:
            return self.filter(dispatch_area=actor.place_code)
        if actor.role == Role.DRIVER:
            return self.filter(run__driver_id=actor.place_code)
        return self.none()


class Trip(Stateful):
    """One way for one party (patient, escorts, newborn); one live per case and direction (decisions.md C14)."""

    MACHINE = TRIP

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case_ref = models.UUIDField(db_index=True)
    direction = models.CharField(max_length=8, choices=TripDirection)
    attempt = models.PositiveSmallIntegerField(default=1)
    status = models.CharField(max_length=11, choices=TripStatus, default=TripStatus.UNSCHEDULED)
    status_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)
    dispatch_area = models.CharField(max_length=20)
    # the rider card
    person_key = models.UUIDField()
    rider = models.CharField(max_length=20, help_text="Surname and title: what the driver sees")
    name = models.CharField(max_length=60, help_text="What dispatch sees")
    phone_sealed = SealedField()
    building = models.CharField(max_length=40, blank=True)
    mobility = models.CharField(max_length=10, choices=Mobility)
    needs_oxygen = models.BooleanField(default=False)
    party_size = models.PositiveSmallIntegerField(default=1)
    zone_class = models.CharField(max_length=13)
    infection_class = models.CharField(max_length=10, blank=True)
    has_stairs = models.BooleanField(default=False)
    care_class = models.CharField(max_length=10, default=CarePriority.FIXED)
    # from, to, when
    from_kind = models.CharField(max_length=10)
    from_code = models.CharField(max_length=20)
    from_label = models.CharField(max_length=120)
    from_lat = models.FloatField()
    from_lon = models.FloatField()
    to_kind = models.CharField(max_length=10)
    to_code = models.CharField(max_length=20)
    to_label = models.CharField(max_length=120)
    to_lat = models.FloatField()
    to_lon = models.FloatField()
    ready_at = models.DateTimeField(
        null=True, blank=True, help_text="Earliest pick-up; a will-call's is set at release"
    )
    arrive_by = models.DateTimeField(null=True, blank=True, help_text="Latest drop-off (outbound)")
    # the placement
    run = models.ForeignKey("transport.Run", on_delete=models.PROTECT, null=True, blank=True, related_name="trips")
    reserved_run = models.ForeignKey(
        "transport.Run", on_delete=models.PROTECT, null=True, blank=True, related_name="reserved_trips"
    )
    reserved_from = models.DateTimeField(null=True, blank=True)
    reserved_until = models.DateTimeField(null=True, blank=True)
    pickup_planned_at = models.DateTimeField(null=True, blank=True)
    dropoff_planned_at = models.DateTimeField(null=True, blank=True)
    picked_up_at = models.DateTimeField(null=True, blank=True)
    dropped_off_at = models.DateTimeField(null=True, blank=True)
    taken = DateTimeRangeField(
        null=True, blank=True, help_text="While it lasts nobody takes the same person another way in its direction"
    )
    explanation = models.JSONField(
        default=dict, blank=True, help_text="Why this car, as it was true then; codes and figures"
    )

    phone = sealed("phone_sealed")
    objects = TripQuerySet.as_manager()

    class Meta:
        ordering = ["pickup_planned_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["case_ref", "direction"],
                condition=Q(status__in=[s.value for s in TRIP_LIVE]),
                name="one_live_trip_per_direction",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[TripStatus.SCHEDULED, TripStatus.ON_BOARD]) | Q(run__isnull=False),
                name="scheduled_has_run",
            ),
            ExclusionConstraint(
                name="one_way_at_a_time",
                expressions=[
                    ("person_key", RangeOperators.EQUAL),
                    ("direction", RangeOperators.EQUAL),
                    ("taken", RangeOperators.OVERLAPS),
                ],
                condition=Q(status__in=[TripStatus.SCHEDULED, TripStatus.ON_BOARD]),
            ),
            words("trip", "direction", TripDirection),
            words("trip", "status", TripStatus),
            words("trip", "mobility", Mobility),
        ]
        indexes = [models.Index(fields=["dispatch_area", "status"], name="trip_board")]
        triggers = guarded_status(TRIP)

    def __str__(self) -> str:
        return f"{self.direction} {self.from_label} → {self.to_label}"

    @property
    def origin(self) -> Place:
        """Where it begins."""
        return Place(self.from_kind, self.from_code, self.from_label, Point(self.from_lat, self.from_lon))

    @property
    def destination(self) -> Place:
        """Where it ends."""
        return Place(self.to_kind, self.to_code, self.to_label, Point(self.to_lat, self.to_lon))
