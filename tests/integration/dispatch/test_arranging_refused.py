"""What an arrangement is not made for, and what each reads; who goes by themselves; whose pages hear of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from math import ceil

import pytest

from access.models import AccessRequest
from access.services import cards, requests
from access.services.requests import AccessWish
from communities.models import GatePass
from core import boards
from core.errors import Conflict, DomainError
from core.geo import travel_min
from dispatch.hand import arranging
from dispatch.hand.arrangement import Arrangement, OwnRun, TreatmentPlace
from dispatch.planning import engine_switch, planner
from hospitals.models import Appointment, Slot
from hospitals.services import intake
from tests import walkers
from tests.factories import hospitals as desks
from tests.walkers import AT, MIN
from transport.models import Driver, Trip
from transport.services import scheduling
from transport.services.scheduling import RunTimes

pytestmark = pytest.mark.django_db


def _cancelled(town: walkers.Town) -> AccessRequest:
    row = walkers.ask(town)
    requests.cancel(row, reason="patient", by=town.staff, at=AT)
    return row


def _with_120(town: walkers.Town) -> AccessRequest:
    row = walkers.ask(town)
    requests.submit(row.resident, wish=AccessWish("emergency", is_critical=True), by=town.staff, at=AT)
    return row


def _placed(town: walkers.Town) -> AccessRequest:
    return walkers.place_by_hand(town, walkers.ask(town), at=AT)


def _aboard(town: walkers.Town) -> AccessRequest:
    return walkers.walk(town, to="boarded").request


def _inside(town: walkers.Town) -> AccessRequest:
    """Somebody who came to the desk by themselves, and is nobody's to drive there any more."""
    row = walkers.ask(town)
    booked = desks.make_appointment(town.slot, case_ref=row.case_ref)
    intake.check_in(booked, by=town.desk, at=AT)
    return row


def _nobody_knows_where(town: walkers.Town) -> AccessRequest:
    row = walkers.ask(town)
    AccessRequest.objects.filter(pk=row.pk).update(community=None)
    return row


@pytest.mark.parametrize(
    ("made", "code"),
    [
        (_cancelled, "placement.not_approved"),
        (_with_120, "placement.critical_first"),
        (_placed, "placement.exists"),
        (_aboard, "placement.under_way"),
        (_inside, "placement.under_way"),
        (_nobody_knows_where, "request.home_unknown"),
    ],
)
def test_who_waits_for_no_way_there_is_given_none(made: Callable[[walkers.Town], AccessRequest], code: str) -> None:
    """Guards: called off, 120 called for the same person, arranged, on the way, arrived, home unknown."""
    town = walkers.town()
    row = made(town)
    stood = set(Trip.objects.live().values_list("pk", flat=True))

    with pytest.raises(Conflict) as refused:
        arranging.hold(row.pk, TreatmentPlace(town.slot.pk, ""), ["V2"], by=town.dispatcher, at=AT)

    assert refused.value.code == code
    assert set(Trip.objects.live().values_list("pk", flat=True)) == stood


@pytest.mark.parametrize(
    ("stage", "code"), [("placed", "return.exists"), ("released", "return.exists"), ("home", "placement.over")]
)
def test_who_waits_for_no_way_home_is_given_none(stage: str, code: str) -> None:
    """Guards: a car home kept, a car home sent, at home."""
    case = walkers.walk(walkers.town(), to=stage)

    with pytest.raises(Conflict) as refused:
        arranging.hold(case.request.pk, None, ["V2"], by=case.town.dispatcher, at=case.at)

    assert refused.value.code == code


@pytest.mark.parametrize(("is_critical", "facility"), [(False, "own"), (True, "none"), (False, "none")])
def test_only_a_critical_patient_goes_without_a_place_and_never_nowhere(is_critical: bool, facility: str) -> None:
    """Guard: the life floor is for who may die; everybody needs a house that is there (R-000-2)."""
    town = walkers.town()
    wish = {"is_critical": True, "need_kind": "emergency"} if is_critical else {}
    row = walkers.ask(town, arrive_at=None, **wish)
    code = town.facility.pk if facility == "own" else "no-such-house"

    with pytest.raises(DomainError) as refused:
        arranging.hold(row.pk, TreatmentPlace(None, code), [], by=town.dispatcher, at=AT)

    assert refused.value.code == "placement.slot"


@pytest.mark.parametrize(("mode", "times"), [("on_foot", 5), ("own_car", 1)])
def test_who_goes_by_themselves_has_a_pass_as_long_as_their_way(mode: str, times: int) -> None:
    """Guard: an hour before leaving, and home after treatment and the same way; on foot it takes five times as long."""
    town = walkers.town(zone="precautionary")
    row = walkers.ask(town, mode=mode)
    way = ceil(travel_min(cards.home_of(row).point, town.facility.point)) * times * MIN

    walkers.place_by_hand(town, row, out_vehicle="")

    given = GatePass.objects.issued().get(case_ref=row.case_ref)
    home = town.slot.starts_at + timedelta(minutes=240) + way
    assert (given.exit_from, given.back_expected_at) == (town.slot.starts_at - way - 60 * MIN, home)
    assert given.exit_until > home
    assert Appointment.objects.live().get(case_ref=row.case_ref).slot_id == town.slot.pk


