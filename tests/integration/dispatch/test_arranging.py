"""One writer of an arrangement: whoever made it, engine or dispatcher, the same is written, told and recorded."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from access.models import AccessRequest
from access.services import home
from communities.models import GatePass
from core.actors import ENGINE
from core.errors import Conflict
from core.models import AuditEvent
from dispatch.hand import arranging
from dispatch.hand.arrangement import Arrangement, OwnRun
from dispatch.planning import planner
from hospitals.models import Appointment
from tests import walkers
from tests.walkers import AT, MIN
from transport.models import Driver, Trip
from transport.services import scheduling
from transport.services.scheduling import RunTimes
from transport.whereabouts import car_words

pytestmark = pytest.mark.django_db
Arrange = Callable[[walkers.Town, AccessRequest], object]


def by_hand(town: walkers.Town, request: AccessRequest) -> object:
    return walkers.place_by_hand(town, request)


def by_engine(_town: walkers.Town, _request: AccessRequest) -> object:
    return planner.plan("main", at=AT)


both = pytest.mark.parametrize("arrange", [by_hand, by_engine])


@both
def test_place_cars_pass_and_desk_say_the_same(arrange: Arrange) -> None:
    """R-000-5, R-000-12: the desk reads car and time, the guard the plate, and the pass lasts until the kept car's end."""
    town = walkers.town()
    request = walkers.ask(town)

    arrange(town, request)

    out = Trip.objects.get(case_ref=request.case_ref, direction="outbound")
    back = Trip.objects.get(case_ref=request.case_ref, direction="inbound")
    held = Appointment.objects.get(case_ref=request.case_ref)
    issued = GatePass.objects.get(case_ref=request.case_ref)
    assert (out.status, out.run.status, back.status, back.reserved_run.status) == (
        "scheduled", "offered", "will_call", "draft",
    )  # fmt: skip
    assert (held.slot_id, held.expected_at, held.carried_by) == (
        town.slot.pk,
        out.dropoff_planned_at,
        car_words(out.run),
    )
    assert (issued.plate, issued.exit_from) == (out.run.vehicle.plate, out.pickup_planned_at - 60 * MIN)
    assert issued.back_expected_at == back.dropoff_planned_at
    assert back.reserved_until - back.reserved_from == timedelta(minutes=30)


@both
def test_the_record_names_place_and_cars(arrange: Arrange) -> None:
    """INV-33: which slot, which house, which car there, which car back, under the verb of whoever made it."""
    town = walkers.town()
    request = walkers.ask(town)

    arrange(town, request)

    back = Trip.objects.get(case_ref=request.case_ref, direction="inbound")
    out = Trip.objects.get(case_ref=request.case_ref, direction="outbound")
    said = AuditEvent.objects.get(case_ref=request.case_ref, verb__in=["request.placed", "request.arranged"])
    assert said.detail == {
        "slot": town.slot.pk,
        "facility": town.facility.pk,
        "out": out.run.vehicle_id,
        "back": back.reserved_run.vehicle_id,
    }


@both
def test_why_nothing_fitted_is_forgotten(arrange: Arrange) -> None:
    """Whoever is taken off a car later is planned at once, not when the old reason said."""
    town = walkers.town()
    request = walkers.ask(town)
    AccessRequest.objects.filter(pk=request.pk).update(
        needs_person_reason="no_vehicle", needs_person_detail={"code": "x"}, try_again_at=AT - MIN, attempts=4
    )

    arrange(town, request)

    request.refresh_from_db()
    left = request.needs_person_reason, request.needs_person_detail, request.try_again_at, request.attempts
    assert left == ("", {}, None, 0)


def test_a_case_that_is_over_gets_no_car_by_hand_either() -> None:
    """INV-19: home by word before anything was arranged; the twin is every other placement."""
    town = walkers.town()
    request = walkers.ask(town)
    home.say_home(request, by=town.staff, at=AT)

    with pytest.raises(Conflict) as refused:
        walkers.place_by_hand(town, request)

    assert refused.value.code == "placement.over"
    assert not Trip.objects.filter(case_ref=request.case_ref).exists()


@pytest.mark.parametrize(("arrange", "is_pinned"), [(by_hand, True), (by_engine, False)])
def test_a_kept_car_moved_by_our_worker_is_pinned_only_if_a_person_chose_it(arrange: Arrange, is_pinned: bool) -> None:
    """C19: who comes late keeps a car for later; others may ride along in it unless a dispatcher chose it."""
    town = walkers.town()
    case = walkers.Walk(town, walkers.ask(town), AT)
    arrange(town, case.request)
    for stage in ("accepted", "out", "boarded", "dropped"):
        case.step(stage)
    kept = case.trip("inbound").reserved_from
    case.at += 90 * MIN
    case.step("arrived")

    moved = case.trip("inbound")
    assert moved.reserved_from > kept
    assert moved.reserved_run.is_pinned is is_pinned


@pytest.mark.parametrize("is_released", [False, True])
def test_whether_a_car_home_is_kept_or_sent_is_read_when_it_is_written(is_released: bool) -> None:
    """R-000-12: a plan made while somebody was treated sends its car when they were released meanwhile."""
    case = walkers.walk(walkers.town(), to="treated")
    scheduling.release_reservation(case.trip("inbound"), by=ENGINE, at=case.at, reason="车坏了")
    second, driver = case.town.cars[1], Driver.objects.get(pk="D-V2")
    leaves = case.at + 250 * MIN
    ride = RunTimes(second, driver, leaves, leaves + 20 * MIN, leaves + 40 * MIN, leaves + 60 * MIN)
    made = Arrangement(verb="request.arranged", is_pinned=False, back=OwnRun(ride))
    if is_released:
        case.step("released")

    held = arranging.hold(case.request.pk, made.place, [second.pk], by=ENGINE, at=case.at)
    done = arranging.write(held, made, by=ENGINE, at=case.at)

    home = case.trip("inbound")
    told = (case.intake.way_home_at, GatePass.objects.issued().get(case_ref=case.request.case_ref).plate)
    if is_released:
        assert (home.status, home.run, home.reserved_run) == ("scheduled", done.back, None)
        assert told == (ride.pickup_at, second.plate)
    else:
        assert (home.status, home.run, home.reserved_run) == ("will_call", None, done.back)
        assert told == (None, case.town.cars[0].plate)
    with pytest.raises(Conflict, match="刚被别人排好了"):
        arranging.hold(case.request.pk, None, [second.pk], by=ENGINE, at=case.at)
