"""The community's pages: what they cost, what they refuse, what they keep."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from access.models import AccessRequest
from access.services import requests as service
from access.services.requests import AccessWish
from communities.models import Area, Scan
from communities.services import gates
from core import clock
from core.models import AuditEvent, IdempotencyKey, OutboxMessage
from hospitals.services import appointments
from tests import walkers
from tests.factories import access as make
from tests.factories import communities, hospitals, transport

pytestmark = pytest.mark.django_db
LATER = timedelta(hours=5)


@pytest.fixture
def staff(client):
    user = communities.staff()
    client.force_login(user)
    return communities.actor(user)


@pytest.fixture
def person():
    return make.resident(communities.community())


def answers(**changes):
    at = (clock.now() + LATER).astimezone(clock.CHINA)
    return {
        "purpose": "dialysis",
        "time": at.strftime("%Y-%m-%dT%H:%M%z"),
        "travel": "wheelchair",
        "idempotency_key": uuid.uuid4().hex,
        **changes,
    }


def new_url(person):
    return reverse("access:request_new", args=[person.pk])


def statements(captured):
    """Return the queries without the marks of transactions."""
    marks = ("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT")
    return [each["sql"] for each in captured.captured_queries if not each["sql"].startswith(marks)]


def count(client, method, url, data=None):
    clock.now()
    with CaptureQueriesContext(
        connection,
    ) as captured:
        response = getattr(client, method)(url, data)
    return response, statements(captured)


def test_create_costs_at_most_ten_queries_in_one_transaction(client, staff, person):
    response, queries = count(client, "post", new_url(person), answers())
    assert response.status_code == 302, response.content.decode()
    assert len(queries) <= 10, "\n".join(queries)
    row = AccessRequest.objects.get()
    assert response.url == reverse("access:request", args=[row.pk])
    assert OutboxMessage.objects.filter(case_ref=row.case_ref).count() == 1
    assert AuditEvent.objects.filter(case_ref=row.case_ref).count() == 1
    assert IdempotencyKey.objects.count() == 1


def test_pressing_twice_asks_once(client, staff, person):
    """INV-08."""
    data = answers()
    first, second = client.post(new_url(person), data), client.post(new_url(person), data)
    assert first.url == second.url
    assert AccessRequest.objects.count() == 1


def test_form_keeps_what_was_typed_and_says_what_to_mend(client, staff, person):
    response = client.post(new_url(person), answers(purpose="other", time="other", note="", has_stairs="on"))
    page = response.content.decode()
    assert response.status_code == 422
    assert "选了其他，写一句去做什么。" in page
    assert "请写几月几日几点要到医院。" in page
    assert 'name="has_stairs"' in page
    assert "checked" in page.split('name="has_stairs"')[1][:60]
    assert not AccessRequest.objects.exists()
    assert not IdempotencyKey.objects.exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"purpose": "nothing"},
        {"time": "2022-13-45T99:99"},
        {"time": "\x00"},
        {"time": "9999999999"},
        {"time": "other", "other_at": "9999-12-31T23:59"},
        {"travel": "rocket"},
        {"note": "字" * 5000},
        {"time": "0001-01-01T00:00"},
        {"danger": "perhaps"},
    ],
)
def test_malformed_answers_are_a_form_to_mend(client, staff, person, changes):
    response = client.post(new_url(person), answers(**changes))
    assert response.status_code in {302, 422}


def test_as_soon_as_possible_asks_one_question_and_yes_is_120(client, staff, person):
    asked = client.post(new_url(person), answers(time="soon"))
    assert asked.status_code == 422
    assert "有没有危险的样子" in asked.content.decode()
    client.post(new_url(person), answers(time="soon", danger="yes"))
    row = AccessRequest.objects.get()
    assert (row.is_critical, row.mode, row.status) == (True, "ambulance", "approved")


def test_critical_is_one_press(client, staff, person):
    """R-000-2, R-002-2b."""
    key = {"idempotency_key": uuid.uuid4().hex}
    response = client.post(reverse("access:request_critical", args=[person.pk]), key)
    page = client.get(response.url).content.decode()
    assert "tel:120" in page
    assert AccessRequest.objects.get().is_critical


def test_second_on_one_day_is_a_choice(client, staff, person):
    client.post(new_url(person), answers())
    again = answers()
    asked = client.post(new_url(person), again)
    assert asked.status_code == 422
    assert "再加一趟" in asked.content.decode()
    another = {**again, "is_second": "1", "purpose": "outpatient"}
    assert client.post(new_url(person), another).status_code == 302
    assert AccessRequest.objects.count() == 2


def test_a_second_way_pressed_twice_shows_the_one_that_stands(client, staff, person):
    """INV-04: two presses with two keys; whoever pressed reads of the first and stands on its page."""
    client.post(new_url(person), answers())
    second = answers(is_second="1", purpose="outpatient")
    client.post(new_url(person), second)
    made = AccessRequest.objects.get(need_kind="outpatient")
    answer = client.post(new_url(person), {**second, "idempotency_key": uuid.uuid4().hex}, follow=True)
    assert answer.redirect_chain[-1][0] == reverse("access:request", args=[made.pk])
    assert f"已经有一趟了（{made.number}）" in answer.content.decode()
    assert AccessRequest.objects.count() == 2


def test_own_car_only_in_the_open_zone(client, staff, person):
    """R-002-2d, R-000-4."""
    communities.zone(person.community, "sealed", since=clock.now() - timedelta(days=1))
    assert "自己开车" not in client.get(new_url(person)).content.decode()
    assert client.post(new_url(person), answers(travel="own_car")).status_code == 422


def test_roster_is_preselected(client, staff, person):
    day = clock.local_day(clock.now() + timedelta(days=1))
    make.need(person, schedule_kind="weekly", schedule_days=str(day.isoweekday()), shift="PM")
    page = client.get(new_url(person)).content.decode()
    assert "花名册里登记的" in page
    assert "明天 12:30" in page


def placed(person, number):
    """Put one request on a slot, a car there and a reserved car, and out of the gate."""
    at = clock.now()
    row = make.request(person, at=at - timedelta(hours=1), arrive_at=at + timedelta(minutes=30))
    slot = hospitals.make_slot(starts_at=at + timedelta(hours=number))
    appointments.book(slot, card=hospitals.make_card(), case_ref=row.case_ref, by=transport.BY, at=at)
    transport.pair(at, case_ref=row.case_ref)
    Scan.objects.create(
        event_id=row.case_ref,
        gate=row.community.gates.get(),
        community=row.community,
        case_ref=row.case_ref,
        direction="exit",
        answer="green",
        decision="let_out",
        happened_at=at,
        operator_key="x",
        operator_label="x",
    )
    communities.gate_pass(at, of=row.community, case_ref=row.case_ref)
    return row


def test_detail_costs_at_most_ten_queries(client, staff, person):
    row = placed(person, 1)
    client.get(reverse("access:request", args=[row.pk]))  # the rulebook is read once a minute
    response, queries = count(client, "get", reverse("access:request", args=[row.pk]))
    assert response.status_code == 200
    assert len(queries) <= 10, "\n".join(queries)


def test_a_poll_of_what_did_not_change_is_304(client, staff, person):
    row = placed(person, 1)
    for url in (reverse("access:request", args=[row.pk]), reverse("access:home"), reverse("access:requests")):
        first = client.get(url, headers={"HX-Request": "true"})
        again = client.get(url, headers={"HX-Request": "true", "If-None-Match": first.headers["ETag"]})
        assert (first.status_code, again.status_code) == (200, 304), url
        assert "<html" not in first.content.decode()


@pytest.mark.parametrize(
    ("method", "name"),
    [
        ("get", "request"),
        ("post", "request_cancel"),
        ("post", "request_raise"),
        ("post", "request_home"),
        ("post", "request_not_home"),
        ("post", "request_not_gone"),
        ("post", "request_approve"),
    ],
)
def test_a_stranger_reads_that_nothing_is_there(client, person, method, name):
    row = make.request(person, at=clock.now())
    stranger = communities.staff(communities.community(communities.NEXT_DOOR, "隔壁"), username="13800000009")
    client.force_login(stranger)
    data = {"idempotency_key": uuid.uuid4().hex, "reason": "patient"}
    theirs = getattr(client, method)(reverse(f"access:{name}", args=[row.pk]), data)
    nobodys = getattr(client, method)(
        reverse(f"access:{name}", args=[uuid.uuid4()]), {**data, "idempotency_key": uuid.uuid4().hex}
    )
    assert theirs.status_code == nobodys.status_code == 404
    assert AccessRequest.objects.get().status == "approved"


def test_a_stranger_cannot_ask_for_somebody_elses_resident(client, person):
    stranger = communities.staff(communities.community(communities.NEXT_DOOR, "隔壁"), username="13800000009")
    client.force_login(stranger)
    assert client.get(new_url(person)).status_code == 404
    assert client.post(new_url(person), answers()).status_code == 404
    critical = reverse("access:request_critical", args=[person.pk])
    assert client.post(critical, {"idempotency_key": uuid.uuid4().hex}).status_code == 404
    assert person.name not in client.get(reverse("access:requests"), {"q": "王"}).content.decode()


@pytest.mark.parametrize("word", ["王秀", "wxl", "wangxiulan", "5号楼", "0628", "5"])
def test_search_finds_by_name_initials_building_and_number(client, staff, person, word):
    number = "0628-0417"
    make.request(person, at=clock.now(), number=number)
    page = client.get(reverse("access:requests"), {"q": word}).content.decode()
    assert person.name in page


@pytest.mark.parametrize("query", [{"after": "x"}, {"after": "2022-01-01_y"}, {"only": "?"}, {"q": "\x00%'"}])
def test_odd_addresses_are_answered(client, staff, query):
    assert client.get(reverse("access:requests"), query).status_code == 200


def test_pages_follow_one_another_without_gap(client, staff, person):
    at = clock.now()
    for number in range(35):
        make.request(person, at=at - timedelta(minutes=number), number=f"0101-{number:04d}")
    first = client.get(reverse("access:requests")).context["found"]
    second = client.get(reverse("access:requests"), {"after": first.next_key}).context["found"]
    shown = [row.request.number for row in [*first.rows, *second.rows]]
    assert len(shown) == len(set(shown)) == 35
    assert second.next_key == ""


def test_acts_of_the_page(client, staff, person):
    row = placed(person, 1)

    def press(name, **data):
        url = reverse(f"access:{name}", args=[row.pk])
        return client.post(url, {"idempotency_key": uuid.uuid4().hex, **data}, follow=True)

    assert "记下了：已到家" in press("request_home").content.decode()
    assert "撤回了" in press("request_not_home").content.decode()
    assert press("request_cancel").status_code == 422
    assert press("request_not_gone").status_code == 422
    assert press("request_not_gone", reason="no_car").status_code == 409
    page = press("request_cancel", reason="better").content.decode()
    assert "要先接回家" in page
    assert "在外面，还没有回家的车" in client.get(reverse("access:home")).content.decode()


def test_the_first_page_counts_the_buildings_sealed_now(client, staff, person):
    """Each building once; not the compound as a whole, another class, a neighbour's building or what is over."""
    now, here = clock.now(), person.community
    assert "栋楼封控" not in client.get(reverse("access:home")).content.decode()
    for building in ("3号楼", "3号楼", "5号楼", ""):
        communities.zone(here, "sealed", since=now - LATER, building=building)
    communities.zone(here, "controlled", since=now - LATER, building="7号楼")
    communities.zone(here, "sealed", since=now - LATER, building="8号楼", valid_until=now - timedelta(hours=1))
    communities.zone(communities.community(communities.NEXT_DOOR), "sealed", since=now - LATER, building="9号楼")
    assert "2 栋楼封控" in client.get(reverse("access:home")).content.decode()


