"""A small town of two strangers: two communities, areas, hospitals and cars that have nothing to do with each other.

Each side has a person in every post and four cases: one only asked for, one placed, one inside the hospital, one
let out by an emergency. All of it is made through the services, so that every row is one the product could make.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection

from access.models import AccessRequest, Resident
from access.services import cards, needs, requests, residents
from access.services.needs import NeedFacts
from access.services.residents import ResidentFacts
from accounts.models import Post, User
from calls.models import OpenCall
from calls.states import CallKind
from communities.models import Community, DispatchArea, DispatchAreaDivision, Gate, GatePass, Scan, ZonePeriod
from communities.services import gates, passes
from communities.services.gates import ScanEvent
from core import clock
from core.actors import Actor
from core.geo import Point
from dispatch.models import PlanningRun
from hospitals.models import Appointment, Facility, Intake, Service, Slot, TransferRequest
from hospitals.services import appointments, intake, overload, transfers
from hospitals.services.overload import Overload
from hospitals.services.transfers import TransferWish
from transport.cards import Place
from transport.models import Driver, Run, Shift, Trip, Vehicle
from transport.services import runs, scheduling, stops, trips
from transport.services.scheduling import RunTimes

PASSWORD = "a-long-test-password"
MIN = timedelta(minutes=1)
ROLES = ("staff", "lead", "guard", "driver", "dispatch", "intake", "hospadm", "command", "auditor", "sysadmin")


@dataclass(frozen=True)
class Words:
    """The personal words of one resident; each may be a canary."""

    name: str
    id_no: str = ""
    phone: str = ""
    address: str = ""
    note: str = ""
    diagnosis: str = ""
    wish_note: str = ""


@dataclass
class Case:
    """One resident with one request, as far as it went."""

    resident: Resident
    request: AccessRequest
    appointment: Appointment | None = None
    there: Trip | None = None
    back: Trip | None = None
    run: Run | None = None
    gate_pass: GatePass | None = None
    scan: Scan | None = None
    intake: Intake | None = None


@dataclass
class Side:
    """One half of the town. `users` and `actors` by role; `cases` by how far they went."""

    number: int
    community: Community
    gate: Gate
    facility: Facility
    service: Service
    slot: Slot
    vehicle: Vehicle
    driver: Driver
    users: dict[str, User] = field(default_factory=dict)
    actors: dict[str, Actor] = field(default_factory=dict)
    cases: dict[str, Case] = field(default_factory=dict)
    emergency: Scan | None = None
    walk_in: Intake | None = None
    plan: PlanningRun | None = None
    call: OpenCall | None = None  # the call for help that the emergency at the gate raised
    transfer: TransferRequest | None = None  # another house asks its own to take a patient over
    house_call: OpenCall | None = None  # the one its desk raised


def default_words(number: int, stage: str) -> Words:
    """Return the words of an ordinary resident."""
    tail = f"{number}{len(stage):02d}"
    return Words(f"王{stage}{number}", phone=f"13800000{tail}", address="1单元 101", note="怕黑", wish_note="从后门走")


def build(number: int, *, at: datetime, words: Mapping[str, Words] | None = None, password: str = PASSWORD) -> Side:
    """Build one side; `number` 1 or 2 keeps their codes apart, `words` by stage replace the ordinary ones."""
    side = _ground(number, at)
    _people(side, password)
    for stage in ("asked", "placed", "inside"):
        _case(side, stage, (words or {}).get(stage) or default_words(number, stage), at)
    guard, desk = side.actors["guard"], side.actors["intake"]
    side.emergency = gates.emergency_release(
        side.gate, event_id=uuid.uuid4(), building="9号楼", party_size=2, by=guard, at=at - 5 * MIN
    )
    side.call = OpenCall.objects.live().get(kind=CallKind.GATE_EMERGENCY, subject=str(side.emergency.case_ref))
    side.plan = PlanningRun.objects.create(
        area=side.community.dispatch_area_id, kind="preview", status="applied", status_at=at, asked_at=at, problem={}
    )
    side.walk_in = intake.walk_in(side.facility, label="身份不明 男", need_kind="", is_critical=True, by=desk, at=at)
    other = _facility(f"T-G{number}", side.facility.division_code, at, lon=side.facility.lon)
    elsewhere = replace(desk, place_code=other.pk)
    patient_there = intake.walk_in(other, label="身份不明 女", need_kind="", is_critical=False, by=elsewhere, at=at)
    side.transfer = transfers.ask(patient_there, TransferWish(side.facility, "technique"), by=elsewhere, at=at)
    side.house_call = overload.report(side.facility, Overload("bed", "推床上吸着氧"), by=desk, at=at - 2 * MIN)
    return side


def crowd(side: Side, count: int, *, at: datetime) -> None:
    """Add so many more of everything: cases of each stage with a car each, emergencies, walk-ins, plans, services."""
    guard, desk, area = side.actors["guard"], side.actors["intake"], side.community.dispatch_area_id
    for number in range(count):
        vehicle, driver = _car(f"{side.number}-{number}", area, side.facility.code, at)
        behind_the_wheel = replace(side.actors["driver"], place_code=driver.code)
        actors = {**side.actors, "driver": behind_the_wheel}
        more = replace(side, vehicle=vehicle, driver=driver, actors=actors, cases={})
        for stage in ("asked", "placed", "inside"):
            _case(more, stage, Words(f"赵{number}", phone=f"1391{side.number}{number:06d}"), at)
        gates.emergency_release(side.gate, event_id=uuid.uuid4(), building="3号楼", party_size=1, by=guard, at=at)
        intake.walk_in(side.facility, label=f"身份不明 {number}", need_kind="", is_critical=True, by=desk, at=at)
        PlanningRun.objects.create(area=area, kind="preview", status="applied", status_at=at, asked_at=at, problem={})
        other = _facility(f"T-F{side.number}-{number}", side.facility.division_code, at, lon=side.facility.lon)
        start = at + number * MIN
        Slot.objects.create(service=side.service, starts_at=start, ends_at=start + 60 * MIN, capacity=4)
        Slot.objects.create(service=other.services.first(), starts_at=start, ends_at=start + 60 * MIN, capacity=4)


def leave(side: Side, name: str, *, at: datetime) -> GatePass:
    """Register one more, with a request and a pass but no ride yet."""
    staff = side.actors["staff"]
    facts = ResidentFacts(name=name, sex="F", building="5号楼")
    resident = residents.register(side.community, facts=facts, by=staff, at=at, is_other=True)
    wish = requests.AccessWish("dialysis", arrive_at=at + 90 * MIN, facility=side.facility.code)
    request = requests.submit(resident, wish=wish, by=staff, at=at)
    window = passes.PassWindow(at - 20 * MIN, at + 480 * MIN, at + 360 * MIN)
    return passes.issue(
        cards.pass_card(request), community=side.community, case_ref=request.case_ref, window=window, by=staff, at=at
    )


def patient() -> None:
    """Let this connection's transaction stay open as long as a whole file of tests takes."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")


