"""Life stops the machine, and starts it again: on the screens of all roles, through the real relay (4.1, E28)."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.urls import reverse

from access.models import Absence, AccessRequest, StandingOrder
from access.selectors import facts_of, with_facts
from access.selectors.home import home_lists
from access.services import absences, checks, requests, residents, standing
from access.services.requests import AccessWish
from access.states import AbsenceKind
from communities.models import GatePass
from core import clock
from core.errors import Conflict, Invalid, NotAllowed
from core.management.commands.check_invariants import breaches
from core.models import OutboxMessage
from dispatch.board.reading import board
from dispatch.planning.turns import Span, somebody_waits, waiting_rows
from hospitals.models import Appointment
from hospitals.services import intake
from tests import walkers
from tests.factories import access as rows
from tests.factories import town
from tests.trust import walk
from tests.walkers import AT, MIN
from transport.models import Run, Shift, Trip

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
# the record of what was: the list of all requests, and the desk's own list of who came today
RECORDS = {"access:requests"}


@pytest.fixture
def case():
    """Somebody in treatment today, with dialysis every other day and a request for tomorrow made by hand."""
    found = walkers.walk(walkers.town(), to="treated")
    person = found.request.resident
    rows.need(person, schedule_kind="weekly", schedule_days="1,2,3,4,5,6,7", shift="PM", facility=found.town.facility)
    return found


def of(case: walkers.Walk):
    return AccessRequest.objects.filter(resident=case.request.resident).exclude(pk=case.request.pk)


def ask_outpatient(case: walkers.Walk, at=None):
    wish = AccessWish("outpatient", arrive_at=(at or case.at) + 5 * DAY, facility=case.town.facility.pk)
    return requests.submit(case.request.resident, wish=wish, by=case.town.staff, at=at or case.at)


def waits(case: walkers.Walk) -> set[str]:
    """Return whom the engine is asked about in the next three days."""
    span = Span(case.at, case.at, case.at + 3 * DAY)
    return {row.name for row in waiting_rows("main", span)}


def test_a_death_at_the_desk_stops_everything_from_the_same_commit_on(case):
    """E28, 4.1: before the relay has said a word nothing new is made, planned or listed; after it, all is let go."""
    standing.make_due(at=case.at)
    by_hand = ask_outpatient(case)
    assert of(case).open().count() == 3
    assert case.request.name in waits(case)

    intake.record_death(case.intake, by=case.town.desk, at=case.at)

    assert standing.make(clock.local_day(case.at) + 3 * DAY, at=case.at) == 0
    with pytest.raises(Conflict, match="不在家"):
        ask_outpatient(case)
    assert waits(case) == set()
    assert not somebody_waits("main", Span(case.at, case.at, case.at + 3 * DAY))
    assert board(case.town.dispatcher, at=case.at).waiting == []
    lists = home_lists(case.town.staff, at=case.at)
    assert (lists.unasked, lists.unasked_ahead, lists.coverage, lists.without_car) == ([], 0, [], [])
    assert sum(day.asked for day in lists.days) == 0

    walkers.deliver()

    by_hand.refresh_from_db()
    assert (by_hand.status, by_hand.get_cancel_reason_display()) == ("cancelled", "去世")
    assert not of(case).open().exists()
    person = case.request.resident
    person.refresh_from_db()
    assert (person.archive_reason, [need.status for need in person.needs.all()]) == ("died", ["ended"])
    case.request.refresh_from_db()
    assert (case.request.status, case.request.outcome) == ("closed", "died")
    assert breaches() == []


def test_without_the_absence_the_machine_goes_on(case):
    """The twin: the same person, alive, is asked for, planned and listed."""
    standing.make_due(at=case.at)

    assert of(case).open().count() == 2
    assert case.request.name in waits(case)
    assert sum(day.asked for day in home_lists(case.town.staff, at=case.at).days) == 2


def test_place_car_and_pass_of_tomorrow_are_given_back(case):
    """4.1, INV-01: what was placed for the next day falls with the person who is admitted."""
    place, person = case.town, case.request.resident
    Shift.objects.update(ends_at=AT + 3 * DAY)
    start = place.slot.starts_at + DAY
    slot = type(place.slot).objects.create(
        service=place.slot.service, starts_at=start, ends_at=start + 240 * MIN, capacity=4
    )
    tomorrow = walkers.ask(place, person, at=case.at, arrive_at=start)
    walkers.place_by_hand(place, tomorrow, at=case.at, slot_id=slot.pk, out_vehicle="V2")
    walkers.deliver()
    held = {"case_ref": tomorrow.case_ref}
    assert Appointment.objects.live().filter(**held).exists()
    assert GatePass.objects.issued().filter(**held).exists()
    assert Trip.objects.live().filter(**held).count() == 2

    intake.admit(case.intake, by=place.desk, at=case.at)
    walkers.deliver()

    slot.refresh_from_db()
    assert slot.booked == 0
    assert not Appointment.objects.live().filter(**held).exists()
    assert not GatePass.objects.issued().filter(**held).exists()
    assert not Trip.objects.live().filter(**held).exists()
    assert not Run.objects.filter(stops__trip__case_ref=tomorrow.case_ref).exclude(status="cancelled").exists()
    tomorrow.refresh_from_db()
    assert (tomorrow.status, tomorrow.get_cancel_reason_display()) == ("cancelled", "住院了")
    assert breaches() == []


def test_the_sweep_finds_what_the_relay_missed(case):
    """INV-13: the relay down, the same facts are found by query, and acted on once."""
    standing.make_due(at=case.at)
    intake.admit(case.intake, by=case.town.desk, at=case.at)
    OutboxMessage.objects.update(delivered_at=case.at)

    checks.sweep(at=case.at + MIN)
    checks.sweep(at=case.at + 2 * MIN)

    assert Absence.objects.get().kind == "admitted"
    assert not of(case).open().exists()


def test_discharge_starts_everything_again(case):
    """4.1: the community says 回来了; needs go on and the rhythm asks at once, for the days it had asked for before."""
    standing.make_due(at=case.at)
    intake.admit(case.intake, by=case.town.desk, at=case.at)
    walkers.deliver()
    assert StandingOrder.objects.exclude(request__cancel_reason="admitted").count() == 0

    absences.end(case.request.resident, by=case.town.staff, at=case.at + 60 * MIN)

    assert of(case).open().count() == 2
    assert StandingOrder.objects.filter(request__status="approved").count() == 2
    assert case.request.resident.needs.get().status == "active"
    assert absences.end(case.request.resident, by=case.town.staff, at=case.at + 61 * MIN) is False
    assert standing.make_due(at=case.at + 62 * MIN) == 0


def test_a_mistaken_death_is_taken_back_by_putting_the_record_back(case):
    """E28: 放回名单 starts needs and standing orders again; the desk's word is taken up once, not a second time."""
    intake.record_death(case.intake, by=case.town.desk, at=case.at)
    walkers.deliver()
    person = case.request.resident
    person.refresh_from_db()

    residents.restore(person, by=case.town.staff, at=case.at + 5 * MIN)
    checks.sweep(at=case.at + 6 * MIN)

    person.refresh_from_db()
    assert person.archived_at is None
    assert [need.status for need in person.needs.all()] == ["active"]
    assert of(case).open().count() == 2
    assert ask_outpatient(case, at=case.at + 7 * MIN).status == "approved"


