"""The driver's presses are true: whoever is to act reads them on their own page, and the driver reads the answer."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.middleware import SESSION_POST
from calls.models import OpenCall
from calls.services import calls
from calls.states import CallKind
from core import clock, outbox
from core.actors import RELAY
from core.errors import Conflict, NotAllowed
from core.management.commands.check_invariants import breaches
from core.models import AuditEvent
from dispatch.limits import EXIT_BEFORE_MIN
from hospitals.models import Appointment
from hospitals.services import intake as arrivals
from tests.factories import town
from transport.models import Run, Stop, Trip
from transport.services import alarms, lateness, runs, stops
from transport.services.scheduling import reserve, schedule, take_off

pytestmark = pytest.mark.django_db
MIN = timedelta(minutes=1)
OWNERS = ("dispatch", "command")


@pytest.fixture
def side() -> town.Side:
    """One half of the town with nobody calling; its driver has taken the way there of `placed`."""
    made = town.build(1, at=clock.now())
    for call in OpenCall.objects.live():
        calls.end_by_fact(CallKind(call.kind), call.subject, words="办完了", by=RELAY, at=clock.now())
    runs.accept(made.cases["placed"].run, by=made.actors["driver"], at=clock.now())
    relay()
    return made


def relay() -> None:
    """Hand over every fact that waits, as the relay does."""
    while outbox.deliver_next():
        pass


def on(side: town.Side, role: str) -> Client:
    """Sign in on a post of this side."""
    client, user = Client(), side.users[role]
    client.force_login(user)
    session = client.session
    session[SESSION_POST] = user.posts.get(role=role).pk
    session.save()
    return client


def post(client: Client, url: str, **fields: object):
    return client.post(url, {"idempotency_key": uuid.uuid4().hex, **fields}, follow=True)


def read(client: Client, url: str) -> str:
    answer = client.get(url, follow=True)
    assert answer.status_code == 200, url
    return answer.content.decode()


def strip(side: town.Side, role: str) -> str:
    answer = on(side, role).get("/calls/strip/", headers={"HX-Request": "true"})
    return answer.content.decode()


def stop_of(side: town.Side, kind: str = "pickup") -> Stop:
    run = side.cases["placed"].run
    return Stop.objects.select_related("run__vehicle", "run__driver", "trip").get(run=run, kind=kind)


def press(side: town.Side, step: str, kind: str = "pickup"):
    """Let the driver press one step at a stop."""
    return post(on(side, "driver"), reverse("transport:stop_step", args=[stop_of(side, kind).pk, step]))


def board(side: town.Side) -> None:
    """Let the driver set off and take the party aboard."""
    press(side, "arrive")
    press(side, "depart")
    relay()


def the_call(kind: CallKind) -> OpenCall:
    return OpenCall.objects.live().get(kind=kind)


# --- 找不到人 ---------------------------------------------------------------------------------------------------------


def test_nobody_at_the_door_is_a_task_of_the_community_and_its_answer_is_read_by_the_driver(side) -> None:
    """E4, R-000-17: 找不到人 → community, dispatch, command read it; the driver reads who looks, then what they found."""
    page = press(side, "search").content.decode()
    assert "报给1号小区了，还没有人接手" in page

    words = strip(side, "staff")
    assert "司机找不到人" in words
    assert f"{stop_of(side).trip.rider} 5号楼" in words
    assert f"{side.vehicle.plate} {side.driver.name}在等，等到" in words
    assert reverse("access:case", args=[side.cases["placed"].request.case_ref]) in words
    assert all("司机找不到人" in strip(side, role) for role in OWNERS)
    assert "司机找不到人" not in strip(side, "intake")

    call = the_call(CallKind.PERSON_NOT_FOUND)
    post(on(side, "staff"), f"/calls/{call.pk}/take/")
    assert "接手了" in read(on(side, "driver"), "/drive/")
    assert side.users["staff"].name in read(on(side, "driver"), "/drive/")

    post(on(side, "staff"), f"/calls/{call.pk}/end/", words="找到了，马上下来")
    assert "找到了，马上下来" in read(on(side, "driver"), "/drive/")
    assert "找到了，马上下来" in strip(side, "driver")
    assert "司机找不到人" not in strip(side, "command")


def test_found_by_the_fact_when_the_party_boards(side) -> None:
    press(side, "search")

    press(side, "depart")

    assert not OpenCall.objects.live().exists()
    assert OpenCall.objects.get(kind="person_not_found").ended_words == "人上车了"


@pytest.mark.parametrize("what", ["no_show", "taken off", "broken off", "undone"])
def test_a_search_ends_with_the_wait_for_them(side, what) -> None:
    press(side, "search")
    stop, by, at = stop_of(side), side.actors["driver"], stop_of(side).planned_at + 11 * MIN

    if what == "no_show":
        stops.no_show(stop, by=by, at=at)
    elif what == "taken off":
        take_off(stop.trip, by=side.actors["dispatch"], at=at, reason="改派")
    elif what == "undone":
        stops.undo_last(stop.run, by=by, at=clock.now())
    else:
        runs.abort(stop.run, by=by, at=at, reason="车坏了")

    assert not OpenCall.objects.live().exists()


def test_nobody_at_a_hospitals_door_is_a_task_of_dispatch_and_the_desk_reads_it(side) -> None:
    case = side.cases["inside"]
    back = Trip.objects.get(pk=case.back.pk)
    arrivals.release(case.intake, by=side.actors["intake"], at=clock.now())
    relay()
    back.refresh_from_db()
    stop = Stop.objects.select_related("run__vehicle", "run__driver", "trip").get(trip=back, kind="pickup")

    stops.search(stop, by=side.actors["dispatch"], at=clock.now())

    assert the_call(CallKind.PERSON_NOT_FOUND).owner_role == "dispatch"
    assert "司机找不到人" in strip(side, "intake")
    assert "司机找不到人" not in strip(side, "staff")


@pytest.mark.parametrize(
    ("arrived", "pressed", "too_early"), [(-45, -44, True), (-45, -1, True), (-45, 9, True), (5, 14, True)]
)
def test_waiting_counts_from_arrival_but_never_from_before_the_time_promised(side, arrived, pressed, too_early) -> None:
    """E4: ten minutes from the later of the two; half an hour before the promise nobody is left behind."""
    stop = stop_of(side)
    by, promised = side.actors["driver"], stop.planned_at
    stops.arrive(stop, by=by, at=promised + arrived * MIN)
    stops.search(stop_of(side), by=by, at=promised + arrived * MIN)

    with pytest.raises(Conflict, match="报给1号小区了，还没有人接手") as caught:
        stops.no_show(stop_of(side), by=by, at=promised + pressed * MIN)
    assert (caught.value.code == "stop.wait") is too_early

    stops.no_show(stop_of(side), by=by, at=promised + (max(arrived, 0) + 10) * MIN)
    assert Trip.objects.get(pk=stop.trip_id).status == "no_show"


# --- 会晚到 -----------------------------------------------------------------------------------------------------------


def say_late(side: town.Side, minutes: int):
    answer = post(on(side, "driver"), reverse("transport:late", args=[stop_of(side).pk]), minutes=minutes)
    relay()
    return answer.content.decode()


def hhmm(moment) -> str:
    return f"{moment.astimezone(clock.CHINA):%H:%M}"


def test_a_late_car_is_read_with_its_new_time_on_every_page(side) -> None:
    """faults.md 1: the new time stands on community, request, desk, board, driver's sheet, gate list, words to copy."""
    case = side.cases["placed"]
    pickup, dropoff = stop_of(side).planned_at + 10 * MIN, stop_of(side, "dropoff").planned_at + 10 * MIN

    assert f"新时间 {hhmm(pickup)} 已写到社区、接诊台、调度台的页面上" in say_late(side, 10)

    sheet = read(on(side, "driver"), "/drive/")
    assert hhmm(pickup) in sheet
    assert "晚 10 分" in sheet
    request_page = read(on(side, "staff"), reverse("access:request", args=[case.request.pk]))
    assert f"{hhmm(pickup)} 车到楼下" in request_page
    assert f"{hhmm(pickup)} 车到楼下：{side.vehicle.plate}" in request_page  # the words to copy
    assert hhmm(pickup) in read(on(side, "staff"), "/")
    assert hhmm(dropoff) in read(on(side, "intake"), "/desk/")
    assert Appointment.objects.get(case_ref=case.request.case_ref).expected_at == dropoff
    assert hhmm(pickup) in read(on(side, "dispatch"), "/dispatch/")
    assert hhmm(pickup - EXIT_BEFORE_MIN * MIN) in read(on(side, "guard"), "/gate/list/")
    assert not OpenCall.objects.live().exists()  # ten minutes make nobody come too late