def both(at: datetime | None = None) -> tuple[Side, Side]:
    """Build the two sides."""
    moment = at or clock.now()
    return build(1, at=moment), build(2, at=moment)


def _ground(number: int, at: datetime) -> Side:
    code = f"21060{number}001001"
    area = DispatchArea.objects.create(code=f"area{number}", name=f"{number}片区", city_code="210600000000")
    DispatchAreaDivision.objects.create(area=area, district_code=code[:6])
    community = Community.objects.create(
        code=code, name=f"{number}号小区", street_code=f"{code[:9]}000", district_code=f"{code[:6]}000000",
        dispatch_area=area, lat=40.12, lon=124.38 + number / 100, contact_name="林晓", contact_phone="0415-3120001",
    )  # fmt: skip
    gate = Gate.objects.create(code=f"{code}-1", community=community, name="南门", number=1)
    ZonePeriod.objects.create(community=community, zone_class="controlled", valid_from=at - timedelta(days=3))
    facility = _facility(f"T-F{number}", code[:6], at, lon=124.366 + number / 100)
    service = facility.services.get(kind="hemodialysis")
    start = at + 90 * MIN
    slot = Slot.objects.create(service=service, starts_at=start, ends_at=start + 240 * MIN, capacity=200)
    vehicle, driver = _car(str(number), area.code, facility.code, at)
    return Side(number, community, gate, facility, service, slot, vehicle, driver)


def _facility(code: str, division: str, at: datetime, *, lon: float) -> Facility:
    """Store a hospital with dialysis and an emergency room."""
    facility = Facility.objects.create(
        code=code, name=f"测试医院{code[3:]}", division_code=division, has_emergency=True,
        buffer_places=6, lat=40.105, lon=lon, zone_role="yellow_code",
    )  # fmt: skip
    for kind in ("hemodialysis", "emergency"):
        Service.objects.create(facility=facility, kind=kind, status_at=at, confirmed_at=at)
    return facility


def _car(code: str, area: str, base: str, at: datetime) -> tuple[Vehicle, Driver]:
    """Store a car with its driver on duty half a day before and after."""
    vehicle = Vehicle.objects.create(
        code=f"V{code}", plate=f"辽F·T{code:>03}", vehicle_class="street_van", base_code=base,
        dispatch_area=area, seats=6, wheelchairs=2, lat=40.11, lon=124.37,
        zones_allowed=["sealed", "controlled", "precautionary"],
    )  # fmt: skip
    driver = Driver.objects.create(code=f"D{code}", name=f"李师傅{code}", phone=f"1390000000{code[0]}")
    Shift.objects.create(vehicle=vehicle, driver=driver, starts_at=at - 720 * MIN, ends_at=at + 720 * MIN)
    return vehicle, driver


