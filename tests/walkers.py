"""A small town, and a case that walks through the real services to any stage of its way."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from access.models import AccessRequest, Resident
from access.services import requests
from access.services.requests import AccessWish
from accounts.models import User
from communities.models import Community, Gate, GatePass
from communities.services import gates
from communities.services.gates import ScanEvent
from core import outbox
from core.actors import Actor
from dispatch.hand import placement
from dispatch.hand.placement import PlacementChoice
from hospitals.models import Appointment, Facility, Intake, Slot
from hospitals.services import intake
from tests.factories import access as access_rows
from tests.factories import communities as gate_rows
from tests.factories import hospitals as desk_rows
from tests.factories import transport as car_rows
from transport.models import Run, Trip, Vehicle
from transport.services import runs, stops

AT = datetime(2022, 6, 28, 2, 40, tzinfo=UTC)  # 10:40 on a Tuesday in Dandong
MIN = timedelta(minutes=1)
STAGES = (
    "asked",
    "placed",
    "accepted",
    "out",
    "boarded",
    "dropped",
    "arrived",
    "treated",
    "released",
    "boarded_back",
    "dropped_home",
    "home",
)


@dataclass
class Town:
    """One community, one hospital with a dialysis slot at 13:00, cars V1 and V2, everybody's actors."""

    community: Community
    facility: Facility
    slot: Slot
    cars: list[Vehicle]
    staff: Actor
    dispatcher: Actor
    guard: Actor
    desk: Actor
    gate: Gate = field(init=False)

    def __post_init__(self) -> None:
        self.gate = gate_rows.gate(self.community)


def town(*, cars: int = 2, capacity: int = 4, at: datetime = AT, zone: str = "controlled") -> Town:
    """Build the town."""
    home = gate_rows.community()
    gate_rows.zone(home, zone, since=at - timedelta(days=5))
    facility = desk_rows.make_facility(zone_role="yellow_code" if zone == "sealed" else "ordinary")
    service = desk_rows.make_service(facility)
    slot = desk_rows.make_slot(service, starts_at=at + 140 * MIN, capacity=capacity)
    return Town(
        community=home,
        facility=facility,
        slot=slot,
        cars=[car(f"V{number}", at=at) for number in range(1, cars + 1)],
        staff=Actor("user:staff", "林晓", "staff", "community", home.code, home.name),
        dispatcher=car_rows.dispatch_actor(),
        guard=Actor("user:guard", "孙师傅", "guard", "gate", f"{home.code}-1", home.name),
        desk=desk_rows.desk_actor(facility),
    )


def car(code: str, *, at: datetime = AT, **fields: Any) -> Vehicle:
    """Put a car with its driver on duty around a time."""
    row = car_rows.vehicle(code, **fields)
    car_rows.shift(row, car_rows.driver(f"D-{code}", f"师傅{code}"), at=at, hours=40)
    return row


def dispatcher_user(area: str = "main", username: str = "diaodu") -> User:
    """Make a dispatcher who can sign in."""
    return gate_rows.user(username, "韩冰", role="dispatch", place=("dispatch_area", area, "主城区"))


def resident(place: Town, name: str = "陈玉梅", **fields: Any) -> Resident:
    """Register somebody of the town."""
    return access_rows.resident(place.community, name, **fields)


def ask(place: Town, person: Resident | None = None, *, at: datetime = AT, **wish: Any) -> AccessRequest:
    """Ask through the community's own staff: approved at once."""
    given = {"need_kind": "dialysis", "arrive_at": place.slot.starts_at, "facility": place.facility.pk, **wish}
    given = {"session_min": 240, "mobility": "walk", **given}
    return requests.submit(person or resident(place), wish=AccessWish(**given), by=place.staff, at=at)


def place_by_hand(place: Town, request: AccessRequest, *, at: datetime = AT, **choice: Any) -> AccessRequest:
    """Put a request on the town's slot and first car."""
    given = {"slot_id": place.slot.pk, "out_vehicle": place.cars[0].pk, **choice}
    return placement.place(request, choice=PlacementChoice(**given), by=place.dispatcher, at=at)