def test_late_said_again_replaces_what_was_said(side) -> None:
    first, last = stop_of(side).planned_at, stop_of(side, "dropoff").planned_at
    say_late(side, 60)
    say_late(side, 20)

    trip = stop_of(side).trip
    assert (stop_of(side).planned_at, stop_of(side).late_min) == (first + 20 * MIN, 20)
    assert (trip.pickup_planned_at, trip.dropoff_planned_at) == (first + 20 * MIN, last + 20 * MIN)


def test_the_car_is_taken_as_long_as_it_is_late_and_is_free_again(side) -> None:
    until = stop_of(side).run.occupied.upper
    say_late(side, 30)
    assert stop_of(side).run.occupied.upper == until + 30 * MIN
    say_late(side, 10)
    assert stop_of(side).run.occupied.upper == until + 10 * MIN


def test_too_late_for_the_place_in_the_hospital_is_called_and_over_when_it_is_not(side) -> None:
    """R-000-17: dispatch and command read for whom it is too late; the driver reads whose it is."""
    assert "报给1片区调度台了" in say_late(side, 60)

    by = hhmm(stop_of(side).trip.arrive_by)
    for role in OWNERS:
        words = strip(side, role)
        assert "车要晚到" in words
        assert f"才到，该 {by} 前到" in words
    assert "INV-05" not in {row["id"] for row in breaches()}

    say_late(side, 5)
    assert not OpenCall.objects.live().exists()