def _people(side: Side, password: str) -> None:
    """Give every role a post on this side; all with one password, hashed once."""
    area = side.community.dispatch_area_id
    places = {
        "staff": ("community", side.community.code), "lead": ("community", side.community.code),
        "guard": ("gate", side.gate.code), "driver": ("fleet", side.driver.code),
        "dispatch": ("dispatch_area", area), "intake": ("facility", side.facility.code),
        "hospadm": ("facility", side.facility.code), "command": ("district", side.community.district_code[:6]),
        "auditor": ("district", side.community.district_code[:6]), "sysadmin": ("city", side.community.code[:6]),
    }  # fmt: skip
    hashed = ""
    for role in ROLES:
        user = User(username=f"{role}{side.number}", name=f"{role}甲{side.number}")
        if hashed:
            user.password = hashed
        else:
            user.set_password(password)
            hashed = user.password
        user.save()
        kind, code = places[role]
        post = Post.objects.create(user=user, role=role, place_kind=kind, place_code=code, place_label=f"{code} 岗")
        side.users[role], side.actors[role] = user, post.actor()


def _case(side: Side, stage: str, words: Words, at: datetime) -> None:
    staff = side.actors["staff"]
    facts = ResidentFacts(
        name=words.name, sex="F", birth_date=date(1954, 3, 2), id_no=words.id_no, phone=words.phone,
        building="5号楼", address=words.address, mobility="wheelchair", note=words.note,
    )  # fmt: skip
    asked_at = at - 300 * MIN if stage == "inside" else at - 60 * MIN
    resident = residents.register(side.community, facts=facts, by=staff, at=asked_at, is_other=True)
    needs.add(resident, facts=NeedFacts("dialysis", "2,4,6", diagnosis=words.diagnosis), by=staff, at=asked_at)
    arrive_at = at - 60 * MIN if stage == "inside" else at + 90 * MIN
    wish = requests.AccessWish(
        "dialysis", arrive_at=arrive_at, mobility="wheelchair", facility=side.facility.code, escorts=1,
        note=words.wish_note, session_min=240,
    )  # fmt: skip
    made = Case(resident, requests.submit(resident, wish=wish, by=staff, at=asked_at))
    side.cases[stage] = made
    if stage != "asked":
        _place(side, made, arrive_at, asked_at)
    if stage == "inside":
        _go_inside(side, made, at)


def _place(side: Side, case: Case, arrive_at: datetime, at: datetime) -> None:
    """Give the case a place, a car there, a reserved car back and a pass."""
    request, by = case.request, side.actors["dispatch"]
    case.appointment = appointments.book(
        side.slot, card=cards.patient_card(request), case_ref=request.case_ref, by=by, at=at
    )
    facility = Place("facility", side.facility.code, f"{side.facility.name} 2号门", Point(40.105, 124.366))
    case.there, case.back = trips.open_pair(
        request.case_ref, card=cards.rider_card(request, on=clock.local_day(at)), home=cards.home_of(request),
        facility=facility, arrive_by=arrive_at, expected_ready_at=arrive_at + 240 * MIN,
        dispatch_area=request.dispatch_area, by=by, at=at,
    )  # fmt: skip
    ride = RunTimes(
        side.vehicle, side.driver, arrive_at - 50 * MIN, arrive_at - 40 * MIN, arrive_at - 15 * MIN, arrive_at
    )
    case.run = scheduling.schedule(case.there, ride=ride, by=by, at=at, is_pinned=True)
    start = arrive_at + 240 * MIN
    home = RunTimes(side.vehicle, side.driver, start, start + 10 * MIN, start + 40 * MIN, start + 60 * MIN)
    scheduling.reserve(case.back, ride=home, window_from=start, window_until=start + 60 * MIN, by=by, at=at)
    case.gate_pass = passes.issue(
        cards.pass_card(request, plate=side.vehicle.plate),
        community=side.community,
        case_ref=request.case_ref,
        window=passes.PassWindow(arrive_at - 110 * MIN, arrive_at + 60 * MIN, arrive_at + 360 * MIN),
        by=by,
        at=at,
    )


def _go_inside(side: Side, case: Case, at: datetime) -> None:
    """Play the case out of the gate, into the car, into the hospital."""
    if case.run is None or case.appointment is None:
        raise ValueError("only a placed case can go")
    exit_event = ScanEvent(uuid.uuid4(), "exit", "let_out", gate_pass=case.gate_pass)
    case.scan = gates.scan(side.gate, event=exit_event, by=side.actors["guard"], at=at - 101 * MIN)
    driver, desk = side.actors["driver"], side.actors["intake"]
    pickup, dropoff = case.run.stops.select_related("run", "trip").order_by("position")
    runs.start(case.run, by=driver, at=at - 108 * MIN)
    stops.depart(_fresh(pickup), by=driver, at=at - 100 * MIN)
    stops.arrive(_fresh(dropoff), by=driver, at=at - 78 * MIN)
    case.intake = intake.check_in(case.appointment, by=desk, at=at - 77 * MIN)
    intake.hand_over(case.intake, by=desk, at=at - 75 * MIN)
    stops.depart(_fresh(dropoff), by=driver, at=at - 74 * MIN)
    intake.start_treatment(case.intake, by=desk, at=at - 60 * MIN)


def _fresh(stop: Any) -> Any:
    return type(stop).objects.select_related("run__vehicle", "trip").get(pk=stop.pk)
