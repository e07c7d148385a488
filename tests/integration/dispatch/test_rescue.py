"""Nobody critical waits for an ambulance that does not come, is barred by a closure, or arrives unannounced."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import timedelta

import pytest
from django.urls import reverse

from access.models import AccessRequest, Outside
from access.services import critical, requests
from access.services.requests import AccessWish
from calls.models import OpenCall
from communities.models import Scan
from communities.services import gates
from core import clock
from core.errors import Conflict
from dispatch.facts import wake
from dispatch.hand import rescues
from dispatch.models import PlanningRun
from dispatch.planning import planner, urgent
from drill import by_hand
from hospitals import selectors as desk_selectors
from hospitals.cards import CRITICAL_SERVICES
from hospitals.models import Appointment, Intake, Service
from hospitals.services import intake
from hospitals.services.announcing import announce
from tests import walkers
from tests.factories import communities as gate_rows
from tests.factories import hospitals as desk_rows
from tests.walkers import AT, MIN, Town
from transport.models import Trip, Vehicle

pytestmark = pytest.mark.django_db
AMBULANCE = {"vehicle_class": "ambulance", "seats": 1, "wheelchairs": 0, "stretchers": 1, "has_oxygen": True}


@pytest.fixture
def town() -> Town:
    place = walkers.town()
    desk_rows.make_service(place.facility, kind="emergency")
    return place


def call(town: Town, name: str = "陈玉梅", *, at=AT, resident=None, **wish) -> AccessRequest:
    """Call 120 for somebody."""
    person = resident or walkers.resident(town, name)
    return requests.submit(person, wish=AccessWish("emergency", is_critical=True, **wish), by=town.staff, at=at)


def there(request: AccessRequest) -> Trip:
    return Trip.objects.live().select_related("run__vehicle").get(case_ref=request.case_ref, direction="outbound")


def outbound(request: AccessRequest):
    return Trip.objects.live().filter(case_ref=request.case_ref, direction="outbound", run__isnull=False).first()


# --- C7


def test_without_an_ambulance_the_nearest_car_comes_after_the_minutes_of_the_rulebook(town):
    """C7, E22: two volunteer cars stand there; before five minutes 120 alone is asked, then the nearest car that may."""
    Vehicle.objects.filter(pk="V1").update(lat=40.30)
    request = call(town)

    early = urgent.place_urgent(request.case_ref, at=AT + 4 * MIN)
    assert (early.applied, outbound(request)) == (0, None)
    late = urgent.place_urgent(request.case_ref, at=AT + 5 * MIN)

    assert (late.kind, late.status, late.applied) == ("urgent", "applied", 1)
    assert there(request).run.vehicle_id == "V2"
    held = Appointment.objects.get(case_ref=request.case_ref)
    assert (held.facility, held.is_critical, "V2" in held.carried_by) == (town.facility, True, True)
    assert set(PlanningRun.objects.exclude(pk__in=[early.pk, late.pk]).values_list("status", flat=True)) <= {
        "superseded"
    }


def test_an_ambulance_at_hand_comes_first_however_long_it_took(town):
    """R-000-10: one that is free sets out, although a car is nearer."""
    walkers.car("A1", **AMBULANCE, lat=40.15)
    request = call(town)
    urgent.place_urgent(request.case_ref, at=AT + 20 * MIN)
    assert there(request).run.vehicle_id == "A1"


def test_an_ambulance_that_is_away_for_long_is_not_waited_for(town):
    """C7: the only ambulance is out for an hour; the car that is at the door first is sent."""
    walkers.car("A1", **AMBULANCE)
    first = call(town, "甲", session_min=60)
    urgent.place_urgent(first.case_ref, at=AT)
    assert there(first).run.vehicle_id == "A1"
    second = call(town, "乙", at=AT + MIN)

    urgent.place_urgent(second.case_ref, at=AT + MIN)
    assert outbound(second) is None
    urgent.place_urgent(second.case_ref, at=AT + 6 * MIN)

    assert there(second).run.vehicle_id in {"V1", "V2"}


@pytest.mark.parametrize(
    ("who", "sent"),
    [({}, {"V1", "V2"}), ({"precaution": "positive"}, set())],
    ids=["any car", "an infected one"],
)
def test_the_other_car_is_one_that_may(town, who, sent):
    """E18, R-002-6g: a car that may not carry the infected is not sent; the reason stays with dispatch."""
    request = call(town, resident=walkers.resident(town, **who))
    urgent.place_urgent(request.case_ref, at=AT + 6 * MIN)
    trip = outbound(request)
    assert ({trip.run.vehicle_id} if trip else set()) <= sent
    assert bool(trip) is bool(sent)
    request.refresh_from_db()
    assert bool(request.needs_person_reason) is not bool(sent)


def test_no_way_home_holds_back_no_way_there(town):
    """R-000-2: the shift ends before a way home could; the car there comes all the same."""
    walkers.car("A1", **AMBULANCE)
    Vehicle.objects.exclude(pk="A1").update(status="off")
    car = Vehicle.objects.get(pk="A1")
    car.shifts.update(ends_at=AT + 70 * MIN)
    request = call(town, session_min=600)
    urgent.place_urgent(request.case_ref, at=AT)
    assert there(request).run.vehicle_id == "A1"


def test_by_hand_the_same_car_is_first(town):
    """C7: what the dispatcher is offered first is what the engine sends."""
    walkers.car("A1", **AMBULANCE)
    first = call(town, "甲")
    by_hand.place_first(first, by=town.dispatcher, at=AT)
    assert there(first).run.vehicle_id == "A1"
    second = call(town, "乙", at=AT + MIN)
    choice = by_hand.first_choice(second, at=AT + MIN)
    assert choice.out_vehicle in {"V1", "V2"}


def test_by_hand_no_car_of_tomorrow_is_taken(town):
    """C7: seen in a drilled night; whoever has a car for the morning is not looked at when an ambulance comes back.

    The twin: the car that is on shift now is taken.
    """
    evening = AT + 10 * 60 * MIN
    for car in town.cars:
        car.shifts.update(starts_at=evening + 9 * 60 * MIN, ends_at=evening + 23 * 60 * MIN)
    request = call(town, at=evening)
    assert by_hand.first_choice(request, at=evening + 10 * MIN) is None
    town.cars[0].shifts.update(starts_at=evening - 60 * MIN)
    choice = by_hand.first_choice(request, at=evening + 10 * MIN)
    assert choice is not None
    assert choice.out_vehicle == "V1"


# --- labour


def houses(town: Town, **roles: str) -> dict[str, str]:
    """Add houses that can deliver, each of a role, at growing distance; return their codes by name."""
    found = {}
    for number, (name, role) in enumerate(roles.items(), 1):
        house = desk_rows.make_facility(f"H-{name}", zone_role=role, lat=40.12 + number * 0.02, lon=124.38)
        desk_rows.make_service(house, kind="obstetrics")
        found[name] = house.pk
    return found


@pytest.mark.parametrize(
    ("zone", "infection", "goes"),
    [
        ("controlled", "", "near"),
        ("controlled", "positive", "positive"),
        ("controlled", "suspected", "positive"),
        ("sealed", "", "yellow"),
        ("controlled", "isolated", "yellow"),
    ],
)
@pytest.mark.parametrize("way", ["engine", "hand"])
def test_labour_goes_to_a_house_that_can_deliver(way, zone, infection, goes):
    """E22, R-002-1a, R-002-1d: 1.5 no. 2; the emergency room next door without obstetrics is not the house."""
    town = walkers.town(zone=zone)
    desk_rows.make_service(town.facility, kind="emergency")
    walkers.car("N1", **{**AMBULANCE, "vehicle_class": "ambulance_negative_pressure", "takes_positive": True})
    codes = houses(town, near="ordinary", yellow="yellow_code", positive="designated")
    person = walkers.resident(town, precaution=infection)
    request = call(town, resident=person, is_labour=True)
    assert request.service_kind == "obstetrics"

    if way == "engine":
        urgent.place_urgent(request.case_ref, at=AT)
    else:
        by_hand.place_first(request, by=town.dispatcher, at=AT)

    held = Appointment.objects.get(case_ref=request.case_ref)
    assert (held.facility_id, there(request).to_code) == (codes[goes], codes[goes])
    assert (held.need_kind, held.slot.service.kind) == ("labour", "obstetrics")


@pytest.mark.parametrize("way", ["engine", "hand"])
def test_far_from_the_house_of_her_zone_the_nearest_that_can_deliver_saves_first(way):
    """E22, C3: a yellow-code house more than a quarter of an hour farther is not the first."""
    town = walkers.town(zone="sealed")
    walkers.car("A1", **AMBULANCE)
    codes = houses(town, near="ordinary")
    far = desk_rows.make_facility("H-far", zone_role="yellow_code", lat=40.6, lon=124.38)
    desk_rows.make_service(far, kind="obstetrics")
    request = call(town, is_labour=True)
    if way == "engine":
        urgent.place_urgent(request.case_ref, at=AT)
    else:
        by_hand.place_first(request, by=town.dispatcher, at=AT)
    assert there(request).to_code == codes["near"]


# --- closures


@pytest.mark.parametrize("status", ["closed", "diverting", "limited"])
@pytest.mark.parametrize("way", ["engine", "hand"])
def test_no_closure_bars_a_critical_patient_and_the_desk_reads_who_comes(way, status, town, client):
    """R-002-3d, R-002-3b: by hand and by engine the same house; its desk's page names the patient and the car."""
    walkers.car("A1", **AMBULANCE)
    Service.objects.filter(kind="emergency").update(status=status, status_until=AT + timedelta(days=1))
    request = call(town)
    if way == "engine":
        urgent.place_urgent(request.case_ref, at=AT)
    else:
        by_hand.place_first(request, by=town.dispatcher, at=AT)
    assert there(request).to_code == town.facility.pk
    held = Appointment.objects.get(case_ref=request.case_ref)
    assert (held.is_critical, held.expected_at) == (True, there(request).dropoff_planned_at)