def test_who_is_admitted_and_then_stands_at_a_desk_again_gets_a_way_home(case):
    """INV-19, INV-29: nobody told us of the discharge; the next arrival is the proof of it."""
    intake.admit(case.intake, by=case.town.desk, at=case.at)
    walkers.deliver()
    again = intake.walk_in(case.town.facility, label="陈玉梅", is_critical=False, by=case.town.desk, at=case.at + DAY)
    type(again).objects.filter(pk=again.pk).update(person_key=case.request.person_key)
    walkers.deliver()

    intake.release(type(again).objects.get(pk=again.pk), by=case.town.desk, at=case.at + DAY + 30 * MIN)
    walkers.deliver()

    assert Absence.objects.get().ended_at is not None
    request = AccessRequest.objects.get(case_ref=again.case_ref)
    assert facts_of(with_facts(AccessRequest.objects.filter(pk=request.pk)).get()).ready_at
    waiting = [each.request.pk for each in board(case.town.dispatcher, at=case.at + DAY + 40 * MIN).waiting]
    assert request.pk in waiting


def test_somebody_out_is_brought_home_whatever_stops(case):
    """INV-19: a person marked away while in treatment keeps the way home; the word 住院了 drops it."""
    person = case.request.resident
    absences.begin(person, kind=AbsenceKind.AWAY, by=case.town.staff, at=case.at)
    assert case.trip("inbound").status == "will_call"

    absences.begin(person, kind=AbsenceKind.ADMITTED, by=case.town.staff, at=case.at + MIN)

    assert case.trip("inbound").status == "cancelled"
    case.request.refresh_from_db()
    assert case.request.status == "approved"
    assert [each.kind for each in Absence.objects.filter(ended_at__isnull=True)] == ["admitted"]


