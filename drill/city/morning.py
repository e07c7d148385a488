"""The morning of a demo city, played in through the real services up to the hour the demo starts (decisions.md E26)."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import heapify, heappop, heappush
from itertools import islice

from django.db import transaction

from access.models import AccessRequest, CareNeed
from access.services import requests
from access.services.requests import AccessWish
from communities.models import Community
from communities.selectors import issued_pass
from communities.services import gates
from communities.services.gates import ScanEvent
from communities.states import Decision, Direction
from core import clock, outbox
from core.actors import Actor
from core.errors import DomainError
from core.vocabulary import ScheduleKind, TreatmentShift
from drill import by_hand
from drill.city.folder import CityFolder
from hospitals.models import Appointment, Intake
from hospitals.services import intake
from transport.models import Run, Trip
from transport.services import runs, stops
from transport.states import RunStatus, TripDirection

MIN = timedelta(minutes=1)
DISPATCHER = "韩冰"


@dataclass(frozen=True)
class Wave:
    """A handful of people due at one hour. `placed` of them get car and slot, the rest wait."""

    kind: str
    shift: str
    hour: str
    minutes: int
    people: int
    placed: int


WAVES = (
    Wave("radiotherapy", "AM", "08:00", 30, 4, 4),
    Wave("radiotherapy", "AM", "09:00", 40, 4, 4),
    Wave("dialysis", "AM", "07:30", 240, 8, 8),
    Wave("radiotherapy", "AM", "11:00", 30, 3, 3),
    Wave("dialysis", "PM", "12:30", 240, 12, 8),
)


def play(folder: CityFolder, community: Community, *, until: datetime) -> int:
    """Play the waves of the demo day for the demo community's area; return how many requests were made.

    A city that already has requests is left as it is. People whom a rule bars are passed over.
    """
    if AccessRequest.objects.exists():
        return 0
    favourite = folder.city.get("demo", {}).get("driver", "")
    seen: set[uuid.UUID] = set()
    made = 0
    travelling: list[_Journey] = []
    for wave in WAVES:
        for number, need in enumerate(islice(_due(wave, community, folder, seen), wave.people)):
            seen.add(need.resident_id)
            journey = _Journey(
                need, wave, folder, until, favourite=favourite if wave.shift == TreatmentShift.AFTERNOON else ""
            )
            if number >= wave.placed:  # one asked long ago, the others just now
                journey.asked_at = until - (4 + 12 * (wave.people - 1 - number)) * MIN
            if journey.begin(is_placed=number < wave.placed):
                made += 1
                travelling += [journey] if number < wave.placed else []
    _run_in_order_of_time([journey.steps() for journey in travelling], until)
    return made


def _run_in_order_of_time(journeys: list[Iterator[datetime]], until: datetime) -> None:
    """Let every journey do its next act when its time has come: cars and desks see them in the true order."""
    agenda = [(at, number) for number, journey in enumerate(journeys) if (at := next(journey, None))]
    heapify(agenda)
    while agenda and agenda[0][0] <= until:
        _at, number = heappop(agenda)
        if at := next(journeys[number], None):
            heappush(agenda, (at, number))
        _deliver()


def _due(wave: Wave, community: Community, folder: CityFolder, seen: set[uuid.UUID]) -> Iterable[CareNeed]:
    """Yield needs of a kind and shift due that day, the demo community's own first."""
    weekday = str(folder.reference_day.isoweekday())
    rows = (
        CareNeed.objects.filter(
            kind=wave.kind,
            shift=wave.shift,
            schedule_days__contains=weekday,
            schedule_kind=ScheduleKind.WEEKLY,
            resident__community__dispatch_area=community.dispatch_area,
            resident__machine_class="",
            resident__precaution="",
        )
        .select_related("resident__community")
        .order_by("resident__ref")
    )
    for need in sorted(rows, key=lambda row: row.resident.community_id != community.pk):
        if need.resident_id not in seen:
            yield need


