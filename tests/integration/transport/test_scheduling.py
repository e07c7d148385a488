"""Trips onto cars: R-000-9, R-000-12, INV-02, INV-03, E12, E18."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from core.errors import Conflict, Invalid
from core.geo import Point, travel_min
from core.models import AuditEvent
from tests.factories import transport as make
from transport import selectors
from transport.models import Run, Stop, Trip, Vehicle
from transport.services import runs, scheduling, trips

pytestmark = pytest.mark.django_db
NOW = datetime(2022, 6, 28, 3, 0, tzinfo=UTC)
MIN = timedelta(minutes=1)


def _schedule(trip: Trip, at: datetime = NOW, code: str = "1", **more: object) -> Run:
    return scheduling.schedule(trip, ride=make.ride(at, code), by=make.BY, at=NOW, is_pinned=True, **more)


def _reserve(trip: Trip, at: datetime = NOW + 360 * MIN) -> Run:
    window = {"window_from": at, "window_until": at + 60 * MIN}
    return scheduling.reserve(trip, ride=make.ride(at), by=make.BY, at=NOW, **window)


def test_a_way_there_never_opens_without_a_way_home():
    """R-000-12: both are stored together, with their audit rows."""
    there, back = make.pair(NOW)

    assert (there.status, back.status) == ("unscheduled", "will_call")
    assert (back.from_code, back.to_code) == (there.to_code, there.from_code)
    assert AuditEvent.objects.filter(case_ref=there.case_ref, verb="trip.opened").count() == 2


def test_a_case_has_one_live_trip_per_direction():
    there, _back = make.pair(NOW)

    with pytest.raises(Conflict, match="已经有了"):
        make.pair(NOW, case_ref=there.case_ref)


def test_a_walk_in_gets_only_the_way_home():
    back = trips.open_return(
        uuid.uuid4(),
        card=make.card(),
        facility=make.FACILITY,
        home=make.HOME,
        dispatch_area=make.AREA,
        by=make.BY,
        at=NOW,
        is_ready=True,
    )

    assert (back.status, back.direction, back.ready_at) == ("unscheduled", "inbound", NOW)


def test_a_scheduled_trip_has_an_offered_run_with_two_stops():
    there = make.trip(NOW)

    run = _schedule(there)

    stored = Trip.objects.get(pk=there.pk)
    assert (run.status, stored.status, stored.run_id) == ("offered", "scheduled", run.pk)
    assert [(stop.kind, stop.label) for stop in run.stops.all()] == [
        ("pickup", make.HOME.label),
        ("dropoff", make.FACILITY.label),
    ]


def test_a_taken_car_is_refused_with_its_plate_and_time():
    """INV-02: the words name the car and the time; nothing is stored."""
    _schedule(make.trip(NOW))
    loser = make.trip(NOW)

    with pytest.raises(Conflict) as caught:
        _schedule(loser, NOW + 20 * MIN)

    assert caught.value.code == "vehicle.taken"
    assert "辽F·V1 11:00–12:00" in caught.value.message
    assert Trip.objects.get(pk=loser.pk).status == "unscheduled"


def _next_outing(first_stop: datetime, *, leaves: int = 60) -> Run:
    """Plan an outing that leaves an hour on and is at its first stop, the compound, later."""
    car = make.ride(NOW)
    times = first_stop, first_stop + 20 * MIN, first_stop + 40 * MIN
    ride = scheduling.RunTimes(car.vehicle, car.driver, NOW + leaves * MIN, *times)
    return scheduling.schedule(make.trip(NOW), ride=ride, by=make.BY, at=NOW, is_pinned=False)


def _long_outing(**more: object) -> Run:
    """Plan one that leaves now and is free at the hospital after 65 minutes."""
    car = make.ride(NOW)
    ride = scheduling.RunTimes(car.vehicle, car.driver, *(NOW + number * MIN for number in (0, 10, 55, 65)), **more)
    return scheduling.schedule(make.trip(NOW), ride=ride, by=make.BY, at=NOW, is_pinned=False)


def test_the_next_outing_leaves_later_when_its_first_stop_is_still_met():
    """INV-02: a car goes straight on to its next outing; what people were told stays as it was."""
    later = _next_outing(NOW + 100 * MIN)
    told = list(later.stops.values_list("planned_at", flat=True))

    first = _long_outing()

    later.refresh_from_db()
    assert (first.occupied.upper, later.occupied.lower) == (NOW + 65 * MIN, NOW + 65 * MIN)
    assert list(later.stops.values_list("planned_at", flat=True)) == told
    assert AuditEvent.objects.get(verb="run.leaves").object_id == str(later.pk)


@pytest.mark.parametrize("why", ["too far", "ends elsewhere", "left already"])
def test_a_car_is_taken_when_its_next_outing_cannot_leave_later(why):
    """The twins: a told time that would be missed, or a car that has left, keeps the car."""
    later = _next_outing(NOW + (66 if why == "too far" else 100) * MIN)
    if why == "left already":
        runs.accept(later, by=make.DISPATCHER, at=NOW)
        runs.start(later, by=make.DISPATCHER, at=NOW)
    more = {"ends": Point(40.9, 124.9)} if why == "ends elsewhere" else {}

    with pytest.raises(Conflict) as caught:
        _long_outing(**more)

    later.refresh_from_db()
    assert caught.value.code == "vehicle.taken"
    assert later.occupied.lower == NOW + 60 * MIN
    assert not AuditEvent.objects.filter(verb="run.leaves").exists()


@pytest.mark.parametrize("how", ["taken off", "declined"])
def test_the_next_outing_leaves_in_time_again_when_the_one_before_is_off(how):
    """R-000-5: its car then comes from its base; it must not leave when only the hospital next door was near enough."""
    later = _next_outing(NOW + 66 * MIN)
    Vehicle.objects.update(lat=40.3)
    first = _long_outing(ends=make.HOME.point)
    later.refresh_from_db()
    assert later.occupied.lower == NOW + 65 * MIN

    if how == "declined":
        runs.decline(first, by=make.DISPATCHER, at=NOW, reason="车坏了")
    else:
        scheduling.take_off(first.trips.get(), by=make.BY, at=NOW, reason="不去了")

    later.refresh_from_db()
    drive = travel_min(Point(40.3, 124.37), make.HOME.point) * MIN
    assert later.occupied.lower + drive <= NOW + 66 * MIN < later.occupied.lower + drive + MIN


def test_a_reserved_car_home_is_not_in_its_own_way():
    """C15: called early, the reserved outing moves as a whole; the one after it leaves later."""
    _there, back = make.pair(NOW)
    _reserve(back, NOW + 30 * MIN)
    later = _next_outing(NOW + 120 * MIN, leaves=90)
    car = make.ride(NOW)
    ride = scheduling.RunTimes(car.vehicle, car.driver, *(NOW + number * MIN for number in (20, 40, 80, 95)))
    scheduling.activate(back, ready_at=NOW, by=make.BY, at=NOW)

    run = scheduling.use_reservation(back, ride=ride, by=make.BY, at=NOW)

    later.refresh_from_db()
    assert (run.occupied.upper, later.occupied.lower) == (NOW + 95 * MIN, NOW + 95 * MIN)


def test_a_driver_does_not_drive_two_cars_at_once():
    """INV-03."""
    _schedule(make.trip(NOW))
    ride = make.ride(NOW, "2")
    make.shift(ride.vehicle, make.driver("D1"), at=NOW + MIN)
    same_driver = scheduling.RunTimes(
        ride.vehicle, make.driver("D1"), ride.leave_at, ride.pickup_at, ride.dropoff_at, ride.free_at
    )

    with pytest.raises(Conflict) as caught:
        scheduling.schedule(make.trip(NOW), ride=same_driver, by=make.BY, at=NOW, is_pinned=True)

    assert caught.value.code == "driver.taken"


def test_the_next_run_may_begin_when_the_first_ends():
    _schedule(make.trip(NOW))

    assert _schedule(make.trip(NOW), NOW + 60 * MIN).status == "offered"


def test_no_driver_is_sent_out_off_shift():
    """INV-03: whoever needs this driver puts them on shift first."""
    ride = make.ride(NOW)
    ride.vehicle.shifts.all().delete()

    with pytest.raises(Conflict) as caught:
        scheduling.schedule(make.trip(NOW), ride=ride, by=make.BY, at=NOW, is_pinned=True)

    assert caught.value.code == "driver.off_shift"


@pytest.mark.parametrize(
    ("vehicle", "rider", "code"),
    [
        ({"status": "off"}, {}, "vehicle.status"),
        ({"zones_allowed": ["sealed"]}, {}, "vehicle.zone"),
        ({}, {"infection_class": "positive"}, "vehicle.infection"),
        ({"wheelchairs": 0}, {}, "vehicle.wheelchair"),
        ({}, {"mobility": "stretcher"}, "vehicle.stretcher"),
        ({}, {"party_size": 6}, "vehicle.seats"),
        ({}, {"needs_oxygen": True}, "vehicle.oxygen"),
    ],
)
def test_hard_rules_cannot_be_forced(vehicle: dict, rider: dict, code: str):
    """E12: not even by hand."""
    make.vehicle("V1", **vehicle)
    trip = make.trip(NOW, **rider)

    with pytest.raises(Conflict) as caught:
        _schedule(trip)

    assert caught.value.code == code


def test_times_out_of_order_are_refused():
    ride = make.ride(NOW)
    backwards = scheduling.RunTimes(
        ride.vehicle, ride.driver, ride.leave_at, ride.dropoff_at, ride.pickup_at, ride.free_at
    )

    with pytest.raises(Invalid):
        scheduling.schedule(make.trip(NOW), ride=backwards, by=make.BY, at=NOW, is_pinned=True)


def test_a_reserved_car_is_moved_to_the_real_time_and_offered():
    """R-000-12: the reserved car comes first, two hours late (E5)."""
    _there, back = make.pair(NOW)
    reserved = _reserve(back)
    scheduling.activate(back, ready_at=NOW + 480 * MIN, by=make.BY, at=NOW + 470 * MIN)

    run = scheduling.use_reservation(back, ride=make.ride(NOW + 480 * MIN), by=make.BY, at=NOW + 470 * MIN)

    stored = Trip.objects.get(pk=back.pk)
    assert (run.pk, run.status) == (reserved.pk, "offered")
    assert (stored.status, stored.run_id, stored.reserved_run_id) == ("scheduled", run.pk, None)
    assert run.occupied.lower == NOW + 480 * MIN
    assert run.stops.count() == 2


def test_a_reservation_takes_the_cars_time():
    _there, back = make.pair(NOW)
    _reserve(back)

    with pytest.raises(Conflict) as caught:
        _schedule(make.trip(NOW), NOW + 370 * MIN)

    assert caught.value.code == "vehicle.taken"


def test_reserving_anew_gives_the_first_car_back():
    _there, back = make.pair(NOW)
    first = _reserve(back)

    second = _reserve(back, NOW + 400 * MIN)

    assert Run.objects.get(pk=first.pk).status == "cancelled"
    assert Trip.objects.get(pk=back.pk).reserved_run_id == second.pk


def test_taking_the_only_trip_off_cancels_its_run():
    there = make.trip(NOW)
    run = _schedule(there)

    scheduling.take_off(there, by=make.BY, at=NOW, reason="换车")

    stored = Trip.objects.get(pk=there.pk)
    assert (stored.status, stored.run_id) == ("unscheduled", None)
    assert Run.objects.get(pk=run.pk).status == "cancelled"
    assert not Stop.objects.filter(run=run).exists()


def _join(run: Run, trip: Trip, *, start: int = 15) -> Run:
    times = {"pickup_at": NOW + start * MIN, "dropoff_at": NOW + 45 * MIN, "free_at": NOW + 65 * MIN}
    return scheduling.join(run, trip, by=make.BY, at=NOW, **times)


def test_a_second_party_of_the_same_class_rides_along():
    run = _schedule(make.trip(NOW))
    second = make.trip(NOW, mobility="walk", rider="何阿姨")

    _join(run, second)

    run.refresh_from_db()
    assert run.occupied.upper == NOW + 65 * MIN
    assert [stop.trip.rider for stop in run.stops.select_related("trip")] == ["王阿姨", "何阿姨", "王阿姨", "何阿姨"]
    assert "何阿姨" in run.told_change


@pytest.mark.parametrize(
    ("rider", "code"),
    [
        ({"zone_class": "sealed", "mobility": "walk"}, "run.class"),
        ({"mobility": "wheelchair"}, "vehicle.wheelchair"),
        ({"mobility": "walk", "party_size": 4}, "vehicle.seats"),
    ],
)
def test_who_does_not_fit_with_those_aboard_is_refused(rider: dict, code: str):
    """E18: one class aboard; places count at each moment (INV-02)."""
    run = _schedule(make.trip(NOW))

    with pytest.raises(Conflict) as caught:
        _join(run, make.trip(NOW, **rider))

    assert caught.value.code == code


def test_nobody_joins_a_run_the_other_way():
    run = _schedule(make.trip(NOW))
    _there, back = make.pair(NOW, mobility="walk")
    scheduling.activate(back, ready_at=NOW, by=make.BY, at=NOW)

    with pytest.raises(Conflict) as caught:
        _join(run, back)

    assert caught.value.code == "run.direction"


def test_the_longer_run_must_not_meet_the_next_one():
    run = _schedule(make.trip(NOW))
    _schedule(make.trip(NOW), NOW + 60 * MIN)

    with pytest.raises(Conflict) as caught:
        _join(run, make.trip(NOW, mobility="walk"))

    assert caught.value.code == "vehicle.taken"


def _homeward(at: datetime = NOW, *, is_ready: bool = False, **rider: object) -> Trip:
    _there, back = make.pair(at, mobility="walk", **rider)
    return scheduling.activate(back, ready_at=at, by=make.BY, at=NOW) if is_ready else back


def _keep(run: Run, trip: Trip) -> Run:
    times = {"pickup_at": NOW + 9 * MIN, "dropoff_at": NOW + 55 * MIN, "free_at": NOW + 65 * MIN}
    return scheduling.keep_on(run, trip, window_until=NOW + 40 * MIN, by=make.BY, at=NOW, **times)


def test_inv_02_a_seat_kept_for_somebody_is_taken_by_nobody_else():
    """R-000-12: held from the moment it is kept, and after the car was sent for the first, too."""
    Vehicle.objects.filter(pk=make.ride(NOW).vehicle.pk).update(seats=4)
    first, second = _homeward(), _homeward()
    run = _keep(_reserve(first, NOW), second)
    scheduling.activate(first, ready_at=NOW, by=make.BY, at=NOW)
    run = scheduling.use_reservation(first, ride=make.ride(NOW), by=make.BY, at=NOW)

    with pytest.raises(Conflict) as caught:
        _join(run, _homeward(is_ready=True))
    assert caught.value.code == "vehicle.seats"

    scheduling.release_reservation(Trip.objects.get(pk=second.pk), by=make.BY, at=NOW, reason="不去了")
    assert _join(run, _homeward(is_ready=True)).status == "offered", "the twin: given up, the seat is free"


def test_e18_no_car_is_kept_for_two_classes():
    run = _reserve(_homeward(), NOW)

    with pytest.raises(Conflict) as caught:
        _keep(run, _homeward(zone_class="sealed"))

    assert caught.value.code == "run.class"


def test_taking_one_of_two_off_leaves_the_other_riding():
    run = _schedule(make.trip(NOW))
    second = make.trip(NOW, mobility="walk")
    _join(run, second)

    scheduling.take_off(second, by=make.BY, at=NOW, reason="不去了")

    run.refresh_from_db()
    assert (run.status, run.stops.count()) == ("offered", 2)


def test_cancelling_a_case_frees_both_cars():
    there, back = make.pair(NOW)
    out, home = _schedule(there), _reserve(back)

    gone = trips.cancel_case(there.case_ref, by=make.BY, at=NOW, reason="住院了")

    assert {trip.pk for trip in gone} == {there.pk, back.pk}
    assert set(Run.objects.filter(pk__in=[out.pk, home.pk]).values_list("status", flat=True)) == {"cancelled"}
    assert Vehicle.objects.get(code="V1").runs.live().count() == 0


def test_cancelling_a_case_keeps_the_way_home_of_whoever_is_out():
    """INV-19: a cancelled request strands nobody."""
    there, back = make.pair(NOW)

    trips.cancel_case(there.case_ref, by=make.BY, at=NOW, reason="", is_out=True)

    assert Trip.objects.get(pk=there.pk).status == "cancelled"
    assert Trip.objects.get(pk=back.pk).status == "will_call"


def test_lanes_hold_shifts_runs_stops_and_riders():
    _schedule(make.trip(NOW))
    make.ride(NOW, "2")
    make.vehicle("V3")

    lanes = selectors.lanes(make.AREA, since=NOW, until=NOW + 60 * MIN)

    assert [lane.vehicle.code for lane in lanes] == ["V1", "V2"]
    assert lanes[0].runs[0].stops.all()[0].trip.name == "王秀兰"


@pytest.mark.parametrize("count", [5, 50])
def test_lanes_cost_four_queries(count: int, django_assert_num_queries):
    for number in range(count):
        _schedule(make.trip(NOW), code=str(number))

    with django_assert_num_queries(4):
        for lane in selectors.lanes(make.AREA, since=NOW, until=NOW + 60 * MIN):
            assert [(stop.trip.rider, lane.shifts[0].driver.name) for run in lane.runs for stop in run.stops.all()]