def test_the_desk_and_the_community_say_the_same_once(case):
    """Said by both it stands once, and the arrival is not taken up again after the return."""
    person = case.request.resident
    absences.begin(person, kind=AbsenceKind.ADMITTED, by=case.town.staff, at=case.at)
    intake.admit(case.intake, by=case.town.desk, at=case.at + MIN)
    walkers.deliver()
    assert Absence.objects.count() == 1

    absences.end(person, by=case.town.staff, at=case.at + DAY)
    checks.sweep(at=case.at + DAY)

    assert not Absence.objects.filter(ended_at__isnull=True).exists()


def test_an_absence_ends_by_itself_on_its_day():
    """4.1: ends by date; asked for the same day when the hour has not passed."""
    place = walkers.town()
    person = walkers.resident(place)
    rows.need(person, schedule_kind="weekly", schedule_days="3", shift="PM", facility=place.facility)
    absences.begin(person, kind=AbsenceKind.AWAY, until=clock.local_day(AT) + DAY, by=place.staff, at=AT)
    checks.sweep(at=AT + 60 * MIN)
    assert Absence.objects.get().ended_at is None
    morning = clock.at_local(clock.local_day(AT) + DAY, "00:05")

    checks.sweep(at=morning)

    assert Absence.objects.get().ended_at == morning
    assert AccessRequest.objects.get().arrive_at == clock.at_local(clock.local_day(AT) + DAY, "12:30")


def test_a_critical_one_is_never_kept_back():
    """R-000-2: whoever is marked away and has chest pain is asked for, planned and on the board."""
    place = walkers.town()
    person = walkers.resident(place)
    absences.begin(person, kind=AbsenceKind.ISOLATED, by=place.staff, at=AT)

    row = requests.submit(person, wish=AccessWish("emergency", is_critical=True), by=place.staff, at=AT)

    assert [each.request.pk for each in board(place.dispatcher, at=AT).waiting] == [row.pk]
    assert {each.pk for each in waiting_rows("main", Span(AT, AT, AT + DAY))} == {row.pk}


def test_only_the_own_community_may_say_it():
    place = walkers.town()
    person = walkers.resident(place)
    with pytest.raises(NotAllowed):
        absences.begin(person, kind=AbsenceKind.AWAY, by=place.dispatcher, at=AT)
    with pytest.raises(NotAllowed):
        absences.end(person, by=place.desk, at=AT)
    with pytest.raises(Invalid, match="今天以后"):
        absences.begin(person, kind=AbsenceKind.AWAY, until=clock.local_day(AT), by=place.staff, at=AT)


@pytest.fixture
def side():
    """A town with everybody in a post; one resident is named by a word found nowhere else."""
    at = clock.now()
    made = town.build(
        1, at=at, words={"placed": town.Words("亡灵丁香", phone="13855557777"), "asked": town.Words("甲")}
    )
    walkers.deliver()
    return made


def pages_with(side, word: str) -> set[tuple[str, str]]:
    """Return (role, page) of every page without a number in its address that shows a word."""
    found = set()
    for role, client in walk.clients(side).items():
        for route in walk.routes():
            if route.params or route.name in RECORDS or route.name.startswith(("admin", "api")):
                continue
            answer = walk.tried(client, "GET", reverse(route.name))
            if answer.status_code == 200 and not answer.streaming and word in answer.content.decode(errors="replace"):
                found.add((role, route.name))
    return found