def test_a_house_that_is_open_and_hardly_farther_comes_before_one_that_is_shut(town):
    """R-002-3c: what is shut ranks lower and is never barred."""
    walkers.car("A1", **AMBULANCE)
    Service.objects.filter(kind="emergency").update(status="closed", status_until=AT + timedelta(days=1))
    other = desk_rows.make_facility("H-open", lat=40.10, lon=124.37)
    desk_rows.make_service(other, kind="emergency")
    request = call(town)
    urgent.place_urgent(request.case_ref, at=AT)
    assert there(request).to_code == "H-open"


def test_a_house_without_an_emergency_room_is_told_as_well(town):
    """R-002-3b: whoever is sent there stands on the desk's list."""
    other = desk_rows.make_facility("H-none")
    held = announce(
        other,
        card=desk_rows.make_card(is_critical=True),
        case_ref=call(town).case_ref,
        expected_at=AT + 20 * MIN,
        by=desk_rows.ENGINE,
        at=AT,
    )
    held.slot.refresh_from_db()
    assert (held.facility, held.slot.service.kind, held.slot.free) == (other, "direct", 0)


# --- 120 stands at the gate already


def let_out(town, *, came: bool | None) -> tuple[Scan, AccessRequest]:
    """Press 紧急放行 and say whether an ambulance stands there."""
    row = gates.emergency_release(town.gate, event_id=uuid.uuid4(), by=town.guard, at=AT)
    say(town, row, came=came, at=AT + MIN)
    return row, AccessRequest.objects.get(case_ref=row.case_ref)


