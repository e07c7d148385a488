"""The driver's steps: R-002-2g, E3, E4, INV-10, INV-18, INV-19."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from core.errors import Conflict, Invalid, NotFound
from core.models import AuditEvent, OutboxMessage
from tests.factories import transport as make
from transport import policies, selectors
from transport.models import Run, Stop, Trip
from transport.services import lateness, runs, scheduling, stops, trips

pytestmark = pytest.mark.django_db
NOW = datetime(2022, 6, 28, 3, 0, tzinfo=UTC)
MIN = timedelta(minutes=1)


def _stop(run: Run, kind: str = "pickup", rider: str = "") -> Stop:
    rows = run.stops.select_related("run", "trip").filter(kind=kind)
    return (rows.filter(trip__rider=rider) if rider else rows)[0]


def _step(name: str, run: Run, kind: str, at: datetime) -> Stop:
    return getattr(stops, name)(_stop(run, kind), by=make.DISPATCHER, at=at)


def _kinds() -> list[str]:
    return list(OutboxMessage.objects.order_by("id").values_list("kind", flat=True))


def _pooled(at: datetime = NOW, status: str = "accepted") -> tuple[Run, Trip, Trip]:
    first, second = make.trip(at), make.trip(at, mobility="walk", rider="何阿姨")
    run = make.run(at, of=first)
    times = {"pickup_at": at + 15 * MIN, "dropoff_at": at + 45 * MIN, "free_at": at + 65 * MIN}
    run = scheduling.join(run, second, by=make.BY, at=at, **times)
    runs.accept(run, by=make.DISPATCHER, at=at)
    if status == "under_way":
        runs.start(run, by=make.DISPATCHER, at=at)
    return run, first, second


def test_each_hand_over_of_the_way_is_stamped():
    """R-002-2g: arrived, aboard, arrived, handed over; then the run is over and its car is free earlier."""
    run = make.run(NOW, status="accepted")
    runs.start(run, by=make.DISPATCHER, at=NOW)
    _step("arrive", run, "pickup", NOW + 5 * MIN)
    _step("depart", run, "pickup", NOW + 8 * MIN)
    _step("arrive", run, "dropoff", NOW + 20 * MIN)
    _step("depart", run, "dropoff", NOW + 22 * MIN)

    trip, run = Trip.objects.get(direction="outbound"), Run.objects.get(pk=run.pk)
    assert (trip.status, trip.picked_up_at, trip.dropped_off_at) == ("completed", NOW + 8 * MIN, NOW + 20 * MIN)
    assert (run.status, run.occupied.upper) == ("completed", NOW + 42 * MIN)
    assert _kinds() == ["trip.on_board", "stop.arrived", "trip.completed"]
    verbs = AuditEvent.objects.filter(case_ref=trip.case_ref).values_list("verb", flat=True)
    assert {"stop.arrived", "trip.on_board", "trip.completed"} <= set(verbs)


def test_arriving_at_the_hospital_is_evidence_before_anybody_signs():
    """INV-18: the drop-off counts from arrival on."""
    run = make.run(NOW, status="under_way")
    _step("depart", run, "pickup", NOW + 8 * MIN)

    _step("arrive", run, "dropoff", NOW + 20 * MIN)

    trip = Trip.objects.get(direction="outbound")
    assert (trip.status, trip.dropped_off_at) == ("on_board", NOW + 20 * MIN)


def test_standing_before_the_house_is_not_yet_home():
    """INV-19: at home only the last step is evidence."""
    _there, back = make.pair(NOW)
    scheduling.activate(back, ready_at=NOW, by=make.BY, at=NOW)
    run = make.run(NOW, of=back, status="under_way")
    _step("depart", run, "pickup", NOW + 8 * MIN)

    _step("arrive", run, "dropoff", NOW + 20 * MIN)
    before = Trip.objects.get(pk=back.pk).dropped_off_at
    _step("depart", run, "dropoff", NOW + 25 * MIN)

    assert before is None
    assert Trip.objects.get(pk=back.pk).dropped_off_at == NOW + 25 * MIN


def test_a_step_pressed_twice_counts_once():
    run = make.run(NOW, status="under_way")
    _step("depart", run, "pickup", NOW + 8 * MIN)
    _step("depart", run, "pickup", NOW + 9 * MIN)

    assert Trip.objects.get(direction="outbound").picked_up_at == NOW + 8 * MIN
    assert _kinds() == ["trip.on_board"]


def test_a_forgotten_start_is_made_up_for():
    run = make.run(NOW)

    _step("arrive", run, "pickup", NOW + 5 * MIN)

    assert Run.objects.get(pk=run.pk).status == "under_way"


def test_nobody_is_handed_over_who_never_boarded():
    run = make.run(NOW, status="under_way")

    with pytest.raises(Conflict, match="人已上车"):
        _step("depart", run, "dropoff", NOW + 5 * MIN)


def test_a_declined_run_gives_its_trips_back_and_tells():
    """E3: later legs are planned anew as a block."""
    run, first, second = _pooled_offered()

    runs.decline(run, by=make.DISPATCHER, at=NOW, reason="车坏了")

    assert set(Trip.objects.filter(pk__in=[first.pk, second.pk]).values_list("status", "run")) == {
        ("unscheduled", None)
    }
    message = OutboxMessage.objects.get(kind="run.declined")
    assert message.payload["run_id"] == str(run.pk)
    assert set(message.payload["trip_ids"]) == {str(first.pk), str(second.pk)}
    assert make.run(NOW, of=Trip.objects.get(pk=first.pk)).status == "offered"


def _pooled_offered() -> tuple[Run, Trip, Trip]:
    first, second = make.trip(NOW), make.trip(NOW, mobility="walk", rider="何阿姨")
    times = {"pickup_at": NOW + 15 * MIN, "dropoff_at": NOW + 45 * MIN, "free_at": NOW + 65 * MIN}
    return scheduling.join(make.run(NOW, of=first), second, by=make.BY, at=NOW, **times), first, second


def test_breaking_off_leaves_riders_where_they_stand():
    """E3, C14: aboard → interrupted, its next pick-up is where the car stands; not yet aboard → waiting again."""
    run, first, second = _pooled(status="under_way")
    stops.depart(_stop(run, rider="王阿姨"), by=make.DISPATCHER, at=NOW + 12 * MIN)

    runs.abort(run, by=make.DISPATCHER, at=NOW + 20 * MIN, reason="爆胎", where="振兴路加油站")

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, first.from_label, first.from_kind) == ("interrupted", "振兴路加油站", "other")
    assert second.status == "unscheduled"
    assert Run.objects.get(pk=run.pk).status == "aborted"
    assert set(_kinds()) == {"trip.on_board", "trip.failed", "run.declined"}


def test_a_driver_waits_ten_minutes_before_driving_on():
    """E4: the trip is planned anew, not lost; the car is free."""
    run = make.run(NOW, status="under_way")
    _step("search", run, "pickup", NOW + 10 * MIN)

    with pytest.raises(Conflict, match="再等 4 分钟"):
        _step("no_show", run, "pickup", NOW + 16 * MIN)
    _step("no_show", run, "pickup", NOW + 20 * MIN)

    assert Trip.objects.get(direction="outbound").status == "no_show"
    assert Run.objects.get(pk=run.pk).status == "aborted"
    assert _kinds() == ["trip.failed"]


def test_nobody_found_does_not_stop_the_others():
    run, _first, second = _pooled(status="under_way")
    stop = _stop(run, rider="王阿姨")
    stops.search(stop, by=make.DISPATCHER, at=NOW + 10 * MIN)

    stops.no_show(stop, by=make.DISPATCHER, at=NOW + 20 * MIN)

    assert Run.objects.get(pk=run.pk).status == "under_way"
    assert {row.trip_id for row in run.stops.all()} == {second.pk}


@pytest.mark.parametrize("call_off", ["cancelled", "another car"])
def test_a_car_at_the_door_of_somebody_called_off_drives_on(call_off):
    """E3, E7: whose compound was sealed while the car stood there is no stop any more; the others reach the hospital."""
    run, first, second = _pooled(status="under_way")
    stops.depart(_stop(run, rider="王阿姨"), by=make.DISPATCHER, at=NOW + 8 * MIN)
    stops.arrive(_stop(run, rider="何阿姨"), by=make.DISPATCHER, at=NOW + 12 * MIN)

    if call_off == "cancelled":
        trips.cancel_case(second.case_ref, by=make.BY, at=NOW + 13 * MIN, reason="小区升级")
    else:
        scheduling.take_off(Trip.objects.get(pk=second.pk), by=make.BY, at=NOW + 13 * MIN, reason="小区升级")

    left = Stop.objects.filter(run=run, departed_at__isnull=True)
    assert {stop.trip_id for stop in left} == {first.pk}
    for stop in left:
        stops.depart(stop, by=make.DISPATCHER, at=NOW + 40 * MIN)
    assert Run.objects.get(pk=run.pk).status == "completed"
    assert AuditEvent.objects.filter(verb="stop.arrived").exists()


def test_no_show_without_searching_first_is_refused():
    run = make.run(NOW, status="under_way")

    with pytest.raises(Conflict) as caught:
        _step("no_show", run, "pickup", NOW + 30 * MIN)

    assert caught.value.code == "stop.search_first"


def test_a_boarding_is_taken_back_within_ten_minutes():
    """INV-10, ADR 0005: by one listed move with one audit row; no status is written that never was."""
    run = make.run(NOW, status="under_way")
    _step("arrive", run, "pickup", NOW + 5 * MIN)
    _step("depart", run, "pickup", NOW + 8 * MIN)

    stops.undo_last(run, by=make.DISPATCHER, at=NOW + 9 * MIN)
    after_one = Trip.objects.get(direction="outbound")
    stops.undo_last(run, by=make.DISPATCHER, at=NOW + 9 * MIN)

    assert (after_one.status, after_one.picked_up_at, after_one.run_id) == ("scheduled", None, run.pk)
    assert _stop(run).arrived_at is None
    steps = AuditEvent.objects.filter(object_id=str(after_one.pk)).order_by("pk")
    assert list(steps.values_list("verb", "old_status", "new_status"))[-2:] == [
        ("trip.on_board", "scheduled", "on_board"),
        ("trip.boarding_undone", "on_board", "scheduled"),
    ]


def test_an_arrival_taken_back_is_no_evidence_any_more():
    run = make.run(NOW, status="under_way")
    _step("depart", run, "pickup", NOW + 8 * MIN)
    _step("arrive", run, "dropoff", NOW + 20 * MIN)

    stops.undo_last(run, by=make.DISPATCHER, at=NOW + 21 * MIN)

    assert Trip.objects.get(direction="outbound").dropped_off_at is None


@pytest.mark.parametrize(("minutes", "code"), [(11, "stop.too_late"), (-1, "stop.nothing_to_undo")])
def test_what_cannot_be_taken_back(minutes: int, code: str):
    run = make.run(NOW, status="under_way")
    if minutes > 0:
        _step("depart", run, "pickup", NOW)

    with pytest.raises(Conflict) as caught:
        stops.undo_last(run, by=make.DISPATCHER, at=NOW + minutes * MIN)

    assert caught.value.code == code


def test_a_hand_over_is_final():
    run, _first, _second = _pooled(status="under_way")
    stops.depart(_stop(run, rider="王阿姨"), by=make.DISPATCHER, at=NOW + 12 * MIN)
    stops.depart(_stop(run, "dropoff", "王阿姨"), by=make.DISPATCHER, at=NOW + 30 * MIN)

    with pytest.raises(Conflict) as caught:
        stops.undo_last(run, by=make.DISPATCHER, at=NOW + 31 * MIN)

    assert caught.value.code == "stop.final"


def test_lateness_is_said_in_minutes():
    run = make.run(NOW, status="under_way")

    lateness.late(_stop(run), minutes=15, by=make.DISPATCHER, at=NOW)

    assert _stop(run).late_min == 15
    with pytest.raises(Invalid):
        lateness.late(_stop(run), minutes=0, by=make.DISPATCHER, at=NOW)


def test_feeling_unwell_raises_the_alarm_for_everybody_aboard():
    run, first, second = _pooled(status="under_way")
    for rider in ("王阿姨", "何阿姨"):
        stops.depart(_stop(run, rider=rider), by=make.DISPATCHER, at=NOW + 16 * MIN)

    stops.unwell(run, by=make.DISPATCHER, at=NOW + 20 * MIN)

    raised = OutboxMessage.objects.filter(kind="trip.emergency")
    assert {row.payload["trip_id"] for row in raised} == {str(first.pk), str(second.pk)}


def test_an_infectious_outing_is_disinfected_before_the_next():
    """4.4: a car that carried a positive is out until its disinfection is stamped."""
    make.vehicle("V1", takes_positive=True)
    first = make.run(NOW, infection_class="positive", status="under_way")
    _step("depart", first, "pickup", NOW + 8 * MIN)
    _step("depart", first, "dropoff", NOW + 20 * MIN)
    second = make.run(NOW + 90 * MIN, status="accepted")

    with pytest.raises(Conflict, match="消毒"):
        runs.start(second, by=make.DISPATCHER, at=NOW + 90 * MIN)
    runs.note_disinfection(Run.objects.get(pk=first.pk), by=make.DISPATCHER, at=NOW + 60 * MIN)

    assert runs.start(second, by=make.DISPATCHER, at=NOW + 90 * MIN).status == "under_way"


@pytest.mark.parametrize(("ticked", "starts"), [(40 * MIN, True), (10 * MIN, False)], ids=["after", "too early"])
def test_the_tick_before_setting_off_counts_when_the_outing_before_was_over(ticked, starts):
    """4.4: ticked on the outing to come; a tick from before the positive left the car cleans nothing."""
    make.vehicle("V1", takes_positive=True)
    first = make.run(NOW, infection_class="positive", status="under_way")
    second = make.run(NOW + 90 * MIN, status="accepted")
    _step("depart", first, "pickup", NOW + 8 * MIN)
    _step("depart", first, "dropoff", NOW + 20 * MIN)
    runs.note_disinfection(second, by=make.DISPATCHER, at=NOW + ticked)

    if starts:
        assert runs.start(second, by=make.DISPATCHER, at=NOW + 90 * MIN).status == "under_way"
    else:
        with pytest.raises(Conflict, match="消毒"):
            runs.start(second, by=make.DISPATCHER, at=NOW + 90 * MIN)


def test_one_outing_at_a_time():
    make.run(NOW, status="under_way")
    second = make.run(NOW + 90 * MIN, status="accepted")

    with pytest.raises(Conflict) as caught:
        runs.start(second, by=make.DISPATCHER, at=NOW + 90 * MIN)

    assert caught.value.code == "run.other_under_way"


def test_only_the_own_driver_and_area_see_a_run():
    run = make.run(NOW)

    assert selectors.own_run(make.driver_actor(), run.pk) == run
    assert selectors.own_run(make.dispatch_actor(), run.pk) == run
    for stranger in (make.driver_actor("D9"), make.dispatch_actor("elsewhere"), make.driver_actor("")):
        with pytest.raises(NotFound):
            selectors.own_run(stranger, run.pk)


def test_the_family_may_be_rung_only_around_the_own_ride():
    """D23: from two hours before to two hours after, by the driver of this ride, until it is done."""
    trip = make.trip(NOW)
    run = make.run(NOW, of=trip)
    me = make.driver_actor()

    assert policies.may_call(me, run, trip, at=NOW)
    assert not policies.may_call(me, run, trip, at=NOW - 121 * MIN)
    assert not policies.may_call(me, run, trip, at=NOW + 181 * MIN)
    assert not policies.may_call(make.driver_actor("D9"), run, trip, at=NOW)
    trip.status = "completed"
    assert not policies.may_call(me, run, trip, at=NOW)