def test_a_late_car_is_no_trouble_once_nobody_it_is_too_late_for_waits_for_it(side) -> None:
    """Their place was moved, or they ride with another: the sweep ends the call; the twin, while they wait it stands."""
    say_late(side, 60)
    lateness.end_over(at=clock.now())
    assert "车要晚到" in strip(side, "dispatch")

    Trip.objects.filter(pk=stop_of(side).trip_id).update(arrive_by=stop_of(side, "dropoff").planned_at + MIN)
    lateness.end_over(at=clock.now())
    assert not OpenCall.objects.live().exists()


def test_a_car_that_meets_its_next_outing_is_called(side) -> None:
    run, case = stop_of(side).run, side.cases["asked"]
    start = run.occupied.upper + 5 * MIN
    _there, back = town.trips.open_pair(
        case.request.case_ref,
        card=town.cards.rider_card(case.request, on=clock.today()),
        home=town.cards.home_of(case.request),
        facility=side.cases["placed"].there.destination,
        arrive_by=None,
        expected_ready_at=start,
        dispatch_area=case.request.dispatch_area,
        by=RELAY,
        at=clock.now(),
    )
    ride = town.RunTimes(side.vehicle, side.driver, start, start + MIN, start + 30 * MIN, start + 40 * MIN)
    reserve(back, ride=ride, window_from=start, window_until=start + 30 * MIN, by=RELAY, at=clock.now())

    say_late(side, 14)

    lateness.end_over(at=clock.now())
    assert f"赶不上 {hhmm(start)} 出发的下一趟" in strip(side, "dispatch")
    assert Run.objects.get(pk=run.pk).occupied == run.occupied


def test_late_at_a_stop_that_is_past_is_refused(side) -> None:
    stop = stop_of(side)
    press(side, "depart")

    with pytest.raises(Conflict):
        lateness.late(stop, minutes=10, by=side.actors["driver"], at=clock.now())


# --- 人不舒服 ---------------------------------------------------------------------------------------------------------


def test_unwell_aboard_stands_everywhere_at_once_with_where_the_car_is(side) -> None:
    """R-000-2, faults.md 1: community, dispatch, command and the desk ahead read it with sound; 120 is told the car's place."""
    board(side)
    case = side.cases["placed"]

    page = post(on(side, "driver"), reverse("transport:unwell", args=[case.run.pk])).content.decode()
    relay()

    place = "在去 测试医院1 2号门 的路上"
    assert "报给1片区调度台了，还没有人接手" in page
    assert place in page
    for role in ("staff", "dispatch", "command", "intake"):
        words = strip(side, role)
        assert "车上有人不舒服" in words
        assert place in words
        assert side.vehicle.plate in words
        assert 'data-loud="1"' in words
    assert Appointment.objects.get(case_ref=case.request.case_ref).is_critical
    assert "急救在途" in read(on(side, "intake"), "/desk/")
    request_page = read(on(side, "staff"), reverse("access:request", args=[case.request.pk]))
    assert "地方照着念：" in request_page
    assert place in request_page.split("地方照着念：")[1][:160]
    assert "地址照着念" not in request_page
    assert place in read(on(side, "dispatch"), reverse("access:request", args=[case.request.pk]))

    post(on(side, "dispatch"), f"/calls/{the_call(CallKind.UNWELL_ABOARD).pk}/take/")
    assert side.users["dispatch"].name in read(on(side, "driver"), reverse("transport:unwell", args=[case.run.pk]))

    press(side, "depart", "dropoff")
    assert "车上有人不舒服" not in strip(side, "dispatch")
    assert "送到了，交接了" in strip(side, "driver")


