"""From one hospital to another and home from there: the car between, both desks, the way home (R-000-8, R-000-12)."""

from __future__ import annotations

import pytest
import time_machine
from django.db import connection
from django.test import Client

from access.models import AccessRequest, Outside
from access.services import absences
from access.states import AbsenceKind
from core import clock
from core.actors import Actor
from core.errors import Conflict, Invalid
from core.management.commands.check_invariants import breaches
from core.vocabulary import hhmm
from dispatch.board.reading import board
from dispatch.home import returns
from dispatch.home import transfers as ways
from dispatch.models import AreaSetting
from dispatch.planning import planner
from drill.handed_on import lost_after_transfer
from hospitals import selectors
from hospitals.models import Intake, TransferRequest
from hospitals.services import intake, transfers, undo
from hospitals.services.transfers import TransferWish
from tests import walkers
from tests.factories import hospitals as desk_rows
from tests.factories import transport as car_rows
from tests.handed import Handed, handed
from tests.walkers import MIN
from transport.models import Run, Trip
from transport.services import lateness, runs

pytestmark = pytest.mark.django_db


def test_there_on_to_the_other_house_and_home_from_it():
    """R-000-8, R-000-12, 4.6: the whole way, with the planning that runs; closed only at home."""
    case = handed("ask", "accept")
    between = case.trip("between")
    assert (between.status, between.from_code, between.to_code) == ("scheduled", case.town.facility.pk, case.other.pk)
    assert case.transfer.carried_by.startswith(between.run.vehicle.plate)
    assert case.transfer.expected_at == between.dropoff_planned_at

    case.steps("brought")
    assert case.here.status == "in_treatment", "R-000-8: the first house's own until the other has received"
    assert case.transfer.left_at is not None
    case.steps("received")
    assert case.here.status == "transferred"
    assert Outside.objects.get(case_ref=case.request.case_ref).facility_id == case.other.pk
    assert case.facts().kept_at is None
    assert case.trip("between").status == "completed"

    back = case.trip("inbound")
    assert (back.from_code, back.status) == (case.other.pk, "will_call"), "home from where they are"
    old = Trip.objects.filter(case_ref=case.request.case_ref, direction="inbound", from_code=case.town.facility.pk)
    assert [(trip.status, trip.reserved_run_id) for trip in old] == [("cancelled", None)]
    planner.plan("main", at=case.at + MIN)
    assert case.trip("inbound").reserved_run_id is not None, "R-000-12: a car stands by again"

    case.steps("treated_there", "released_there")
    assert case.trip("inbound").status == "scheduled"
    assert case.there.way_home_by, "the second desk reads the car home"
    case.steps("boarded_back", "dropped_home", "home")
    case.request.refresh_from_db()
    assert (case.request.status, case.request.outcome) == ("closed", "home")
    assert breaches() == []


def test_nobody_is_asked_for_a_car_before_the_other_house_said_yes():
    case = handed("ask")

    assert case.trip("between") is None
    assert case.waiting() == []


def test_without_a_car_it_waits_on_the_board_with_its_age():
    case = handed("ask", cars=1)
    walkers.Vehicle.objects.update(status="off")
    case.steps("accept")

    (row,) = case.waiting(minutes=16)
    assert (row.kind, row.level) == ("between", "danger")
    assert row.headline == "已等 16 分"
    assert row.route == f"{case.town.facility.name} → 乙院"
    assert "还没有车" in selectors.handing_of(case.transfer, at=case.at).state


def test_the_sweep_looks_again_for_a_car():
    case = handed("ask", cars=1)
    walkers.Vehicle.objects.update(status="off")
    case.steps("accept")
    walkers.Vehicle.objects.update(status="available")
    ways.sweep(at=case.at + 2 * MIN)

    assert case.trip("between").status == "scheduled"