def say(town, row: Scan, *, came: bool | None, at) -> None:
    gates.add_detail(row, building="9号楼", party_size=1, has_ambulance=came, by=town.guard, at=at)
    walkers.deliver()


@pytest.mark.parametrize("came", [True, False, None])
def test_no_other_car_is_sent_for_whom_an_ambulance_took_at_the_gate(town, came):
    """INV-04, C7: the guard's 120 已经到了 is a boarding; nobody is told to ring 120 for them, and they stay on the list."""
    _scan, request = let_out(town, came=came)
    urgent.place_urgent(request.case_ref, at=AT + 6 * MIN)
    rescues.sweep(at=AT + 7 * MIN)

    assert (outbound(request) is None) is (came is True)
    calling = OpenCall.objects.live().filter(kind="critical_without_car")
    assert calling.exists() is (came is not True)
    if came:
        assert request not in wake.nobody_looks_at(at=AT + 7 * MIN)
    assert [each.case_ref for each in Outside.objects.all()] == [request.case_ref]


def test_a_car_under_way_to_whom_120_took_is_called_off_and_looked_for_again_when_it_was_not_so(town):
    """C7: the volunteer's car turns round; the guard's last word counts."""
    row, request = let_out(town, came=None)
    urgent.place_urgent(request.case_ref, at=AT + 6 * MIN)
    assert outbound(request).run.vehicle_id in {"V1", "V2"}

    say(town, row, came=True, at=AT + 7 * MIN)
    assert outbound(request) is None
    assert not OpenCall.objects.live().filter(kind="critical_without_car").exists()

    say(town, row, came=False, at=AT + 8 * MIN)
    urgent.place_urgent(request.case_ref, at=AT + 9 * MIN)
    assert outbound(request).run.vehicle_id in {"V1", "V2"}