def test_asking_by_cycle_asks_once_for_everybody_due(client, staff, person):
    day = clock.local_day(clock.now() + timedelta(days=2))
    make.need(person, schedule_kind="weekly", schedule_days=str(day.isoweekday()), shift="AM")
    assert "按治疗周期一次申请 1 人" in client.get(reverse("access:home")).content.decode()
    for _time in range(2):
        client.post(reverse("access:ask_due"), {"idempotency_key": uuid.uuid4().hex})
    assert AccessRequest.objects.count() == 1


def test_asking_by_cycle_passes_over_who_has_a_way_from_elsewhere(client, staff, person):
    """Somebody who moved here with a way asked for by the old community never keeps the others from being asked for."""
    day = clock.local_day(clock.now() + timedelta(days=2))
    for each in (person, make.resident(person.community, "赵德福")):
        make.need(each, schedule_kind="weekly", schedule_days=str(day.isoweekday()), shift="AM")
    old = communities.community(communities.NEXT_DOOR, "青年家园")
    due_at = clock.at_local(day, "08:00")
    make.request(person, at=clock.now(), arrive_at=due_at)
    AccessRequest.objects.update(community=old)

    client.post(reverse("access:ask_due"), {"idempotency_key": uuid.uuid4().hex})

    assert AccessRequest.objects.exclude(resident=person).count() == 1
    assert AccessRequest.objects.filter(resident=person).count() == 1