def test_after_a_death_no_page_of_any_role_shows_the_name(side):
    """E28: no list, day sheet, board, gate, phone or meter; before it, community, board, desk and driver show it."""
    person = side.cases["placed"].resident
    before = pages_with(side, "亡灵丁香")
    assert {("staff", "access:home"), ("dispatch", "dispatch:board")} <= before

    residents.archive(person, reason="died", by=side.actors["staff"], at=clock.now())
    walkers.deliver()

    assert pages_with(side, "亡灵丁香") == set()
    client = walk.clients(side)["staff"]
    shown = client.get(reverse("access:request", args=[side.cases["placed"].request.pk])).content.decode()
    assert "一来一回】" not in shown  # no text for the family's group
    assert "去世" in shown
    assert breaches() == []


def test_the_resident_page_names_what_falls_and_brings_it_back(side):
    """4.1: the press names the requests before it is made; 回来了 stands in its place afterwards."""
    client, case = walk.clients(side)["staff"], side.cases["placed"]
    url = reverse("access:resident", args=[case.resident.pk])
    shown = client.get(url).content.decode()
    assert case.request.number in shown.split('id="life-title"')[1].split("</section>")[0]

    def say(**data: str):
        where = reverse("access:resident_absence", args=[case.resident.pk])
        return client.post(where, {**data, "idempotency_key": uuid.uuid4().hex})

    assert say(kind_of="").status_code == 422
    assert say(kind_of="away", until="2001-01-01").status_code == 422
    assert say(kind_of="admitted", note="中心医院 3 楼").status_code == 302
    shown = client.get(url).content.decode()
    assert "回来了，恢复" in shown
    assert "中心医院 3 楼" in shown
    case.request.refresh_from_db()
    assert case.request.status == "cancelled"
    refused = client.post(
        reverse("access:request_new", args=[case.resident.pk]),
        {
            "purpose": "outpatient",
            "time": "soon",
            "danger": "no",
            "travel": "walk",
            "idempotency_key": uuid.uuid4().hex,
        },
    )
    assert "不在家" in refused.content.decode()
    assert say(kind_of="back").status_code == 302
    assert "回来了，恢复" not in client.get(url).content.decode()


def test_no_machine_takes_a_death_back(case) -> None:
    """E28: whoever is back from a hospital stay is taken up where they are seen; a death is taken back by a person."""
    person, by = case.request.resident, case.town.staff
    absences.begin(person, kind=AbsenceKind.ADMITTED, by=by, at=case.at)
    assert absences.note_seen(person.person_key, at=case.at + MIN)

    absences.begin(person, kind=AbsenceKind.DIED, by=by, at=case.at + 2 * MIN)
    assert not absences.note_seen(person.person_key, at=case.at + 3 * MIN)
    assert Absence.objects.filter(resident=person, ended_at__isnull=True).get().kind == AbsenceKind.DIED


def test_what_one_absence_suspended_the_next_one_holds_and_its_end_frees(case) -> None:
    """Isolated at home, then taken into hospital: the dialysis rests under the stay, and goes on when that is over."""
    person, by = case.request.resident, case.town.staff
    absences.begin(person, kind=AbsenceKind.ISOLATED, by=by, at=case.at)
    stay = absences.begin(person, kind=AbsenceKind.ADMITTED, by=by, at=case.at + MIN)
    need = person.needs.get(kind="dialysis")
    assert (need.status, need.absence_id) == ("suspended", stay.pk)

    absences.end(person, by=by, at=case.at + 2 * MIN, reason="出院")
    need.refresh_from_db()
    assert need.status == "active"


@pytest.mark.parametrize("is_critical", [False, True])
def test_a_critical_wish_waits_for_no_silence(case, is_critical) -> None:
    """C13: a hotline's wish passes when the community has been silent for its minutes; a critical one at once."""
    row = rows.request(rows.resident(case.town.community, "李大山"), at=case.at, status="submitted", approved_at=None,
                       source="hotline", is_critical=is_critical)  # fmt: skip
    checks.approve_silent(at=case.at + MIN)
    row.refresh_from_db()
    assert row.status == ("approved" if is_critical else "submitted")
    checks.approve_silent(at=row.passes_at)
    row.refresh_from_db()
    assert row.status == "approved"