def set_out_early(request: AccessRequest, *, at: datetime = AT) -> Run:
    """Let the car of a way there leave at once: nothing fits before its first stop any more."""
    run = Trip.objects.get(case_ref=request.case_ref, direction="outbound").run
    assert run is not None
    run.occupied = DateTimeTZRange(at, run.occupied.upper, "[)")
    run.save(update_fields=["occupied"])
    return run


@dataclass
class Walk:
    """One case on its way; `at` moves on with each step."""

    town: Town
    request: AccessRequest
    at: datetime

    def step(self, name: str) -> None:
        """Do one step and hand its facts up."""
        getattr(self, f"_{name}")()
        deliver()

    def trip(self, direction: str) -> Trip:
        """Return the newest trip of a direction."""
        rows = Trip.objects.filter(case_ref=self.request.case_ref, direction=direction)
        return rows.select_related("run").order_by("-attempt").first()

    @property
    def intake(self) -> Intake:
        """The arrival."""
        return Intake.objects.get(case_ref=self.request.case_ref)

    def _asked(self) -> None:
        return

    def _placed(self) -> None:
        place_by_hand(self.town, self.request, at=self.at)

    def _accepted(self) -> None:
        self._drive_on(self.trip("outbound").run, 0)

    def _out(self) -> None:
        self.at = max(self.at, self.trip("outbound").pickup_planned_at - 5 * MIN)
        self._scan("exit", "let_out")

    def _boarded(self) -> None:
        self._drive_on(self.trip("outbound").run, 1)

    def _dropped(self) -> None:
        self._drive_on(self.trip("outbound").run, 2)

    def _arrived(self) -> None:
        appointment = Appointment.objects.get(case_ref=self.request.case_ref)
        intake.check_in(appointment, by=self.town.desk, at=self.at)

    def _treated(self) -> None:
        intake.hand_over(self.intake, by=self.town.desk, at=self.at + 5 * MIN)
        self.at += 10 * MIN
        intake.start_treatment(self.intake, by=self.town.desk, at=self.at)

    def _released(self) -> None:
        self.at += self.request.session_min * MIN
        intake.release(self.intake, by=self.town.desk, at=self.at)

    def _boarded_back(self) -> None:
        self._drive_on(self.trip("inbound").run, 1)

    def _dropped_home(self) -> None:
        self._drive_on(self.trip("inbound").run, 2)

    def _home(self) -> None:
        self.at += 2 * MIN
        self._scan("entry", "let_in")

    def _drive_on(self, run: Run, upto: int) -> None:
        """Accept, start, and do the stops up to a number of them."""
        driver = Actor(f"user:{run.driver_id}", run.driver.name, "driver", "fleet", run.driver_id)
        run.refresh_from_db()
        if run.status == "offered":
            runs.accept(run, by=driver, at=self.at)
        if upto and run.status == "accepted":
            runs.start(run, by=driver, at=self.at)
        for stop in run.stops.filter(departed_at__isnull=True, position__lte=upto):
            self.at = max(self.at, stop.planned_at)
            stops.arrive(stop, by=driver, at=self.at)
            self.at += 2 * MIN
            stop.refresh_from_db()
            stops.depart(stop, by=driver, at=self.at)

    def _scan(self, direction: str, decision: str) -> None:
        gate_pass = GatePass.objects.issued().get(case_ref=self.request.case_ref)
        event = ScanEvent(uuid.uuid4(), direction, decision, gate_pass, happened_at=self.at)
        gates.scan(self.town.gate, event=event, by=self.town.guard, at=self.at)


def walk(
    place: Town, *, to: str = "home", at: datetime = AT, request: AccessRequest | None = None, **wish: Any
) -> Walk:
    """Walk a case through every step up to `to`."""
    case = Walk(place, request or ask(place, at=at, **wish), at)
    deliver()
    for stage in STAGES[1 : STAGES.index(to) + 1]:
        case.step(stage)
    case.request.refresh_from_db()
    return case


def deliver() -> None:
    """Hand every waiting fact to the service above, as the relay does."""
    while outbox.deliver_next():
        pass
