"""Outings and their stops."""

from __future__ import annotations

import uuid

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import Q

from core.actors import Actor
from core.geo import Point
from core.guards import guarded_status, words
from core.stateful import Stateful
from core.vocabulary import Role
from transport.states import RUN, RUN_LIVE, RunStatus, StopKind

DRIVER_ONCE = "driver_one_run_at_a_time"
_LIVE = Q(status__in=RUN_LIVE)


class RunQuerySet(models.QuerySet["Run"]):
    """Questions about runs."""

    def live(self) -> RunQuerySet:
        """Runs that take their vehicle's time."""
        return self.filter(_LIVE)

    def visible_to(self, actor: Actor) -> RunQuerySet:
        """Dispatch sees its area's; a driver the own ones, drafts (reservations) included."""
        if actor.role == Role.DISPATCH:
            return self.filter(vehicle__dispatch_area=actor.place_code)
        if actor.role == Role.DRIVER:
            return self.filter(driver_id=actor.place_code)
        return self.none()


class Run(Stateful):
    """One outing of one vehicle and driver, from leaving empty to being empty again, turn-round included.

    PostgreSQL refuses two live runs of a vehicle, or of a driver, whose `occupied` times overlap (INV-02, INV-03).
    A reservation for a way home is a run in draft.
    """

    MACHINE = RUN

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    vehicle = models.ForeignKey("transport.Vehicle", on_delete=models.PROTECT, related_name="runs")
    driver = models.ForeignKey("transport.Driver", on_delete=models.PROTECT, related_name="runs")
    occupied = DateTimeRangeField(help_text="[leave base or last stop, last drop-off + turn-round)")
    status = models.CharField(max_length=10, choices=RunStatus, default=RunStatus.OFFERED)
    status_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)
    zone_class = models.CharField(max_length=13, blank=True, help_text="The one class aboard (E18)")
    infection_class = models.CharField(max_length=10, blank=True)
    is_pinned = models.BooleanField(default=False, help_text="Placed by a person: the engine leaves it alone (C19)")
    made_by = models.CharField(max_length=120)
    reason = models.CharField(max_length=300, blank=True)
    started_at = models.DateTimeField(null=True, blank=True, help_text="The driver set off")
    cleaned_before_at = models.DateTimeField(null=True, blank=True, help_text="Disinfected before setting off")
    cleaned_after_at = models.DateTimeField(null=True, blank=True, help_text="Disinfected after the last drop-off")
    late_min = models.PositiveSmallIntegerField(default=0, help_text="How much of `occupied` is for lateness")
    soiled_as = models.CharField(
        max_length=30,
        blank=True,
        help_text="Zone/infection found out with somebody aboard: cleaned before the next ride",
    )
    told_change = models.CharField(max_length=120, blank=True, help_text="What changed since the driver looked")

    objects = RunQuerySet.as_manager()

    class Meta:
        ordering = ["occupied"]
        constraints = [
            ExclusionConstraint(
                name="vehicle_one_run_at_a_time",
                expressions=[("vehicle", RangeOperators.EQUAL), ("occupied", RangeOperators.OVERLAPS)],
                condition=_LIVE,
            ),
            ExclusionConstraint(
                name=DRIVER_ONCE,
                expressions=[("driver", RangeOperators.EQUAL), ("occupied", RangeOperators.OVERLAPS)],
                condition=_LIVE,
            ),
            words("run", "status", RunStatus),
        ]
        triggers = guarded_status(RUN)

    def __str__(self) -> str:
        return f"{self.vehicle_id} {self.occupied}"


class Stop(models.Model):
    """One pick-up or drop-off of one trip, in the order of its run."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="stops")
    trip = models.ForeignKey("transport.Trip", on_delete=models.PROTECT, related_name="stops")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=7, choices=StopKind)
    place_kind = models.CharField(max_length=10)
    place_code = models.CharField(max_length=20)
    label = models.CharField(max_length=120)
    lat = models.FloatField()
    lon = models.FloatField()
    planned_at = models.DateTimeField()
    arrived_at = models.DateTimeField(null=True, blank=True)
    departed_at = models.DateTimeField(null=True, blank=True, help_text="Aboard (pick-up) or handed over (drop-off)")
    searching_since = models.DateTimeField(null=True, blank=True, help_text="The driver finds nobody and waits")
    late_min = models.PositiveSmallIntegerField(
        default=0, help_text="How much of `planned_at` is lateness the driver told"
    )

    class Meta:
        ordering = ["run", "position"]
        constraints = [
            models.UniqueConstraint(fields=["run", "position"], name="stop_order"),
            words("stop", "kind", StopKind),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.label}"

    @property
    def point(self) -> Point:
        """Where it lies."""
        return Point(self.lat, self.lon)
