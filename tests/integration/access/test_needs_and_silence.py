"""Needs that pause, end and go on; silence that approves; goods that nobody is driven for (4.1, 4.2, C13, E29)."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from access.models import AccessRequest, CareNeed
from access.selectors.ground import asking
from access.selectors.home import home_lists
from access.services import absences, checks, cycle, needs, requests, standing
from access.services.requests import AccessWish
from access.states import AbsenceKind
from communities.models import PolicyDocument
from communities.services import rulebook
from core import clock
from core.actors import RELAY, Actor
from core.errors import Conflict, Invalid, NotAllowed
from core.management.commands.check_invariants import breaches
from core.models import AuditEvent
from core.vocabulary import hhmm
from dispatch.board.reading import board
from tests import odd_rows, walkers
from tests.factories import access as make
from tests.factories import communities, hospitals
from tests.walkers import AT, MIN

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
COMMAND = Actor("user:command", "赵指挥", "command", "district", "210602", "元宝区")
TOMORROW = clock.local_day(AT) + DAY


@pytest.fixture
def place():
    return walkers.town()


@pytest.fixture
def need(place):
    """Dialysis every day in the afternoon, without hours written down."""
    person = walkers.resident(place)
    days = {"schedule_kind": "weekly", "schedule_days": "1,2,3,4,5,6,7", "shift": "PM"}
    made = make.need(person, facility=place.facility, **days)
    return CareNeed.objects.select_related("resident", "absence").get(pk=made.pk)


def signed_in(place) -> Client:
    client = Client()
    client.force_login(communities.staff(place.community))
    return client


def test_a_pause_lets_its_requests_go_and_ends_on_its_day(place, need):
    """4.1: paused until a day, taken up again by the worker."""
    standing.make_due(at=AT)

    assert needs.pause(need, reason="去外地", until=TOMORROW + DAY, by=place.staff, at=AT) == 2

    assert {row.get_cancel_reason_display() for row in AccessRequest.objects.all()} == {"这项需求暂停了"}
    assert standing.make_due(at=AT) == 0
    checks.sweep(at=AT + DAY)
    need.refresh_from_db()
    assert (need.status, need.stop_reason) == ("suspended", "去外地")
    checks.sweep(at=AT + 2 * DAY)
    need.refresh_from_db()
    assert (need.status, need.stop_reason, need.paused_until) == ("active", "", None)
    assert AccessRequest.objects.open().count() == 3
    assert breaches() == []


@pytest.mark.parametrize(
    ("changes", "hours"),
    [
        ({"shift": "EVE"}, ["17:30", "17:30"]),
        ({"schedule_days": f"{TOMORROW.isoweekday()}"}, ["12:30"]),
        ({}, ["12:30"] * 2),
    ],
)
def test_what_the_rhythm_asked_for_follows_when_the_rhythm_is_mended(place, need, changes, hours):
    """4.1, F: tomorrow's car comes at the hour that is written now; a day that is none any more has none."""
    standing.make_due(at=AT)
    before = set(AccessRequest.objects.values_list("pk", flat=True))
    needs.change(need, changes={**changes, "diagnosis": "x"}, version=need.version, by=place.staff, at=AT)

    rows = AccessRequest.objects.open().order_by("arrive_at")
    assert [hhmm(row.arrive_at) for row in rows] == hours
    gone = AccessRequest.objects.filter(status="cancelled")
    assert {row.get_cancel_reason_display() for row in gone} <= {"治疗的日子或医院改了"}
    assert gone.exists() is bool(changes)
    if not changes:
        assert {row.pk for row in rows} == before
    assert breaches() == []


def test_whoever_is_out_is_not_called_off_by_a_mended_rhythm(place, need):
    """The twin, INV-19: who has left is treated and brought home; asked by hand stays as asked."""
    by_hand = AccessWish("dialysis", arrive_at=clock.at_local(TOMORROW, "08:30"), facility=place.facility.pk)
    kept = requests.submit(need.resident, wish=by_hand, by=place.staff, at=AT)
    needs.change(need, changes={"shift": "EVE"}, version=need.version, by=place.staff, at=AT)

    kept.refresh_from_db()
    assert kept.status == "approved"