class _Journey:
    """One person's morning: asked, placed, and as far on the way as the clock allows."""

    def __init__(self, need: CareNeed, wave: Wave, folder: CityFolder, until: datetime, favourite: str) -> None:
        self.need, self.wave, self.until, self.favourite = need, wave, until, favourite
        self.community = need.resident.community
        self.arrive_at = clock.at_local(folder.reference_day, wave.hour)
        self.asked_at = min(self.arrive_at - timedelta(hours=3), until - timedelta(minutes=50))
        area = self.community.dispatch_area
        self.staff = _actor("staff", "community", self.community.code, self.community.contact_name, self.community.name)
        self.dispatcher = _actor("dispatch", "dispatch_area", area.code, DISPATCHER, area.name)

    def begin(self, *, is_placed: bool) -> bool:
        """Ask, and place if wanted; return False when a rule bars it, and nothing is left."""
        try:
            with transaction.atomic():
                self.request = self._ask()
                _deliver()
                if is_placed:
                    self._place(self.request)
        except DomainError:
            return False
        return True

    def steps(self) -> Iterator[datetime]:
        """Drive there, treat, drive home: yield the time of each act before it is done."""
        trip = self._trip(TripDirection.OUTBOUND)
        if trip.run is None or not trip.pickup_planned_at or not trip.dropoff_planned_at:
            return
        self._accept(trip.run)
        yield from self._pass_gate(trip.pickup_planned_at - 4 * MIN, Direction.EXIT)
        yield from self._drive(trip.run)
        yield from self._treat(trip.dropoff_planned_at + 3 * MIN)
        _deliver()
        home = self._trip(TripDirection.INBOUND)
        if home.run is None or not home.dropoff_planned_at:
            return
        self._accept(home.run)
        yield from self._drive(home.run)
        yield from self._pass_gate(home.dropoff_planned_at + 2 * MIN, Direction.ENTRY)

    def _ask(self) -> AccessRequest:
        resident = self.need.resident
        wish = AccessWish(
            need_kind=self.need.kind,
            arrive_at=self.arrive_at,
            mobility=resident.mobility,
            facility=self.need.facility_id or "",
            escorts=int(resident.escort_required),
            needs_oxygen=resident.needs_oxygen,
            session_min=self.wave.minutes,
        )
        return requests.submit(resident, wish=wish, by=self.staff, at=self.asked_at)

    def _place(self, request: AccessRequest) -> None:
        at = self.asked_at + 10 * MIN
        by_hand.place_first(request, by=self.dispatcher, at=at, favourite=self.favourite)
        _deliver()

    def _trip(self, direction: TripDirection) -> Trip:
        return Trip.objects.select_related("run__driver").get(case_ref=self.request.case_ref, direction=direction)

    def _driver(self, run: Run) -> Actor:
        return Actor(f"demo:driver:{run.driver_id}", run.driver.name, "driver", "fleet", run.driver_id)

    def _accept(self, run: Run) -> None:
        if run.status == RunStatus.OFFERED:
            runs.accept(run, by=self._driver(run), at=run.status_at + 5 * MIN)

    def _pass_gate(self, at: datetime, direction: Direction) -> Iterator[datetime]:
        held = issued_pass(self.request.case_ref)
        gate = self.community.gates.first()
        if held is None or gate is None:
            return
        yield at
        decision = Decision.LET_OUT if direction == Direction.EXIT else Decision.LET_IN
        event = ScanEvent(uuid.uuid4(), direction, decision, held, happened_at=at)
        gates.scan(gate, event=event, by=_actor("guard", "gate", gate.code, "孙师傅", str(gate)), at=at)

    def _drive(self, run: Run) -> Iterator[datetime]:
        """Do a run's stops at their planned times."""
        driver = self._driver(run)
        yield run.occupied.lower
        run.refresh_from_db()
        if run.status == RunStatus.ACCEPTED:
            runs.start(run, by=driver, at=run.occupied.lower)
        for stop in run.stops.filter(departed_at__isnull=True).order_by("position"):
            yield stop.planned_at - MIN
            stops.arrive(stop, by=driver, at=stop.planned_at - MIN)
            yield stop.planned_at + MIN
            stop.refresh_from_db()
            stops.depart(stop, by=driver, at=stop.planned_at + MIN)

    def _treat(self, at: datetime) -> Iterator[datetime]:
        """Receive, hand over, treat, finish."""
        appointment = Appointment.objects.select_related("facility").get(case_ref=self.request.case_ref)
        desk = _actor("intake", "facility", appointment.facility_id, "赵敏", appointment.facility.name)
        yield at
        appointment.refresh_from_db()
        intake.check_in(appointment, by=desk, at=at)
        for later, step in (
            (6, intake.hand_over),
            (12, intake.start_treatment),
            (12 + self.wave.minutes, intake.release),
        ):
            yield at + later * MIN
            step(Intake.objects.get(case_ref=self.request.case_ref), by=desk, at=at + later * MIN)


def _actor(role: str, kind: str, code: str, label: str, place: str) -> Actor:
    return Actor(f"demo:{role}:{code}", label or code, role, kind, code, place)


def _deliver() -> None:
    """Hand every waiting fact to the service above, as the relay does."""
    while outbox.deliver_next():
        pass
