"""Zone or infection changes while somebody asks, waits, rides or is treated (E1, E7, E18, R-000-4, R-002-1a, R-002-1d)."""

from __future__ import annotations

import pytest
from django.db import connection

from access.models import AccessRequest, Resident
from access.services import identity, residents
from communities.models import GatePass
from communities.services import zones
from core.errors import Conflict, Invalid, NotAllowed
from core.models import AuditEvent, OutboxMessage
from dispatch.facts import reclass, wake
from hospitals.models import Appointment, Slot
from hospitals.services import samples
from tests import walkers
from tests.factories import communities as gate_rows
from tests.walkers import AT, MIN
from transport.invariants import INVARIANTS
from transport.models import Run, Trip
from transport.services import classes, runs, scheduling

pytestmark = pytest.mark.django_db
COMMAND = walkers.Actor("user:command", "指挥", "command", "district", "210602000000", "振兴区")
MIXED = next(each for each in INVARIANTS if each.ident == "INV-02-class")


def mixed() -> list[str]:
    """Return who rides in a car of another class."""
    with connection.cursor() as cursor:
        cursor.execute(MIXED.sql)
        return [row[0] for row in cursor.fetchall()]


def found(case: walkers.Walk, result: str = "positive") -> None:
    """Let the community write down a result; its message waits."""
    residents.note_result(case.request.resident_id, result=result, by=case.town.staff, at=case.at)


def upgrade(town: walkers.Town, *, at=AT, zone: str = "sealed", **fields) -> None:
    """Put the town's compound under another class; its message waits."""
    zones.put_under(town.community, zone_class=zone, since=at, by=COMMAND, at=at, **fields)


def lose_messages() -> None:
    """Let every waiting message be lost."""
    OutboxMessage.objects.filter(delivered_at__isnull=True).update(delivered_at=AT)


def live(request: AccessRequest) -> dict[str, Trip]:
    return {trip.direction: trip for trip in Trip.objects.live().filter(case_ref=request.case_ref)}


def is_released(case: walkers.Walk) -> bool:
    """Say whether place, rides and pass were all given back and the request waits again."""
    case.request.refresh_from_db()
    ref = case.request.case_ref
    return (
        case.request.status == "approved"
        and not Appointment.objects.live().filter(case_ref=ref).exists()
        and not Trip.objects.live().filter(case_ref=ref).exists()
        and not GatePass.objects.issued().filter(case_ref=ref).exists()
        and Slot.objects.get(pk=case.town.slot.pk).booked == 0
    )


def test_positive_before_leaving_waits_again_for_the_designated_hospital_and_another_car(
    django_capture_on_commit_callbacks,
):
    """R-002-1d: place, both rides and pass go back together, and whoever plans is woken."""
    case = walkers.walk(walkers.town(), to="accepted")
    rung = []
    bell = wake.answered_by(lambda _task, arguments: rung.append(arguments))
    with bell, django_capture_on_commit_callbacks(execute=True):
        found(case)
        walkers.deliver()

    assert is_released(case)
    assert rung == [{"area": "main", "kind": "rolling"}]
    assert not Run.objects.filter(status__in=["draft", "offered", "accepted"]).exists()


def test_without_the_message_the_rule_is_broken_until_the_sweep_finds_it():
    """The twin: a positive booked into an ordinary hospital, in a car that may not carry one."""
    case = walkers.walk(walkers.town(), to="placed")
    found(case)
    lose_messages()
    trip = live(case.request)["outbound"]
    trip.infection_class = "positive"
    assert classes.misfit(trip).code == "vehicle.infection"
    assert not is_released(case)

    reclass.sweep(at=case.at)
    assert is_released(case)
    events = AuditEvent.objects.count()
    reclass.sweep(at=case.at)
    assert AuditEvent.objects.count() == events


def pooled(**other) -> tuple[walkers.Walk, walkers.Walk, Run]:
    """Put two neighbours into one car: one is picked up, the other still waits at the door."""
    town = walkers.town(cars=3)
    first = walkers.walk(town, to="placed")
    second = walkers.Walk(town, walkers.ask(town, walkers.resident(town, "王秀兰", **other)), AT)
    walkers.place_by_hand(town, second.request, out_vehicle="V2", at=AT)
    run = first.trip("outbound").run
    trip = scheduling.take_off(second.trip("outbound"), by=town.dispatcher, at=AT, reason="拼车")
    end = run.stops.get(kind="dropoff").planned_at
    times = {"pickup_at": end - 10 * MIN, "dropoff_at": end, "free_at": run.occupied.upper}
    scheduling.join(run, trip, by=town.dispatcher, at=AT, **times)
    walkers.deliver()
    run.refresh_from_db()
    return first, second, run