def test_an_ended_need_makes_nothing_until_it_is_taken_up_again(place, need):
    standing.make_due(at=AT)
    needs.finish(need, reason="移植了", by=place.staff, at=AT)
    checks.sweep(at=AT + 9 * DAY)
    assert not AccessRequest.objects.open().exists()
    assert [each.status for each in CareNeed.objects.all()] == ["ended"]

    assert needs.resume(CareNeed.objects.select_related("resident", "absence").get(), by=place.staff, at=AT) == 3
    assert AuditEvent.objects.filter(verb="care_need.active").count() == 1


def test_another_need_of_the_same_person_goes_on(place, need):
    """The twin: only what was made for this need falls."""
    visit = AccessWish("outpatient", arrive_at=AT + 5 * DAY)
    kept = requests.submit(need.resident, wish=visit, by=place.staff, at=AT)
    needs.pause(need, reason="去外地", until=None, by=place.staff, at=AT)

    kept.refresh_from_db()
    assert kept.status == "approved"


@pytest.mark.parametrize(
    "asks", [lambda place: standing.make_due(at=AT), lambda place: cycle.ask_due(by=place.staff, at=AT)]
)
def test_a_way_for_something_else_keeps_nobody_from_treatment(place, need, asks):
    """4.1: who goes to the eye doctor tomorrow is due for dialysis all the same, on the list and by rhythm."""
    tomorrow = clock.at_local(TOMORROW, "08:30")
    visit = AccessWish("outpatient", arrive_at=tomorrow)
    requests.submit(need.resident, wish=visit, by=place.staff, at=AT)
    assert [due.need.pk for due in home_lists(place.staff, at=AT).days[0].unasked] == [need.pk]

    asks(place)

    kinds = AccessRequest.objects.filter(arrive_at__range=clock.day_bounds(TOMORROW)).values_list(
        "need_kind", flat=True
    )
    assert sorted(kinds) == ["dialysis", "outpatient"]
    assert home_lists(place.staff, at=AT).days[0].unasked == []


def test_nothing_is_asked_by_rhythm_beside_a_way_for_the_same_treatment_or_120(place, need):
    """The twin: the same treatment at another hour is that day's, and whoever 120 was called for is not due besides."""
    by_hand = AccessWish("dialysis", arrive_at=clock.at_local(TOMORROW, "08:30"))
    requests.submit(need.resident, wish=by_hand, by=place.staff, at=AT)
    standing.make(TOMORROW, at=AT)
    assert AccessRequest.objects.count() == 1

    requests.submit(need.resident, wish=AccessWish("emergency", is_critical=True), by=place.staff, at=AT)
    assert home_lists(place.staff, at=AT).unasked == []