def test_empty_home_says_so(client, staff):
    page = client.get(reverse("access:home")).content.decode()
    assert "今天没有人要出门。" in page


def test_the_words_for_a_group_never_name_the_illness(client, staff, person):
    row = service.submit(
        person, wish=AccessWish(need_kind="dialysis", arrive_at=clock.now() + LATER), by=staff, at=clock.now()
    )
    text = client.get(reverse("access:request", args=[row.pk])).context["chat_text"]
    assert "透析" not in text
    assert "3791111" in text


def test_labour_is_its_own_answer(client, staff, person):
    """E22: pregnant, as soon as possible: the danger question names labour, and the house must be able to deliver."""
    sent = answers(time="soon", purpose="pregnancy", danger="labour")
    assert "临产、破水或见红" in client.get(new_url(person)).content.decode()
    client.post(new_url(person), sent)
    row = AccessRequest.objects.get()
    assert (row.is_critical, row.mode, row.service_kind, row.need_kind) == (
        True,
        "ambulance",
        "obstetrics",
        "pregnancy",
    )


def test_three_presses_are_one_ambulance_and_the_last_shows_the_first(client, staff, person):
    """INV-04: by the one-press button, by the form's danger, by a second trip."""
    critical_url = reverse("access:request_critical", args=[person.pk])
    client.post(critical_url, {"idempotency_key": uuid.uuid4().hex})
    first = AccessRequest.objects.get()
    again = [
        client.post(critical_url, {"idempotency_key": uuid.uuid4().hex}, follow=True),
        client.post(new_url(person), answers(time="soon", danger="yes", is_second="1"), follow=True),
    ]
    for response in again:
        assert response.redirect_chain[-1][0] == reverse("access:request", args=[first.pk])
        assert f"已经叫了 120（{first.number}），看这一趟" in response.content.decode()
    assert AccessRequest.objects.filter(is_critical=True).count() == 1