def test_whose_home_nobody_knows_is_found_out_first() -> None:
    """Guard: the dispatcher reads what to do for somebody who has still to be driven there, not home."""
    town = walkers.town()
    row = _nobody_knows_where(town)

    with pytest.raises(Conflict, match="先认人，再排车"):
        arranging.hold(row.pk, TreatmentPlace(town.slot.pk, ""), ["V2"], by=town.dispatcher, at=AT)


def test_who_walks_home_is_kept_no_car() -> None:
    """Guard: of a case that never had a way of its own by car, none home is arranged."""
    town = walkers.town(zone="precautionary")
    row = walkers.ask(town, mode="on_foot")
    walkers.place_by_hand(town, row, out_vehicle="")

    with pytest.raises(Conflict) as refused:
        arranging.hold(row.pk, None, ["V2"], by=town.dispatcher, at=AT)

    assert refused.value.code == "return.exists"


def test_a_proposal_for_who_went_by_themselves_and_needs_a_car_by_now_leaves_the_others_standing() -> None:
    """Seen before: the zone rose between the plan and the dispatcher's press, and the whole press fell."""
    town = walkers.town(zone="precautionary")
    walks, rides = walkers.ask(town, mode="own_car"), walkers.ask(town, walkers.resident(town, "赵德福"))
    engine_switch.set_engine("main", is_on=True, proposes_only=True, by=town.dispatcher, at=AT)
    (made,) = planner.plan("main", at=AT)
    AccessRequest.objects.filter(pk=walks.pk).update(mode="vehicle")

    outcome = engine_switch.take_proposal(made, by=town.dispatcher, at=AT + MIN)

    assert outcome.stale == {str(walks.case_ref): "placement.needs_car"}
    assert outcome.still_waiting == [str(walks.case_ref)]
    assert outcome.applied == [str(rides.case_ref)]
    assert not Appointment.objects.filter(case_ref=walks.case_ref).exists()


def _sent_there(town: walkers.Town, row: AccessRequest, arrives: datetime) -> GatePass:
    """Arrange the way there alone, with a car that sets them down at an hour; return their pass."""
    ride = RunTimes(
        town.cars[1], Driver.objects.get(pk="D-V2"), arrives - 40 * MIN, arrives - 20 * MIN, arrives, arrives + 20 * MIN
    )
    made = Arrangement("request.placed", is_pinned=True, place=TreatmentPlace(town.slot.pk, ""), out=OwnRun(ride))
    held = arranging.hold(row.pk, made.place, ["V2"], by=town.dispatcher, at=AT)
    arranging.write(held, made, by=town.dispatcher, at=AT)
    return GatePass.objects.issued().get(case_ref=row.case_ref)


@pytest.mark.parametrize(("minutes", "is_critical", "begins"), [(-20, False, 0), (20, False, 20), (-20, True, -20)])
def test_a_pass_without_a_car_home_lasts_an_hour_beyond_the_treatment(
    minutes: int, is_critical: bool, begins: int
) -> None:
    """Guard: the treatment begins with its time or with who comes after it; a critical patient's with the arrival."""
    town = walkers.town()
    wish = {"is_critical": True, "need_kind": "emergency"} if is_critical else {}
    row = walkers.ask(town, **wish)
    if is_critical:
        walkers.car("V2", vehicle_class="ambulance", stretchers=1)
    starts = town.slot.starts_at

    given = _sent_there(town, row, starts + minutes * MIN)

    assert given.back_expected_at == starts + (begins + row.session_min + 60) * MIN
    home = Trip.objects.get(case_ref=row.case_ref, direction="inbound")
    assert (home.reserved_run, home.ready_at) == (None, starts + row.session_min * MIN)


def test_a_pass_lasts_until_a_car_kept_earlier_that_comes_later() -> None:
    """Guard: the way there on another car leaves the kept one as it is, and its rider outside until it comes."""
    town = walkers.town()
    case = walkers.walk(town, to="placed")
    scheduling.take_off(case.trip("outbound"), by=town.dispatcher, at=AT, reason="车坏了")
    late = town.slot.starts_at + 400 * MIN
    Trip.objects.filter(pk=case.trip("inbound").pk).update(reserved_until=late)

    assert _sent_there(town, case.request, town.slot.starts_at - 20 * MIN).back_expected_at == late