def test_the_sweep_finds_what_the_relay_missed():
    case = handed("ask")
    transfers.accept(case.transfer, name="王护士", by=case.their_desk, at=case.at)
    ways.sweep(at=case.at + MIN)
    assert case.trip("between").status == "scheduled"

    transfers.withdraw(case.transfer, by=case.town.desk, at=case.at + 2 * MIN)
    ways.sweep(at=case.at + 3 * MIN)
    assert case.trip("between").status == "cancelled"


@pytest.mark.parametrize("setting", [{"is_engine_on": False}, {"proposes_only": True}])
def test_where_a_person_decides_the_person_places_it(setting):
    """C19: by hand on the board, like a way home; taken back, it waits again."""
    case = handed("ask")
    AreaSetting.objects.create(area="main", changed_by="韩冰", changed_at=case.at, **setting)
    case.steps("accept")
    (row,) = case.waiting()
    panel = board(case.town.dispatcher, who=str(case.request.pk), at=case.at).panel
    assert panel is not None
    assert panel.press
    trip = ways.place(case.request, vehicle_code=panel.out_code, by=case.town.dispatcher, at=case.at)
    assert (trip.status, trip.run.is_pinned) == ("scheduled", True)
    assert case.waiting() == []

    ways.undo_place(case.request, by=case.town.dispatcher, at=case.at + MIN)
    assert case.trip("between").status == "unscheduled"
    assert case.transfer.carried_by == ""
    assert row.kind == "between"


def test_what_a_person_cannot_place():
    case = handed("ask")
    with pytest.raises(Conflict):
        ways.place(case.request, vehicle_code="V1", by=case.town.dispatcher, at=case.at)
    walkers.Vehicle.objects.update(status="off")
    case.steps("accept")
    with pytest.raises(Conflict):
        ways.place(case.request, vehicle_code="V1", by=case.town.dispatcher, at=case.at)
    with pytest.raises(Invalid):
        ways.place(case.request, vehicle_code="nothing", by=case.town.dispatcher, at=case.at)
    with pytest.raises(Conflict):
        ways.undo_place(case.request, by=case.town.dispatcher, at=case.at)
    walkers.Vehicle.objects.update(status="available")
    ways.sweep(at=case.at)
    with pytest.raises(Conflict, match="刚被别人"):
        ways.place(case.request, vehicle_code="V1", by=case.town.dispatcher, at=case.at)


def test_r_000_10_a_critical_patient_goes_by_ambulance():
    case = handed("ask", cars=2)
    walkers.car("A1", at=case.at, vehicle_class="ambulance", seats=2, stretchers=1)
    AccessRequest.objects.update(is_critical=True)
    case.steps("accept")

    assert case.trip("between").run.vehicle_id == "A1"


def test_r_000_11_an_ordinary_patient_leaves_the_ambulance_free():
    case = handed("ask", cars=2)
    walkers.car("A1", at=case.at, vehicle_class="ambulance", seats=2, stretchers=1)
    case.steps("accept")

    assert case.trip("between").run.vehicle_id != "A1"


def test_e3_a_driver_who_cannot_come_another_one_goes():
    case = handed("ask", "accept")
    first = case.trip("between").run
    driver = Actor(f"user:{first.driver_id}", first.driver.name, "driver", "fleet", first.driver_id)
    runs.decline(first, by=driver, at=case.at + MIN, reason="车坏了")
    walkers.Vehicle.objects.filter(pk=first.vehicle_id).update(status="off")
    walkers.deliver()

    trip = case.trip("between")
    assert (trip.status, trip.run_id == first.pk) == ("scheduled", False)
    assert case.transfer.carried_by.startswith(trip.run.vehicle.plate)