def test_our_own_ambulance_at_the_gate_keeps_its_patient(town):
    """The twin: the ambulance that the guard saw may be the one that was sent."""
    walkers.car("A1", **AMBULANCE)
    row, request = let_out(town, came=None)
    urgent.place_urgent(request.case_ref, at=AT + 2 * MIN)
    say(town, row, came=True, at=AT + 9 * MIN)

    assert there(request).run.vehicle_id == "A1"


# --- one way per person


def test_the_second_press_names_the_first(town):
    """INV-04: one person, one ambulance."""
    person = walkers.resident(town)
    first = call(town, resident=person)
    for _press in range(2):
        with pytest.raises(Conflict) as caught:
            call(town, resident=person)
        assert (caught.value.code, caught.value.context["request"]) == ("critical.exists", first.pk)
    other = walkers.ask(town, person, is_second=True)
    with pytest.raises(Conflict, match="已经叫了 120"):
        critical.make_critical(other, by=town.staff, at=AT)
    assert AccessRequest.objects.filter(is_critical=True).count() == 1


@pytest.mark.parametrize("hour", [{}, {"arrive_at": None}], ids=["of an hour", "as soon as possible"])
def test_whoever_is_fetched_by_120_is_planned_into_no_other_car(town, hour):
    """INV-04: the ride of the same afternoon is given back, and neither engine nor hand makes another meanwhile."""
    walkers.car("A1", **AMBULANCE)
    person = walkers.resident(town)
    ordinary = walkers.ask(town, person, **hour)
    planner.plan("main", at=AT)
    assert outbound(ordinary)

    request = call(town, resident=person)
    urgent.place_urgent(request.case_ref, at=AT)
    planner.plan("main", at=AT)

    assert outbound(ordinary) is None
    assert not Appointment.objects.live().filter(case_ref=ordinary.case_ref).exists()
    with pytest.raises(Conflict, match="120"):
        walkers.place_by_hand(town, ordinary)


def test_whoever_stands_aside_for_120_is_told_so_and_planned_as_soon_as_it_is_over(town, client):
    """INV-04, INV-37: the ordinary way carries its reason, is nobody's alarm meanwhile, and is due once 120 is off."""
    person = walkers.resident(town)
    ordinary = walkers.ask(town, person)
    emergency = call(town, resident=person)
    words = "这个人叫了 120，这一趟先放着，120 那一趟完了自动再排"
    assert words in reads(client, town, "staff", reverse("access:request", args=[ordinary.pk]))

    planner.plan("main", at=AT)
    ordinary.refresh_from_db()
    assert (ordinary.needs_person_reason, ordinary.owner_role) == ("fetched_by_120", "dispatch")
    assert ordinary not in wake.nobody_looks_at(at=AT + 60 * MIN)
    assert words in reads(client, town, "command", reverse("command:overview"))
    attempts = ordinary.attempts
    planner.plan("main", at=AT + 10 * MIN)
    ordinary.refresh_from_db()
    assert ordinary.attempts == attempts

    critical.lower_critical(emergency, reason="看错了", by=replace(town.staff, role="lead"), at=AT + 11 * MIN)
    assert ordinary in wake.nobody_looks_at(at=AT + 11 * MIN)
    planner.plan("main", at=AT + 11 * MIN)
    assert outbound(ordinary)


def test_raising_a_placed_request_calls_an_ambulance(town):
    """R-000-2: what was arranged for the ordinary way is given back; 120 comes now."""
    walkers.car("A1", **AMBULANCE)
    request = walkers.ask(town)
    planner.plan("main", at=AT)
    critical.make_critical(request, by=town.staff, at=AT)
    urgent.place_urgent(request.case_ref, at=AT)
    assert there(request).run.vehicle_id == "A1"
    assert Appointment.objects.live().get(case_ref=request.case_ref).is_critical