def test_who_stops_the_car_at_the_roadside_is_a_call_with_sound_and_what_was_lent_is_kept(side) -> None:
    """E23: dispatch and command read it at once, the driver reads who looks after it, and the way of the rider goes on."""
    board(side)
    run = side.cases["placed"].run
    before = Run.objects.get(pk=run.pk).occupied

    post(on(side, "driver"), reverse("transport:roadside", args=[run.pk]), where="锦山大街桥头", note="借出 AED")

    for role in OWNERS:
        words = strip(side, role)
        assert "路边有人求助" in words
        assert "锦山大街桥头 · " in words
        assert "在去 测试医院1 2号门 的路上" in words
        assert "借出 AED" in words
        assert 'data-loud="1"' in words
    assert "路边有人求助" not in strip(side, "staff")
    assert "还没有人接手" in strip(side, "driver")
    assert "借出 AED" in the_call(CallKind.ROADSIDE).note
    assert AuditEvent.objects.get(verb="run.roadside").detail == {"has_note": True}
    assert Run.objects.get(pk=run.pk).occupied == before
    post(on(side, "dispatch"), f"/calls/{the_call(CallKind.ROADSIDE).pk}/take/")
    assert side.users["dispatch"].name in strip(side, "driver")


def test_nobody_but_the_car_and_its_dispatch_calls_from_the_roadside(side) -> None:
    """E23: another's press is refused; too long a note is left out, the call goes up all the same."""
    run = side.cases["placed"].run
    with pytest.raises(NotAllowed):
        alarms.roadside(run, where="", note="", by=side.actors["staff"], at=clock.now())

    post(on(side, "driver"), reverse("transport:roadside", args=[run.pk]), where="桥头", note="长" * 500)

    assert "桥头" in strip(side, "dispatch")


def test_the_home_address_is_read_out_before_boarding(side) -> None:
    """The twin: nobody aboard, so 120 is sent to the house."""
    case = side.cases["placed"]
    stops.arrive(stop_of(side), by=side.actors["driver"], at=clock.now())
    stops.unwell(stop_of(side).run, by=side.actors["driver"], at=clock.now())
    relay()

    page = read(on(side, "staff"), reverse("access:request", args=[case.request.pk]))
    assert "地址照着念：1号小区 5号楼" in page
    assert "1号小区 5号楼" in strip(side, "dispatch")


def test_on_the_way_to_somebody_it_is_a_call_alone(side) -> None:
    """Nobody is aboard or at the car: dispatch reads the call, and the next rider's way stays as it was."""
    case = side.cases["placed"]
    stops.unwell(stop_of(side).run, by=side.actors["driver"], at=clock.now())
    relay()

    assert "车上有人不舒服" in strip(side, "dispatch")
    case.request.refresh_from_db()
    assert not case.request.is_critical
    assert Trip.objects.get(pk=case.there.pk).status == "scheduled"


def test_whoever_was_not_found_is_looked_for_again(side) -> None:
    """E4: 没找到 is an answer, not the end: the driver may ask once more."""
    stop = stop_of(side)
    stops.search(stop, by=side.actors["driver"], at=stop.planned_at)
    call = the_call(CallKind.PERSON_NOT_FOUND)
    calls.end(call, words="没找到", by=side.actors["staff"], at=clock.now())

    stops.search(stop_of(side), by=side.actors["driver"], at=stop.planned_at + MIN)

    assert "司机找不到人" in strip(side, "staff")


def test_an_empty_car_calls_as_well(side) -> None:
    run = side.cases["inside"].run
    Stop.objects.filter(run=run, departed_at__isnull=True).delete()

    stops.unwell(
        Run.objects.select_related("vehicle", "driver").get(pk=run.pk), by=side.actors["driver"], at=clock.now()
    )

    assert the_call(CallKind.UNWELL_ABOARD).subject == str(run.pk)
    assert "车上的人" in strip(side, "dispatch")


# --- 门口说不接 -------------------------------------------------------------------------------------------------------