def test_positive_aboard_is_driven_on_and_the_car_is_cleaned_before_anybody_else():
    """E1: no stop at the roadside, same hospital, treatment today; who has not boarded gets another car."""
    first, second, run = pooled()
    first.step("boarded")
    found(first)
    walkers.deliver()

    aboard, other = first.trip("outbound"), second.trip("outbound")
    run.refresh_from_db()
    assert (aboard.status, aboard.infection_class, aboard.to_code) == ("on_board", "positive", first.town.facility.pk)
    assert (run.status, run.soiled_as) == ("under_way", "controlled/positive")
    assert "不停车" in run.told_change
    assert (other.status, other.run_id) == ("unscheduled", None)
    assert Appointment.objects.live().get(case_ref=second.request.case_ref).carried_by == ""
    assert Appointment.objects.live().get(case_ref=first.request.case_ref).precaution == "positive"
    assert mixed() == []
    times = {"pickup_at": first.at, "dropoff_at": first.at + 9 * MIN, "free_at": first.at + 20 * MIN}
    with pytest.raises(Conflict, match="消毒以前不能再接人"):
        scheduling.join(run, other, by=first.town.dispatcher, at=first.at, **times)


def test_without_the_mark_on_the_car_the_invariant_names_the_mixed_ride():
    """The twin of the mark: the same ride is a mixed one."""
    first, _second, run = pooled()
    first.step("boarded")
    found(first)
    walkers.deliver()
    Run.objects.filter(pk=run.pk).update(soiled_as="")

    assert mixed() == [str(first.trip("outbound").pk)]


def test_the_soiled_car_starts_no_other_ride_before_it_is_disinfected():
    case = walkers.walk(walkers.town(cars=1), to="boarded")
    found(case)
    walkers.deliver()
    case.step("dropped")
    later = walkers.Walk(case.town, walkers.ask(case.town, walkers.resident(case.town, "王秀兰")), case.at)
    slot = walkers.desk_rows.make_slot(case.town.slot.service, starts_at=case.at + 120 * MIN)
    walkers.place_by_hand(case.town, later.request, slot_id=slot.pk, at=case.at)
    run, soiled = later.trip("outbound").run, case.trip("outbound").run
    driver = walkers.Actor(f"user:{run.driver_id}", "师傅", "driver", "fleet", run.driver_id)

    with pytest.raises(Conflict, match="先给车消毒"):
        runs.start(run, by=driver, at=case.at)
    runs.note_disinfection(soiled, by=driver, at=case.at)
    assert runs.start(run, by=driver, at=case.at).status == "under_way"


def test_whoever_sits_beside_a_positive_reads_it_in_their_own_record():
    """E1: co-riders are flagged; what follows for them is the community's to decide."""
    first, second, _run = pooled()
    first.step("boarded")
    second.at = first.at
    second._drive_on(second.trip("outbound").run, 2)
    assert second.trip("outbound").status == "on_board"
    found(first)
    walkers.deliver()

    assert AuditEvent.objects.filter(verb="trip.contact", case_ref=second.request.case_ref).count() == 1
    assert second.trip("outbound").status == "on_board"
    assert mixed() == []


def test_positive_in_hospital_comes_home_in_a_car_that_may_carry_them():
    """The way home is never dropped: it is of the new class, and the ordinary car kept for it is given back."""
    case = walkers.walk(walkers.town(), to="treated")
    found(case)
    walkers.deliver()

    back = case.trip("inbound")
    assert (back.status, back.infection_class, back.reserved_run_id) == ("will_call", "positive", None)
    assert GatePass.objects.issued().filter(case_ref=case.request.case_ref).exists()
    walkers.car("V9", takes_positive=True)
    case.step("released")
    assert case.trip("inbound").status == "unscheduled"