def test_who_is_outside_the_gate_already_reads_the_plate_of_the_next_car() -> None:
    """Guard: the pass in their hands stays, and the guard at the gate sees which car comes for it now."""
    case = walkers.walk(walkers.town(), to="out")
    first = GatePass.objects.issued().get(case_ref=case.request.case_ref)
    scheduling.take_off(case.trip("outbound"), by=case.town.dispatcher, at=case.at, reason="车坏了")

    walkers.place_by_hand(case.town, case.request, out_vehicle="V2", at=case.at)

    given = GatePass.objects.issued().get(case_ref=case.request.case_ref)
    assert (given.pk, given.plate) == (first.pk, "辽F·V2")


@pytest.mark.parametrize(("mode", "car"), [("vehicle", "V1"), ("own_car", "")])
def test_the_pages_of_board_community_and_house_hear_of_it(mode: str, car: str) -> None:
    """Guard: an arrangement is news for everybody who shows the person, also of who needs no car."""
    town = walkers.town(zone="precautionary")
    row = walkers.ask(town, mode=mode)
    names = ("area:main", f"community:{town.community.pk}", f"facility:{town.facility.pk}")
    before = [boards.version(name) for name in names]

    walkers.place_by_hand(town, row, out_vehicle=car)

    assert all(boards.version(name) != old for name, old in zip(names, before, strict=True))


def test_a_second_try_at_the_same_place_and_hour_takes_the_same_two_ways_and_another_hour_new_ones() -> None:
    """Guard: trips are opened once for a place and an hour; for another they are called off and opened anew."""
    town = walkers.town()
    row = walkers.ask(town)
    later = desks.make_slot(town.slot.service, starts_at=town.slot.starts_at + 60 * MIN)

    def held(slot_id: int) -> tuple[object, object]:
        found = arranging.hold(row.pk, TreatmentPlace(slot_id, ""), ["V1"], by=town.dispatcher, at=AT)
        assert found.there is not None
        assert found.back is not None
        return found.there.pk, found.back.pk

    first = held(town.slot.pk)
    assert held(town.slot.pk) == first
    second = held(later.pk)
    assert set(first) & set(second) == set()
    assert set(Trip.objects.live().filter(case_ref=row.case_ref).values_list("pk", flat=True)) == set(second)


def test_who_goes_by_themselves_is_free_of_why_nothing_fitted() -> None:
    """Guard: what was tried in vain before is forgotten where no car is arranged either."""
    town = walkers.town(zone="precautionary")
    row = walkers.ask(town, mode="own_car")
    AccessRequest.objects.filter(pk=row.pk).update(needs_person_reason="no_slot", try_again_at=AT + MIN, attempts=3)

    walkers.place_by_hand(town, row, out_vehicle="")

    row.refresh_from_db()
    assert (row.needs_person_reason, row.try_again_at, row.attempts) == ("", None, 0)


def test_the_place_held_is_kept_at_the_same_hour_and_given_back_for_another() -> None:
    """Guard: one place for one patient, counted once; the same one is not given up to be taken again."""
    town = walkers.town()
    case = walkers.walk(town, to="placed")
    later = desks.make_slot(town.slot.service, starts_at=town.slot.starts_at + 60 * MIN)
    first = Appointment.objects.live().get(case_ref=case.request.case_ref)

    def again(slot_id: int, at: datetime) -> Appointment:
        scheduling.take_off(case.trip("outbound"), by=town.dispatcher, at=at, reason="车坏了")
        walkers.place_by_hand(town, case.request, slot_id=slot_id, out_vehicle="V2", at=at)
        return Appointment.objects.live().get(case_ref=case.request.case_ref)

    same = again(town.slot.pk, AT + MIN)
    assert (same.pk, same.carried_by[:5]) == (first.pk, "辽F·V2")
    moved = again(later.pk, AT + 2 * MIN)
    assert moved.slot_id == later.pk
    assert list(Slot.objects.order_by("starts_at").values_list("booked", flat=True)) == [0, 1]


def test_a_critical_patients_second_ambulance_comes_to_the_place_told_for_the_first() -> None:
    """Guard: a desk is told of a critical patient once; of the car that comes in place of another it reads the plate."""
    town = walkers.town()
    desks.make_service(town.facility, kind="emergency")
    first, second = (walkers.car(code, vehicle_class="ambulance", stretchers=1) for code in ("A1", "A2"))
    row = walkers.ask(town, is_critical=True, need_kind="emergency", arrive_at=None)
    chosen = {"slot_id": None, "facility_code": town.facility.pk}
    walkers.place_by_hand(town, row, **chosen, out_vehicle=first.pk)
    told = Appointment.objects.get(case_ref=row.case_ref)
    there = Trip.objects.live().get(case_ref=row.case_ref, direction="outbound")
    scheduling.take_off(there, by=town.dispatcher, at=AT + MIN, reason="车坏了")

    walkers.place_by_hand(town, row, **chosen, out_vehicle=second.pk, at=AT + 2 * MIN)

    held = Appointment.objects.get(case_ref=row.case_ref)
    assert (held.pk, held.slot_id) == (told.pk, told.slot_id)
    assert first.plate in told.carried_by
    assert second.plate in held.carried_by