def test_a_mistaken_press_is_taken_back_on_the_page_of_whoever_pressed(client, staff, person):
    """INV-15: within minutes by the presser, seen before it happens; later only by the lead."""
    client.post(new_url(person), answers())
    row = AccessRequest.objects.get()
    before = (row.mode, row.arrive_at, row.facility_id, row.service_kind)
    client.post(reverse("access:request_raise", args=[row.pk]), {"idempotency_key": uuid.uuid4().hex})
    url = reverse("access:request_lower", args=[row.pk])
    assert url in client.get(reverse("access:request", args=[row.pk])).content.decode()
    seen = client.get(url).content.decode()
    assert "恢复成：派车" in seen
    assert client.post(url, {"idempotency_key": uuid.uuid4().hex}).status_code == 422

    client.post(url, {"reason": "按错了", "idempotency_key": uuid.uuid4().hex})

    row.refresh_from_db()
    assert row.is_critical is False
    assert (row.mode, row.arrive_at, row.facility_id, row.service_kind) == before
    client.post(reverse("access:request_raise", args=[row.pk]), {"idempotency_key": uuid.uuid4().hex})
    AccessRequest.objects.update(critical_at=clock.now() - timedelta(minutes=11))
    assert client.get(url).status_code == 403


@pytest.mark.parametrize(("role", "place"), [("lead", "community"), ("command", "district")])
def test_lead_and_command_take_it_back_with_a_reason(client, staff, person, role, place):
    """INV-15, authz request.lower_emergency."""
    client.post(reverse("access:request_critical", args=[person.pk]), {"idempotency_key": uuid.uuid4().hex})
    row = AccessRequest.objects.get()
    code = row.community_id if place == "community" else row.community_id[:6]
    client.force_login(communities.user("13800000077", "周岚", role=role, place=(place, code, "岗")))
    url = reverse("access:request_lower", args=[row.pk])
    assert "撤回就是取消" in client.get(url).content.decode()
    client.post(url, {"reason": "按错了", "idempotency_key": uuid.uuid4().hex})
    row.refresh_from_db()
    assert (row.status, row.is_critical, row.cancel_reason) == ("cancelled", False, "mistake")


def test_the_address_of_who_was_let_out_by_emergency_names_the_gate_they_left_by(client, staff):
    """Guard: of a compound with two gates none was read out, and the crew had to look for them."""
    home = communities.community()
    south, _north = communities.gate(home), communities.gate(home, 2, "北门")
    guard = communities.actor(communities.guard(home))
    gates.emergency_release(south, event_id=uuid.uuid4(), building="9号楼", party_size=1, by=guard, at=clock.now())
    walkers.deliver()
    row = AccessRequest.objects.get()
    shown = client.get(reverse("access:request", args=[row.pk])).content.decode()
    assert row.is_critical
    assert "从南门进" in shown


def test_the_address_to_read_out_is_whole(client, staff):
    """R-002-2c: street, compound, building, door, gate and a number to call back; nothing guessed."""
    home = communities.community()
    Area.objects.create(code=home.street_code, level="street", name="纤维街道")
    person = make.resident(home, building="9号楼")
    person.address = "2单元 301"
    person.save()
    client.post(reverse("access:request_critical", args=[person.pk]), {"idempotency_key": uuid.uuid4().hex})
    row = AccessRequest.objects.get()
    shown = client.get(reverse("access:request", args=[row.pk])).content.decode()
    assert f"地址照着念：纤维街道 {home.name} 9号楼 2单元 301 从南门进" in shown
    assert home.contact_phone in shown