def test_a_pause_is_refused_without_reason_for_a_past_day_or_to_a_stranger(place, need):
    with pytest.raises(Invalid, match="为什么"):
        needs.pause(need, reason=" ", until=None, by=place.staff, at=AT)
    with pytest.raises(Invalid, match="今天以后"):
        needs.pause(need, reason="外地", until=clock.local_day(AT), by=place.staff, at=AT)
    for act in (
        lambda: needs.pause(need, reason="外地", until=None, by=place.dispatcher, at=AT),
        lambda: needs.finish(need, reason="外地", by=place.desk, at=AT),
        lambda: needs.resume(need, by=place.guard, at=AT),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert CareNeed.objects.get().status == "active"


def test_what_an_absence_stopped_goes_on_with_its_end_alone(place, need):
    absences.begin(need.resident, kind=AbsenceKind.ADMITTED, by=place.staff, at=AT)
    with pytest.raises(Conflict, match="还没回来"):
        needs.resume(CareNeed.objects.select_related("resident", "absence").get(), by=place.staff, at=AT)


def test_the_day_of_return_is_mended_on_the_page_while_they_are_away(place, need):
    """4.1: in hospital for longer than thought; the page shows what was said last, and the newer day counts."""
    client, today = signed_in(place), clock.local_day(clock.now())
    target = reverse("access:resident_absence", args=[need.resident.pk])
    first, later = today + 2 * DAY, today + 9 * DAY
    for until in (first, later):
        words = {"kind_of": "away", "until": until.isoformat(), "note": "女儿家", "idempotency_key": uuid.uuid4().hex}
        assert client.post(target, words).status_code == 302

    page = client.get(reverse("access:resident", args=[need.resident.pk])).content.decode()
    assert f'value="{later.isoformat()}"' in page
    assert 'value="女儿家"' in page
    absences.sweep(at=clock.at_local(first, "09:00"))
    assert need.resident.absences.get().ended_at is None
    absences.sweep(at=clock.at_local(later, "09:00"))
    assert need.resident.absences.get().ended_at is not None


def test_a_desks_word_of_the_same_stay_erases_no_day_of_return(place, need):
    """The twin: what is told again by our own workers changes nothing that a person wrote."""
    away = {"kind": AbsenceKind.ADMITTED, "until": TOMORROW + DAY, "note": "市一院"}
    absences.begin(need.resident, by=place.staff, at=AT, **away)
    absences.begin(need.resident, kind=AbsenceKind.ADMITTED, by=RELAY, at=AT)

    kept = need.resident.absences.get()
    assert (kept.until, kept.note) == (TOMORROW + DAY, "市一院")


def test_pausing_and_taking_up_on_the_page(place, need):
    """The page names the requests before the press, and shows reason and day after it."""
    standing.make_due(at=clock.now())
    number = AccessRequest.objects.first().number
    client = signed_in(place)
    page = reverse("access:resident", args=[need.resident_id])
    url = reverse("access:need_act", args=[need.resident_id, need.pk])

    def act(**data: str):
        return client.post(url, {**data, "idempotency_key": uuid.uuid4().hex})

    assert number in client.get(page).content.decode()
    refused = act(act="pause", until="2031-02-03").content.decode()
    assert "请写一句为什么" in refused
    assert 'value="2031-02-03"' in refused, "what was typed stays"
    assert act(act="pause", reason="住亲戚家", until=f"{clock.today() + 3 * DAY:%F}").status_code == 302
    shown = client.get(page).content.decode()
    assert "住亲戚家" in shown
    assert "自动恢复" in shown
    assert act(act="resume").status_code == 302
    assert act(act="finish", reason="移植了").status_code == 302
    assert "移植了" in client.get(page).content.decode()
    url = reverse("access:need_act", args=[uuid.uuid4(), need.pk])
    assert act(act="pause", reason="别人的").status_code == 404


def hotline(place, person=None, **wish):
    given = {"arrive_at": AT + 300 * MIN, "source": "hotline", **wish}
    who = person or walkers.resident(place)
    return requests.submit(who, wish=AccessWish("outpatient", **given), by=place.dispatcher, at=AT)


def test_silence_approves_at_the_time_the_page_says(place):
    """C13, 4.2: asked by the dispatcher, shown to the community with the time, approved by the worker, and planned."""
    row = hotline(place)
    assert (row.status, row.owner_role, row.owner_place) == ("submitted", "staff", place.community.pk)
    lists = home_lists(place.staff, at=AT)
    assert lists.without_car[0].line.standing.summary == "等社区核准"
    assert "11:10 前社区没有回，就自动通过" in lists.without_car[0].line.standing.note
    assert board(place.dispatcher, at=AT).waiting == []

    checks.sweep(at=AT + 29 * MIN)
    row.refresh_from_db()
    assert row.status == "submitted"
    checks.sweep(at=AT + 30 * MIN)
    walkers.deliver()

    row.refresh_from_db()
    assert (row.status, row.approved_at, row.owner_role) == ("approved", AT + 30 * MIN, "dispatch")
    assert [each.request.pk for each in board(place.dispatcher, at=AT + 31 * MIN).waiting] == [row.pk]
    event = AuditEvent.objects.get(verb="request.approved", object_id=str(row.pk))
    assert (event.actor_label, event.reason) == ("到时间自动通过", "社区到时间没有回，自动通过")
    assert breaches() == []


def test_the_limit_is_the_rulebook_s(place):
    """The twin: another number in the rulebook, another time on the page and in the worker."""
    document = PolicyDocument.objects.create(code="DD-17", title="丹东〔2022〕17 号")
    rulebook.set_rule(document, key="approval.silent_min", value=10, scope=place.community.pk, by=COMMAND, at=AT)
    row = hotline(place)

    assert row.passes_at == AT + 10 * MIN
    checks.sweep(at=AT + 10 * MIN)
    row.refresh_from_db()
    assert row.status == "approved"


def test_a_community_that_answers_or_an_old_row_without_a_time(place):
    row, other = hotline(place), hotline(place, walkers.resident(place, "李四"))
    requests.cancel(row, reason="patient", by=place.staff, at=AT)
    AccessRequest.objects.filter(pk=other.pk).update(passes_at=None)

    checks.sweep(at=AT + 10 * MIN)
    other.refresh_from_db()
    assert (other.status, other.passes_at) == ("submitted", AT + 30 * MIN)
    checks.sweep(at=AT + 40 * MIN)

    row.refresh_from_db()
    other.refresh_from_db()
    assert (row.status, other.status) == ("cancelled", "approved")


def test_one_wish_has_one_length_whoever_makes_it(place, need):
    """2.4: standing order, cycle and form; the way home is not reserved for the middle of a session."""
    standing.make(TOMORROW, at=AT)
    by_order = AccessRequest.objects.get().session_min
    AccessRequest.objects.update(status="cancelled", cancel_reason="patient")
    by_cycle = {row.session_min for row in cycle.ask_due(by=place.staff, at=AT)}
    starts = clock.at_local(TOMORROW, "12:30")
    by_form = asking(place.staff, need.resident_id, on=starts, purpose="dialysis", at=AT).session_min

    assert (by_order, by_cycle, by_form) == (240, {240}, 240)


def test_the_slot_decides_the_length_for_all_makers_alike(place, need):
    """2.4: hours are written down, but the booked time is longer: every maker takes the time's length."""
    CareNeed.objects.update(session_hours=3)
    starts = clock.at_local(TOMORROW, "12:30")
    type(place.slot).objects.create(
        service=place.slot.service, starts_at=starts, ends_at=starts + 240 * MIN, capacity=4
    )
    standing.make(TOMORROW, at=AT)
    by_order = AccessRequest.objects.get().session_min
    AccessRequest.objects.update(status="cancelled", cancel_reason="patient")
    by_cycle = {row.arrive_at: row.session_min for row in cycle.ask_due(by=place.staff, at=AT)}
    by_form = asking(place.staff, need.resident_id, on=starts, purpose="dialysis", at=AT).session_min

    assert (by_order, by_cycle[starts], by_form) == (240, 240, 240)
    assert by_cycle[starts + DAY] == 180


def test_the_form_takes_the_length_of_the_time_chosen(place, need):
    """2.4: from the slot of the usual hospital, where the time is one of its own."""
    slot = place.slot
    type(slot).objects.filter(pk=slot.pk).update(ends_at=slot.starts_at + 200 * MIN)
    read = {"purpose": "dialysis", "at": AT}

    assert asking(place.staff, need.resident_id, on=slot.starts_at, **read).session_min == 200
    assert asking(place.staff, need.resident_id, on=slot.starts_at + 5 * MIN, **read).session_min == 240
    assert asking(place.staff, need.resident_id, on=AT, purpose="", at=AT).session_min == 60


@pytest.mark.parametrize(("table", "column"), [("access_resident", "mobility"), ("access_resident", "precaution")])
@pytest.mark.parametrize(
    "made", [lambda by: len(cycle.ask_due(by=by, at=AT)), lambda by: standing.make(TOMORROW, at=AT)]
)
def test_a_word_that_slipped_into_one_record_keeps_nobody_else_from_treatment(place, need, table, column, made):
    days = {"schedule_kind": need.schedule_kind, "schedule_days": need.schedule_days, "shift": need.shift}
    other = make.need(walkers.resident(place, "刘桂芳"), facility=place.facility, **days)
    odd_rows.force(odd_rows.Fault(table, column, "'火箭'"), f"id = '{need.resident_id}'")

    assert made(place.staff) >= 1
    assert AccessRequest.objects.filter(resident=other.resident).exists()
    assert not AccessRequest.objects.filter(resident=need.resident, mobility="火箭").exists()


@pytest.fixture
def fluid(place):
    """Somebody on peritoneal dialysis, whose fluid is due tomorrow."""
    person = walkers.resident(place, "傅宁鹏")
    goods = {"schedule_kind": "cycle", "schedule_days": "28d", "next_date": TOMORROW, "medicines": ["腹膜透析液"]}
    make.need(person, "peritoneal_dialysis", facility=place.facility, **goods)
    return person


def test_fluid_and_refills_order_no_trip(place, fluid):
    """E29: not by rhythm, not by cycle, not by hand; a line on the community's page and nothing more."""
    pills = walkers.resident(place, "邹药")
    make.need(
        pills, "chronic_medicine", schedule_kind="refill", supply_days=30, last_refill=clock.local_day(AT) - 33 * DAY
    )

    assert standing.make_due(at=AT) == 0
    assert cycle.ask_due(by=place.staff, at=AT) == []
    with pytest.raises(Invalid, match="不用人去取"):
        requests.submit(fluid, wish=AccessWish("peritoneal_dialysis", arrive_at=AT + DAY), by=place.staff, at=AT)
    assert (
        requests.submit(fluid, wish=AccessWish("outpatient", arrive_at=AT + DAY), by=place.staff, at=AT).status
        == "approved"
    )
    lists = home_lists(place.staff, at=AT)
    assert (lists.unasked, lists.unasked_ahead) == ([], 0)
    assert [(each.need.resident.name, each.what, each.days) for each in lists.refills] == [
        ("邹药", "慢病用药", -3),
        ("傅宁鹏", "腹膜透析液", 1),
    ]


def test_the_list_of_goods_stands_on_the_page(place, fluid):
    make.need(walkers.resident(place, "没写"), "controlled_medicine", schedule_kind="refill")
    CareNeed.objects.filter(resident=fluid).update(next_date=clock.today() + 2 * DAY)

    shown = signed_in(place).get(reverse("access:home")).content.decode()

    assert "等送药、送液" in shown
    assert "还剩 2 天" in shown
    assert "没写还剩几天" in shown


def test_the_form_offers_no_trip_for_goods(place, fluid):
    shown = signed_in(place).get(reverse("access:request_new", args=[fluid.pk])).content.decode()

    assert 'value="peritoneal_dialysis"' not in shown
    assert 'value="outpatient"' in shown


def test_trips_for_goods_made_before_are_called_off(place, fluid):
    """E29: those of a rhythm; what somebody asked for by hand, and whoever is out, stays."""
    at = {"at": AT, "need_kind": "peritoneal_dialysis", "service_kind": "nephrology"}
    by_rhythm = make.request(fluid, source="standing", **at)
    by_hand = make.request(walkers.resident(place, "手工"), source="community", **at)
    hospitals.make_service(place.facility, kind="nephrology")

    checks.sweep(at=AT + MIN)

    by_rhythm.refresh_from_db()
    by_hand.refresh_from_db()
    assert (by_rhythm.status, by_rhythm.get_cancel_reason_display()) == ("cancelled", "药和透析液不用人去取")
    assert by_hand.status == "approved"