def test_a_late_car_between_two_houses_is_read_at_both_desks():
    """Faults 1, 会晚到: the new time stands in the hand-over, before the pick-up and on the way."""
    case = handed("ask", "accept")
    trip = case.trip("between")
    driver = Actor(f"user:{trip.run.driver_id}", trip.run.driver.name, "driver", "fleet", trip.run.driver_id)
    runs.accept(trip.run, by=driver, at=case.at)
    lateness.late(trip.run.stops.get(position=1), minutes=25, by=driver, at=case.at + MIN)
    walkers.deliver()

    promised = trip.dropoff_planned_at + 25 * MIN
    assert case.trip("between").dropoff_planned_at == promised
    assert case.transfer.expected_at == promised
    for place in (case.town.facility.pk, case.other.pk):
        coming, leaving = selectors.open_transfers(place, at=case.at + MIN)
        assert hhmm(promised) in (coming or leaving)[0].state


@pytest.mark.parametrize("end", ["withdraw", "died", "died, says the community", "admitted", "released"])
def test_what_ends_here_lets_the_car_go(end):
    """E28: after it no car drives between."""
    case = handed("ask", "accept")
    run = case.trip("between").run
    if end == "withdraw":
        case.steps("withdraw")
    elif end == "died, says the community":
        absences.begin(case.request.resident, kind=AbsenceKind.DIED, by=case.town.staff, at=case.at + MIN)
        walkers.deliver()
        ways.sweep(at=case.at + 2 * MIN)
        assert (case.transfer.status, case.trip("between").status) == ("withdrawn", "cancelled")
    else:
        step = {"died": intake.record_death, "admitted": intake.admit, "released": intake.release}[end]
        step(case.here, by=case.town.desk, at=case.at + MIN)
        walkers.deliver()

    assert case.trip("between").status == "cancelled"
    run.refresh_from_db()
    assert run.status == "cancelled"
    back = case.trip("inbound")
    assert (back.status != "cancelled") == (end in {"withdraw", "released"})
    assert back.from_code == case.town.facility.pk


def test_taken_back_while_the_car_left_the_other_house_has_them():
    """A race told in order: the driver has the patient, the relay has not said so, the first desk takes it back."""
    case = handed("ask", "accept")
    case._aboard()
    transfers.withdraw(case.transfer, by=case.town.desk, at=case.at)
    walkers.deliver()

    assert case.transfer.status == "accepted"
    assert case.trip("between").status == "on_board"
    assert case.steps("received").there.status == "arrived"


def test_passed_on_the_car_goes_to_the_third_house():
    case = handed("ask", "accept")
    third = desk_rows.make_facility(name="丙院", lat=40.12, lon=124.37)
    then = transfers.pass_on(case.transfer, to=third, name="周主任", by=case.their_desk, at=case.at + MIN)
    walkers.deliver()
    assert case.trip("between").status == "cancelled"
    transfers.accept(then, name="陈医生", by=desk_rows.desk_actor(third), at=case.at + 2 * MIN)
    walkers.deliver()

    trip = case.trip("between")
    assert (trip.status, trip.to_code, trip.attempt) == ("scheduled", third.pk, 2)


def test_received_without_the_car_lets_it_go():
    """They came with the house's own ambulance."""
    case = handed("ask", "accept", "received")

    assert case.trip("between").status == "cancelled"
    assert case.trip("inbound").from_code == case.other.pk


def test_an_arrival_taken_back_gives_the_way_home_back_too():
    case = handed("ask", "accept", "brought", "received")
    undo.undo_last(case.there, by=case.their_desk, at=case.at + MIN)
    walkers.deliver()

    assert case.trip("inbound").from_code == case.town.facility.pk
    assert case.here.status == "in_treatment"
    ways.sweep(at=case.at + 2 * MIN)
    assert case.trip("between").status == "completed", "no second car for somebody who stands at the door"


def test_a_stranger_is_brought_too():
    """INV-29: nobody knows the home yet; the other house takes them all the same."""
    place = walkers.town()
    other = desk_rows.make_facility(name="乙院")
    arrival = intake.walk_in(place.facility, is_critical=False, by=place.desk, at=walkers.AT)
    walkers.deliver()
    AccessRequest.objects.update(dispatch_area="main")
    wish = TransferWish(other, "technique", accepted_name="陈医生")
    transfers.ask(arrival, wish, by=place.desk, at=walkers.AT + MIN)
    walkers.deliver()

    trip = Trip.objects.get(direction="between")
    assert (trip.status, trip.to_code) == ("scheduled", other.pk)