# --- who reads it


def reads(client, town: Town, role: str, url: str) -> str:
    """Return what somebody's screen says."""
    places = {
        "dispatch": ("dispatch_area", "main", "主城区"),
        "command": ("district", town.community.code[:6], "振兴区"),
        "staff": ("community", town.community.code, town.community.name),
    }
    client.force_login(gate_rows.user(f"{role}-reads", "某人", role=role, place=places[role]))
    return client.get(url).content.decode()


@pytest.mark.parametrize("way", ["engine", "hand"])
@pytest.mark.parametrize("role", ["dispatch", "command", "staff"])
def test_without_an_ambulance_a_person_is_told_to_ring_120(role, way, client):
    """C7: dispatch, command and the community read that another car comes and that 120 is to be rung, with where."""
    at = clock.now() - 6 * MIN
    town = walkers.town(at=at)
    desk_rows.make_service(town.facility, kind="emergency")
    request = call(town, at=at)
    if way == "engine":
        urgent.place_urgent(request.case_ref, at=at + 6 * MIN)
    else:
        by_hand.place_first(request, by=town.dispatcher, at=at + MIN)
    plate = there(request).run.vehicle.plate
    page = reads(client, town, role, SCREENS[role](request))
    assert plate in page
    assert "打 120" in page
    assert f"{town.community.name} 5号楼" in page
    listed = client.get(reverse("calls:list")).content.decode()
    assert f"救护车排不上：已派 {plate}" in listed
    assert "请马上打 120，地址" in listed


SCREENS = {
    "dispatch": lambda request: reverse("dispatch:board"),
    "command": lambda request: reverse("command:overview"),
    "staff": lambda request: reverse("access:request", args=[request.pk]),
}


def test_while_nothing_fits_a_call_has_an_owner_and_ends_by_the_fact(town):
    """C7, R-000-17: no car at all, no engine either: the sweep calls; the ambulance that comes ends it."""
    Vehicle.objects.update(status="off")
    request = call(town)
    rescues.sweep(at=AT + 4 * MIN)
    assert not OpenCall.objects.exists()
    for _again in range(2):
        rescues.sweep(at=AT + 5 * MIN)
    told = OpenCall.objects.get()
    assert (told.kind, told.status, told.owner_role, told.is_loud) == ("critical_without_car", "open", "dispatch", True)
    assert "还没有车能派" in told.note

    walkers.car("A1", **AMBULANCE)
    urgent.place_urgent(request.case_ref, at=AT + 7 * MIN)
    told.refresh_from_db()
    assert told.status == "ended"


def test_taking_it_back_ends_the_call(town):
    """INV-15."""
    Vehicle.objects.update(status="off")
    request = call(town)
    rescues.sweep(at=AT + 5 * MIN)
    critical.lower_critical(request, reason="按错了", by=town.staff, at=AT + 6 * MIN)
    rescues.sweep(at=AT + 6 * MIN)
    assert OpenCall.objects.get().status == "ended"


def test_lowering_gives_the_ambulance_back_and_the_ordinary_way_waits_again(town):
    """INV-15: driver, desk and gate are free of it; the next plan drives as was asked for."""
    walkers.car("A1", **AMBULANCE)
    request = walkers.ask(town)
    before = (request.mode, request.arrive_at, request.facility_id, request.service_kind)
    request = critical.make_critical(request, by=town.staff, at=AT)
    urgent.place_urgent(request.case_ref, at=AT)
    run = there(request).run

    critical.lower_critical(request, reason="按错了", by=town.staff, at=AT + MIN)

    run.refresh_from_db()
    request.refresh_from_db()
    assert run.status == "cancelled"
    assert not Appointment.objects.live().filter(case_ref=request.case_ref).exists()
    assert (request.mode, request.arrive_at, request.facility_id, request.service_kind) == before
    planner.plan("main", at=AT + 2 * MIN)
    assert there(request).run.vehicle_id in {"V1", "V2"}
    assert Appointment.objects.live().get(case_ref=request.case_ref).slot == town.slot