def test_a_closed_door_is_read_by_dispatch_command_and_the_desk_until_it_checks_in(side) -> None:
    """A2, R-000-8: who stands before which door since when, with sound; the desk's check-in ends it."""
    board(side)
    assert "门口说不接" in read(on(side, "driver"), "/drive/")
    press(side, "door_closed", "dropoff")

    for role in ("staff", "dispatch", "command", "intake"):
        words = strip(side, role)
        assert "医院门口说不接" in words
        assert "测试医院1 2号门" in words
        assert "司机在门口说不接，请马上去接" in words
        assert 'data-loud="1"' in words
    assert "还没有人接手" in strip(side, "driver")

    case_ref = side.cases["placed"].request.case_ref
    arrivals.check_in(Appointment.objects.get(case_ref=case_ref), by=side.actors["intake"], at=clock.now())

    assert "医院门口说不接" not in strip(side, "dispatch")
    assert "接诊台接到人了" in strip(side, "driver")


def test_a_community_reports_a_closed_door_as_the_same_call(side) -> None:
    """authz service_status.report_door_closed: the community whose family rings; one call, however many report it."""
    case = side.cases["placed"]
    door = reverse("access:request_door_closed", args=[case.request.pk])
    assert post(on(side, "staff"), door).status_code == 409  # nobody has left
    assert post(on(side, "lead"), door).status_code == 403
    board(side)
    assert "门口说不接" in read(on(side, "staff"), reverse("access:request", args=[case.request.pk]))

    assert "报给1片区调度台了" in post(on(side, "staff"), door).content.decode()

    for role in ("dispatch", "command", "intake"):
        assert "说门口不接，请马上去接" in strip(side, role)
        assert f"{stop_of(side).trip.rider} 5号楼" in strip(side, role)
    press(side, "door_closed", "dropoff")
    assert "门口说不接" in read(on(side, "dispatch"), reverse("access:request", args=[case.request.pk]))
    assert post(on(side, "dispatch"), door).status_code == 200
    assert OpenCall.objects.live().count() == 1
    other = town.build(2, at=clock.now())
    assert post(on(other, "staff"), door).status_code == 404


def test_no_door_is_reported_closed_with_nobody_aboard(side) -> None:
    assert press(side, "door_closed", "dropoff").status_code == 409
    assert press(side, "door_closed").status_code == 409
    assert not OpenCall.objects.live().exists()


def test_called_off_by_the_community_is_read_by_desk_driver_and_gate(side) -> None:
    """One press of 取消: the desk expects nobody, the driver reads that nobody is to be fetched, the gate lists no pass."""
    case = side.cases["placed"]
    desk, gate, rider = case.resident.name, case.gate_pass.number, stop_of(side).trip.rider
    assert desk in read(on(side, "intake"), "/desk/")
    assert gate in read(on(side, "guard"), "/gate/list/")

    post(on(side, "staff"), reverse("access:request_cancel", args=[case.request.pk]), reason="patient")

    assert desk not in read(on(side, "intake"), "/desk/")
    assert gate not in read(on(side, "guard"), "/gate/list/")
    assert f"{rider} 的这一趟取消了，不用去了" in read(on(side, "driver"), "/drive/")


# --- 走不了, 接不了 ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["decline", "abort", "no_show"])
def test_who_is_given_back_stands_in_the_waiting_list_of_dispatch(side, what) -> None:
    """E3: the driver reads that they wait again; so they do, on the dispatcher's page."""
    run = side.cases["placed"].run
    if what == "abort":
        board(side)
    elif what == "decline":  # only a run not taken yet can be declined
        take_off(stop_of(side).trip, by=side.actors["dispatch"], at=clock.now(), reason="改派")
        ride = town.RunTimes(
            side.vehicle, side.driver, clock.now() + 41 * MIN, clock.now() + 50 * MIN,
            clock.now() + 75 * MIN, clock.now() + 90 * MIN,
        )  # fmt: skip
        trip = Trip.objects.get(pk=side.cases["placed"].there.pk)
        run = schedule(trip, ride=ride, by=RELAY, at=clock.now(), is_pinned=True)
    if what == "no_show":
        stop = stop_of(side)
        stops.search(stop, by=side.actors["driver"], at=stop.planned_at)
        stops.no_show(stop_of(side), by=side.actors["driver"], at=stop.planned_at + 10 * MIN)
        relay()
        assert side.cases["placed"].resident.name in read(on(side, "dispatch"), "/dispatch/")
        return
    words = post(on(side, "driver"), reverse(f"transport:{what}", args=[run.pk]), reason="车坏了").content.decode()
    relay()

    assert "回到调度台等车的名单" in words
    assert side.cases["placed"].resident.name in read(on(side, "dispatch"), "/dispatch/")