def test_compound_sealed_at_noon_lets_those_out_come_home_and_moves_those_not_yet_gone():
    """E7, R-002-1a: closed loop to the door for who is out; who still waits at home goes to the yellow-code hospital."""
    town = walkers.town()
    out = walkers.walk(town, to="arrived")
    waiting = walkers.Walk(town, walkers.ask(town, walkers.resident(town, "王秀兰")), AT)
    walkers.place_by_hand(town, waiting.request, out_vehicle="V2")
    yellow = walkers.desk_rows.make_facility(code="F2", name="黄码医院", zone_role="yellow_code")
    walkers.desk_rows.make_slot(walkers.desk_rows.make_service(yellow), starts_at=AT + 200 * MIN)
    upgrade(town, at=out.at)
    walkers.deliver()

    back = out.trip("inbound")
    assert (back.status, back.zone_class, back.reserved_run.zone_class) == ("will_call", "sealed", "sealed")
    assert back.to_code == town.community.pk
    assert GatePass.objects.issued().filter(case_ref=out.request.case_ref).exists()
    assert not Trip.objects.live().filter(case_ref=waiting.request.case_ref).exists()
    assert not GatePass.objects.issued().filter(case_ref=waiting.request.case_ref).exists()
    waiting.request.refresh_from_db()
    assert waiting.request.zone_class == "sealed"
    out.at += 30 * MIN
    for stage in ("treated", "released", "boarded_back", "dropped_home", "home"):
        out.step(stage)
    out.request.refresh_from_db()
    assert (out.request.status, out.request.outcome) == ("closed", "home")


def test_sealed_while_aboard_soils_the_car_of_the_milder_class():
    case = walkers.walk(walkers.town(), to="boarded")
    upgrade(case.town, at=case.at)
    walkers.deliver()

    trip = case.trip("outbound")
    assert (trip.status, trip.zone_class, trip.run.soiled_as) == ("on_board", "sealed", "sealed")
    assert mixed() == []


def test_nobody_walks_out_of_a_sealed_compound():
    """R-000-4: who was to walk or drive alone is driven instead; the pass for walking is void."""
    town = walkers.town(zone="precautionary")
    request = walkers.ask(town, mode="on_foot")
    assert GatePass.objects.issued().filter(case_ref=request.case_ref).exists()
    upgrade(town)
    walkers.deliver()

    request.refresh_from_db()
    assert (request.mode, request.zone_class, request.status) == ("vehicle", "sealed", "approved")
    assert not GatePass.objects.issued().filter(case_ref=request.case_ref).exists()


def test_neighbours_upgraded_together_keep_their_car_and_a_stranger_to_it_leaves():
    """E18: one class in a car. Both of the compound change: they stay. Only one building does: that one leaves."""
    first, second, run = pooled(building="9号楼")
    upgrade(first.town, zone="precautionary")
    walkers.deliver()
    run.refresh_from_db()
    assert run.zone_class == "precautionary"
    assert {live(each.request)["outbound"].run_id for each in (first, second)} == {run.pk}
    assert mixed() == []

    upgrade(first.town, at=AT + MIN, zone="controlled", building="9号楼")
    assert mixed() == []
    reclass.zone_changed(at=AT + MIN, community=first.town.community.pk, building="9号楼")
    assert live(first.request)["outbound"].run_id == run.pk
    left = live(second.request)["outbound"]
    assert (left.status, left.zone_class) == ("unscheduled", "controlled")
    assert Appointment.objects.live().filter(case_ref=second.request.case_ref).exists()
    assert mixed() == []


def test_a_milder_class_loses_nobody_their_place():
    """F45: a colour never changes whether somebody is treated."""
    case = walkers.walk(walkers.town(zone="sealed"), to="placed")
    upgrade(case.town, zone="controlled")
    walkers.deliver()

    assert live(case.request)["outbound"].status == "scheduled"
    assert case.trip("outbound").run.zone_class == "controlled"
    assert mixed() == []


def test_critical_loses_neither_place_nor_car():
    """R-000-2: nothing stands before the movement of a critical patient."""
    town = walkers.town()
    walkers.car("A1", vehicle_class="ambulance", stretchers=1, takes_positive=True)
    case = walkers.Walk(town, walkers.ask(town, is_critical=True, need_kind="emergency"), AT)
    walkers.desk_rows.make_service(town.facility, kind="emergency")
    walkers.place_by_hand(town, case.request, slot_id=None, facility_code=town.facility.pk, out_vehicle="A1")
    found(case)
    upgrade(town)
    walkers.deliver()

    trip = live(case.request)["outbound"]
    assert (trip.status, trip.infection_class, trip.zone_class) == ("scheduled", "positive", "sealed")
    assert mixed() == []