def test_the_driver_picks_up_at_one_house_and_brings_to_the_other():
    case = handed("ask", "accept")
    run = Run.objects.get(pk=case.trip("between").run_id)
    client = Client()
    client.force_login(car_rows.driver_user(run.driver_id))
    with time_machine.travel(case.at, tick=False):
        clock.forget()
        page = client.get("/drive/").content.decode()
        day = client.get("/drive/today/").content.decode()
    clock.forget()

    assert [stop.kind for stop in run.stops.order_by("position")] == ["pickup", "dropoff"]
    assert case.town.facility.name in page
    assert "乙院" in day
    assert "透析" not in page + day


def test_by_hand_the_way_home_begins_where_they_are():
    case = handed("ask", "accept", "brought", "received", "treated_there")
    walkers.Vehicle.objects.update(status="off")
    case.steps("released_there")
    walkers.Vehicle.objects.update(status="available")
    trip = returns.place_return(case.request, vehicle_code="V1", by=case.town.dispatcher, at=case.at)

    assert (trip.from_code, trip.status) == (case.other.pk, "scheduled")


@pytest.mark.parametrize(
    "steps",
    [
        ("ask",),
        ("ask", "withdraw"),
        ("ask", "accept"),
        ("ask", "accept", "aboard"),
        ("ask", "accept", "brought"),
        ("ask", "accept", "brought", "received"),
        ("ask", "accept", "brought", "received", "treated_there", "released_there"),
    ],
    ids=lambda steps: steps[-1],
)
def test_nobody_is_lost_between_two_houses(steps):
    """Score sheet `lost_after_transfer`: 0 at each step of the way, hours later as well where somebody has them."""
    case = handed(*steps)

    assert lost_after_transfer(at=case.at) == []
    if steps[-1] in {"withdraw", "received"}:
        assert lost_after_transfer(at=case.at + 300 * MIN) == []


def no_house(case: Handed) -> None:
    case.steps("received")
    TransferRequest.objects.update(received=None)
    Intake.objects.filter(pk=case.there.pk).delete()


def not_received(case: Handed) -> None:
    case.at += 31 * MIN


def no_way_home(case: Handed) -> None:
    case.steps("received", "treated_there", "released_there")
    Trip.objects.filter(direction="inbound").update(status="cancelled")
    case.at += 121 * MIN


def car_at_the_first_house(case: Handed) -> None:
    case.steps("received", "treated_there", "released_there")
    Trip.objects.filter(direction="inbound").update(from_code=case.town.facility.pk)
    case.at += 121 * MIN


@pytest.mark.parametrize("lose", [no_house, not_received, no_way_home, car_at_the_first_house])
def test_whoever_is_lost_is_found(lose):
    """The twin: each way of falling out is counted, written as no service would write it."""
    case = handed("ask", "accept", "brought")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE transport_trip DISABLE TRIGGER USER")
    lose(case)

    assert lost_after_transfer(at=case.at) == [case.request.case_ref]


def test_accepted_without_a_way_is_lost_too():
    case = handed("ask")
    transfers.accept(case.transfer, name="王护士", by=case.their_desk, at=case.at)
    assert lost_after_transfer(at=case.at) == [case.request.case_ref], "the relay has not opened the way"
    walkers.deliver()

    assert lost_after_transfer(at=case.at) == []


def test_inv_19b_names_whoever_no_house_has():
    """The twin of the invariant: handed on by a word alone, as before."""
    case = handed("ask")
    Intake.objects.filter(pk=case.here.pk).update(status="transferred", accepted_by="乙院 陈", ended_at=case.at)

    assert "INV-19b" in [row["id"] for row in breaches()]