def test_aboard_nobody_is_lowered(town):
    """INV-19: whoever is out is judged by the hospital."""
    request = call(town)
    walkers.car("A1", **AMBULANCE)
    urgent.place_urgent(request.case_ref, at=AT)
    walk = walkers.Walk(town, request, AT)
    walk.step("accepted")
    walk.step("boarded")
    with pytest.raises(Conflict, match="撤不回来"):
        critical.lower_critical(request, reason="按错了", by=town.staff, at=walk.at)


@pytest.mark.parametrize("status", ["closed", "diverting"])
def test_the_desk_of_a_closed_emergency_room_reads_who_comes(status, client):
    """R-002-3b, R-002-3d: the screen of the house itself; labour is named."""
    at = clock.now()
    town = walkers.town(at=at)
    walkers.car("A1", at=at, **AMBULANCE)
    for kind in ("emergency", "obstetrics"):
        made = desk_rows.make_service(town.facility, kind=kind)
        Service.objects.filter(pk=made.pk).update(status=status, status_until=at + timedelta(hours=9))
    first, second = call(town, "陈玉梅", at=at), call(town, "白雪", at=at, is_labour=True)
    for request in (first, second):
        urgent.place_urgent(request.case_ref, at=at + 6 * MIN)
    client.force_login(desk_rows.make_desk_user(town.facility))
    page = client.get(reverse("hospitals:desk")).content.decode()
    assert "陈玉梅" in page
    assert "白雪" in page
    assert "临产" in page


def test_two_ordinary_ways_of_one_person_never_overlap(town):
    """INV-04: a second trip of the same hour is refused a second car, by hand as by the engine."""
    person = walkers.resident(town)
    first = walkers.ask(town, person)
    second = walkers.ask(town, person, is_second=True, arrive_at=town.slot.starts_at + MIN)
    walkers.place_by_hand(town, first)
    with pytest.raises(Conflict, match="另一趟"):
        walkers.place_by_hand(town, second, out_vehicle="V2")
    planner.plan("main", at=AT)
    assert outbound(second) is None


# --- who is called for and comes to a desk


@pytest.mark.parametrize("is_aboard", [True, False])
def test_another_arrival_of_somebody_in_an_ambulance_is_taken_up_beside_it(town, is_aboard):
    """Guard: INV-04, INV-29. The ambulance is not given back, and the arrival has a request and so a way home.

    The twin: whoever came another way while the ambulance was still under way needs it no more.
    """
    walkers.car("A1", **AMBULANCE)
    request = call(town)
    urgent.place_urgent(request.case_ref, at=AT)
    case = walkers.Walk(town, request, AT)
    for stage in ("accepted", "boarded") if is_aboard else ("accepted",):
        case.step(stage)

    came = intake.walk_in(town.facility, label="陈玉梅", by=town.desk, at=case.at + MIN)
    Intake.objects.filter(pk=came.pk).update(person_key=request.person_key)
    walkers.deliver()

    request.refresh_from_db()
    assert (request.status, request.is_critical) == (("approved", True) if is_aboard else ("cancelled", False))
    assert (outbound(request) is not None) is is_aboard
    assert AccessRequest.objects.get(case_ref=came.case_ref).is_critical is not is_aboard


@pytest.mark.parametrize(("kind", "says"), [(0, "血液透析"), (1, "临产")], ids=["critical", "labour"])
@pytest.mark.parametrize("stage", ["out", "boarded"])
def test_who_turns_critical_on_the_way_is_on_top_of_the_desks_page(stage, kind, says):
    """R-000-2, E22: the daughter rings the community; the house that expects her mother reads it, and what for."""
    place = walkers.town(cars=2)
    case = walkers.walk(place, to=stage, request=walkers.ask(place))

    critical.make_critical(case.request, by=place.staff, at=case.at, service_kind=CRITICAL_SERVICES[kind])
    walkers.deliver()

    day = desk_selectors.day_of(place.facility.pk, at=case.at)
    assert [str(row.need) for row in day.under_way] == [says]
    assert day.arrivals == []


def test_who_has_not_left_gives_the_place_back_and_no_desk_is_told_of_the_old_one():
    """The twin: 120 brings them where the rules say, not to the place that was booked."""
    place = walkers.town(cars=2)
    case = walkers.walk(place, to="accepted", request=walkers.ask(place))

    critical.make_critical(case.request, by=place.staff, at=case.at)
    walkers.deliver()

    assert desk_selectors.day_of(place.facility.pk, at=case.at).under_way == []