def test_one_case_that_cannot_follow_keeps_no_neighbour_waiting():
    """The twin is the group alone: it fails as a whole."""
    town = walkers.town(cars=3)
    cases = [walkers.walk(town, to="placed")]
    for number, name in ((2, "王秀兰"), (3, "刘桂英")):
        case = walkers.Walk(town, walkers.ask(town, walkers.resident(town, name)), AT)
        walkers.place_by_hand(town, case.request, out_vehicle=f"V{number}")
        cases.append(case)
    stuck = cases[1].request
    Appointment.objects.filter(case_ref=stuck.case_ref).update(status="arrived")
    yellow = walkers.desk_rows.make_facility(code="F2", name="黄码医院", zone_role="yellow_code")
    walkers.desk_rows.make_slot(walkers.desk_rows.make_service(yellow), starts_at=AT + 200 * MIN)
    upgrade(town)
    with pytest.raises(Conflict, match="已经到院"):
        reclass.follow([case.request.pk for case in cases], at=AT)

    walkers.deliver()

    assert {case.request.name: len(live(case.request)) for case in cases} == {"陈玉梅": 0, "王秀兰": 2, "刘桂英": 0}
    reclass.sweep(at=AT)
    assert len(live(stuck)) == 2


def test_an_order_for_midnight_is_followed_when_it_is_in_force():
    """4.9: the period is planned first; the sweep follows it when its time has come."""
    town = walkers.town()
    case = walkers.walk(town, to="arrived")
    zones.put_under(town.community, zone_class="sealed", since=case.at + 60 * MIN, by=COMMAND, at=case.at)
    walkers.deliver()
    assert case.trip("inbound").zone_class == "controlled"

    reclass.sweep(at=case.at + 59 * MIN)
    assert case.trip("inbound").zone_class == "controlled"
    reclass.sweep(at=case.at + 61 * MIN)
    assert case.trip("inbound").zone_class == "sealed"


def test_a_desks_result_reaches_register_and_way_home():
    """4.6: positive during treatment; care goes on, the ordinary car kept for the way home is given back."""
    case = walkers.walk(walkers.town(), to="treated")
    samples.note_sample(case.intake, result="positive", by=case.town.desk, at=case.at)
    walkers.deliver()

    assert Resident.objects.get(pk=case.request.resident_id).precaution == "positive"
    back = case.trip("inbound")
    assert (back.infection_class, back.reserved_run_id, case.intake.status) == ("positive", None, "in_treatment")


def test_a_strangers_result_waits_until_they_have_a_name():
    town = walkers.town()
    town.community.dispatch_area.divisions.create(district_code=town.facility.division_code)
    arrival = walkers.intake.walk_in(town.facility, by=town.desk, at=AT)
    samples.note_sample(arrival, result="positive", by=town.desk, at=AT)
    walkers.deliver()
    person = walkers.resident(town)
    identity.identify(AccessRequest.objects.get(), person, by=town.desk, at=AT + MIN)
    walkers.deliver()

    person.refresh_from_db()
    assert person.precaution == "positive"
    assert Trip.objects.get(case_ref=arrival.case_ref).infection_class == "positive"


def test_results_say_what_stands_after_them_and_who_may_write_them():
    town = walkers.town()
    person = walkers.resident(town, machine_class="HBV")

    def note(result: str, by=town.staff) -> Resident:
        return residents.note_result(person.pk, result=result, by=by, at=AT)

    assert note("suspected").precaution == "suspected"
    assert note("negative").precaution == ""
    assert note("positive").precaution == "positive"
    assert note("negative").precaution == "positive"
    assert note("released").precaution == ""
    assert Resident.objects.get().machine_class == "HBV"
    assert OutboxMessage.objects.filter(kind="resident.infection_changed").count() == 5
    with pytest.raises(Invalid):
        note("maybe")
    with pytest.raises(NotAllowed):
        note("positive", by=town.desk)
    with pytest.raises(NotAllowed):
        note("positive", by=walkers.Actor("user:x", "别处", "staff", "community", gate_rows.NEXT_DOOR))


def test_a_result_and_its_message_are_stored_together_or_not_at_all(monkeypatch):
    town = walkers.town()
    person = walkers.resident(town)
    monkeypatch.setattr(residents.boards, "touch", lambda *_names: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        residents.note_result(person.pk, result="positive", by=town.staff, at=AT)

    person.refresh_from_db()
    assert person.precaution == ""
    assert not OutboxMessage.objects.filter(kind="resident.infection_changed").exists()
