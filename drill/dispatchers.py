"""Dispatchers: they look at their board, call drivers who do not answer, and place by hand what nothing placed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef

from access.models import AccessRequest
from access.selectors import with_facts
from access.states import RequestStatus
from communities.models import DispatchArea
from core.actors import Actor
from core.errors import DomainError
from dispatch.facts import silence
from dispatch.hand import offers, snapshot
from dispatch.hand.candidates import way_back
from dispatch.home import returns
from dispatch.planning.question import LONG_TRIES
from drill import by_hand
from drill.world import MIN, World, person
from transport.models import Run, Trip
from transport.states import TripDirection, TripStatus

WAITS_AT_MOST = 12 * MIN  # for the way home, before a person looks for a car
ENGINE_AWAY = 10 * MIN  # before a person places what the engine should have
SOON = timedelta(hours=4)
HOURS_AWAY = timedelta(hours=2)  # a car home that comes later than this is worth another look
CRITICAL_ALONE, CRITICAL_TURN = 2 * MIN, 6 * MIN  # a critical patient without a car is on every board, and sounds
TRY_AGAIN = timedelta(minutes=30)


class Dispatchers:
    """Whoever sits at the boards of the areas."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._away_since = world.now
        self._not_before: dict[UUID, datetime] = {}
        names = dict(DispatchArea.objects.values_list("code", "name"))
        self.people: dict[str, Actor] = {
            area: person("dispatch", "dispatch_area", area, "调度台", names.get(area, "")) for area in world.areas
        }

    def look(self) -> None:
        """Look at every board once."""
        if self.world.is_planning:
            self._away_since = self.world.now
        for area, by in self.people.items():
            self._replace_silent(area, by)
            self._bring_home(area, by)
            self._bring_home_sooner(area, by)
            is_away = self.world.now - self._away_since >= ENGINE_AWAY
            self._place(area, by, tries=0 if is_away else LONG_TRIES)

    def look_at_critical(self) -> None:
        """Send a car by hand to whoever is critical and has none: at once when nothing plans,
        else past the engine's turn.
        """
        is_away = not (self.world.is_planning and self.world.has_bell)
        since = self.world.now - (CRITICAL_ALONE if is_away else CRITICAL_TURN)
        rows = AccessRequest.objects.open().filter(
            is_critical=True, status=RequestStatus.APPROVED, critical_at__lte=since
        )
        coming = Trip.objects.live().filter(case_ref=OuterRef("case_ref"), direction=TripDirection.OUTBOUND)
        rows = rows.filter(~Exists(coming.filter(run__isnull=False)), community__isnull=False)
        for row in rows.filter(facts__boarded_at__isnull=True, facts__arrived_at__isnull=True):
            by = self.people.get(row.dispatch_area)
            if by and row.needs_vehicle and self.world.now >= self._not_before.get(row.pk, self.world.now):
                self._not_before[row.pk] = self.world.now + 5 * MIN
                self._do("critical", partial(by_hand.place_first, row, by=by, at=self.world.now))

    def _replace_silent(self, area: str, by: Actor) -> None:
        mine = Run.objects.filter(vehicle__in=self.world.silent, vehicle__dispatch_area=area)
        if not mine.filter(status__in=silence.WAITED_FOR).exists():  # whole boards are read only where it may matter
            return
        for found in silence.silent_runs(area, self.world.now):
            run = found.run  # called first: who picks up the telephone is late, not gone
            if run.vehicle_id in self.world.silent and self._do(
                "silent", partial(silence.replace, run, by=by, at=self.world.now)
            ):
                self.world.note(f"司机没有回音，换车：{run.vehicle.plate}")

    def _bring_home(self, area: str, by: Actor) -> None:
        """Find a car for whoever has been ready for long and has none."""
        waiting = Trip.objects.filter(
            dispatch_area=area, direction=TripDirection.INBOUND, status=TripStatus.UNSCHEDULED
        )
        for trip in waiting.filter(ready_at__lt=self.world.now - WAITS_AT_MOST).order_by("ready_at"):
            request = AccessRequest.objects.filter(case_ref=trip.case_ref, community__isnull=False).first()
            if request is not None and (car := self._car_home(request, trip)):
                self._do("home", partial(returns.place_return, request, vehicle_code=car, by=by, at=self.world.now))

    def _bring_home_sooner(self, area: str, by: Actor) -> None:
        """Take another car for whoever stands ready and was promised one hours away, now that one came back."""
        late = Trip.objects.filter(dispatch_area=area, direction=TripDirection.INBOUND, status=TripStatus.SCHEDULED)
        late = late.filter(ready_at__lt=self.world.now, pickup_planned_at__gt=self.world.now + HOURS_AWAY)
        for trip in late.order_by("ready_at"):
            request = AccessRequest.objects.filter(case_ref=trip.case_ref, community__isnull=False).first()
            if request is None or self.world.now < self._not_before.get(request.pk, self.world.now):
                continue
            self._not_before[request.pk] = self.world.now + TRY_AGAIN / 2
            if car := self._car_home(request, trip, until=self.world.now + HOURS_AWAY):
                self._do("sooner", partial(self._change_car, request, car, by))

    def _change_car(self, request: AccessRequest, car: str, by: Actor) -> None:
        with transaction.atomic():
            returns.undo_return(request, by=by, at=self.world.now)
            returns.place_return(request, vehicle_code=car, by=by, at=self.world.now)

    def _car_home(self, request: AccessRequest, trip: Trip, *, until: datetime | None = None) -> str:
        """Return the first possible car of the list on the screen; with `until`, one that comes by then."""
        at = self.world.now
        seen = snapshot.fleet(request.dispatch_area, since=at - snapshot.LOOK_BACK, until=at + timedelta(hours=12))
        way = way_back(trip.origin.point, trip.destination.point, ready_at=trip.ready_at or at, now=at, is_firm=True)
        found = offers.returns(seen.cars, snapshot.ask_of_trip(trip, request), way)
        coming = [each for each in found if each.ride is not None]
        in_time = [each for each in coming if until is None or (each.ride and each.ride.pickup_at <= until)]
        return in_time[0].car.code if in_time else ""

    def _place(self, area: str, by: Actor, *, tries: int) -> None:
        """Place by hand who is due within hours: anybody while the engine does not answer, else whom it found nothing
        for.

        What could not be done is tried again half an hour later.
        """
        soon = with_facts(
            AccessRequest.objects.for_present()
            .open()
            .filter(dispatch_area=area, status=RequestStatus.APPROVED, community__isnull=False, is_critical=False)
        ).filter(attempts__gte=tries)
        for row in soon.filter(facts__scheduled_at__isnull=True, facts__arrived_at__isnull=True)[:10]:
            if self.world.now < self._not_before.get(row.pk, self.world.now):
                continue
            if row.arrive_at is None or row.arrive_at - self.world.now < SOON:
                self._not_before[row.pk] = self.world.now + TRY_AGAIN
                self._do("placed", partial(by_hand.place_first, row, by=by, at=self.world.now))

    def _do(self, what: str, act: Callable[[], object]) -> bool:
        """Do one thing; what the product refuses is left for the next look."""
        try:
            act()
        except DomainError as error:
            self.world.note(f"手工没办成（{what}）：{error.code}")
            return False
        self.world.tally.by_hand[what] += 1
        return True
