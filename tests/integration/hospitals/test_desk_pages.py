"""The desk's pages: what they show, what they cost, who gets in (ui.md 8.12, 8.13; speed.md)."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from core import clock
from hospitals.models import Appointment, Facility, Intake, OverloadReport
from hospitals.services import intake
from hospitals.services.announcing import announce
from hospitals.states import AppointmentStatus, IntakeStatus, ServiceStatus
from tests.factories import communities as passes
from tests.factories import hospitals as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def now() -> Any:
    """Stand at noon of the wall clock's day, so that nothing of the day falls over midnight."""
    noon = clock.at_local(clock.today(), "12:00")
    clock.set_offset(noon - clock.now())
    yield clock.now()
    clock.forget()


@pytest.fixture
def facility() -> Facility:
    return make.make_facility()


@pytest.fixture
def desk(client: Client, facility: Facility) -> Client:
    client.force_login(make.make_desk_user(facility))
    return client


def key() -> dict[str, str]:
    return {"idempotency_key": uuid.uuid4().hex}


def marked(page: str) -> bool:
    """Say whether a page shows the mark of a positive, not only the choice of one."""
    return re.search(r'class="tag tag-danger">(?:<svg.{0,200}</svg>)?阳性</span>', page) is not None


def fill(facility: Facility, at: Any, count: int) -> None:
    """Book `count` patients; a third is inside, a third waits for the way home."""
    slot = make.make_slot(make.make_service(facility), starts_at=at + timedelta(hours=1), capacity=count)
    for number in range(count):
        booked = make.make_appointment(slot, at=at, name=f"王{number}")
        if number % 3:
            arrival = intake.check_in(booked, by=make.ENGINE, at=at)
            intake.start_treatment(arrival, by=make.ENGINE, at=at)
            if number % 3 == 2:
                intake.release(arrival, by=make.ENGINE, at=at)


@pytest.mark.parametrize(
    "address", ["hospitals:desk", "hospitals:inside", "hospitals:print_list", "hospitals:services"]
)
def test_lists_cost_the_same_at_5_and_at_50_rows(
    desk: Client, facility: Facility, now: Any, address: str, django_assert_max_num_queries: Any
) -> None:
    costs = []
    for count in (5, 50):
        (fill if count == 5 else _fill_more)(facility, now, count)
        desk.get(reverse(address))  # reads the limits, which a process keeps for a minute
        clock.forget()
        with django_assert_max_num_queries(8) as counted:
            assert desk.get(reverse(address)).status_code == 200
        costs.append(len(counted))
    assert costs[0] == costs[1]


def _fill_more(facility: Facility, at: Any, count: int) -> None:
    slot = make.make_slot(facility.services.get(), starts_at=at + timedelta(hours=2), capacity=50)
    for number in range(count - 5):
        booked = make.make_appointment(slot, at=at, name=f"李{number}")
        if number % 3:
            make.make_intake(booked, at=at)


def test_a_poll_with_no_news_is_304_and_one_change_makes_it_new(desk: Client, facility: Facility, now: Any) -> None:
    fill(facility, now, 3)
    headers = {"HX-Request": "true"}
    first = desk.get(reverse("hospitals:desk") + "?part=lists", headers=headers)
    assert b"<html" not in first.content
    headers["If-None-Match"] = first.headers["ETag"]
    again = desk.get(reverse("hospitals:desk") + "?part=lists", headers=headers)
    assert again.status_code in {200, 304}  # 200 only when the minute turned in between
    booked = Appointment.objects.filter(facility=facility, status=AppointmentStatus.BOOKED).first()
    make.make_intake(booked, at=now)
    assert desk.get(reverse("hospitals:desk") + "?part=lists", headers=headers).status_code == 200


def test_arrival_treatment_and_release_by_pressing(desk: Client, facility: Facility, now: Any) -> None:
    slot = make.make_slot(make.make_service(facility), starts_at=now + timedelta(hours=1))
    booked = make.make_appointment(slot, at=now)
    assert "王秀兰" in desk.get(reverse("hospitals:desk")).content.decode()
    answer = desk.post(reverse("hospitals:arrive", args=[booked.pk]), key(), follow=True)
    assert "王秀兰 已到院。" in answer.content.decode()
    arrival = Intake.objects.get()
    assert reverse("hospitals:undo", args=[arrival.pk]) in answer.content.decode()
    for step in ("start", "release"):
        assert desk.post(reverse(f"hospitals:{step}", args=[arrival.pk]), key()).status_code == 302
    arrival.refresh_from_db()
    assert arrival.status == IntakeStatus.RELEASED
    assert "等返程车" in desk.get(reverse("hospitals:desk")).content.decode()
    desk.post(reverse("hospitals:undo", args=[arrival.pk]), key())
    arrival.refresh_from_db()
    assert arrival.status == IntakeStatus.IN_TREATMENT


def test_a_double_press_is_one_arrival(desk: Client, facility: Facility, now: Any) -> None:
    once = key()
    for _press in range(2):
        assert desk.post(reverse("hospitals:walk_in"), once).status_code == 302
    assert Intake.objects.count() == 1
    assert desk.post(reverse("hospitals:walk_in")).status_code == 422
    assert Intake.objects.count() == 1


def test_walk_in_is_one_press_with_no_words_and_its_clock_runs(desk: Client, now: Any) -> None:
    answer = desk.post(reverse("hospitals:walk_in"), key(), follow=True)
    row = Intake.objects.get()
    assert row.label.startswith("身份不明")
    assert row.hand_over_due_at == row.arrived_at + timedelta(minutes=15)
    assert "data-until" in answer.content.decode()
    words = {"label": "张三", "need_kind": "emergency", "note": "胸痛", "is_critical": "on", **key()}
    desk.post(reverse("hospitals:describe", args=[row.pk]), words)
    row.refresh_from_db()
    assert (row.label, row.note) == ("张三", "胸痛")
    assert "1 位急重症正在交接" in desk.get(reverse("hospitals:desk")).content.decode()


def test_r_002_4a_a_result_is_written_down_while_care_goes_on(desk: Client, facility: Facility, now: Any) -> None:
    """It shows on every row of the patient and stops no step; no choice is answered by a form to mend."""
    booked = make.make_appointment(make.make_slot(make.make_service(facility), starts_at=now), at=now, name="王秀兰")
    arrival = intake.check_in(booked, by=make.ENGINE, at=now)
    page = desk.get(reverse("hospitals:intake", args=[arrival.pk])).content.decode()
    assert "记下结果" in page
    assert not marked(page)

    to = reverse("hospitals:sample", args=[arrival.pk])
    assert desk.post(to, key()).status_code == 422
    assert desk.post(to, {**key(), "result": "maybe"}).status_code == 422
    desk.post(to, {**key(), "result": "positive"})

    arrival.refresh_from_db()
    assert arrival.sample_result == "positive"
    assert arrival.sample_at >= now
    for address in (
        reverse("hospitals:intake", args=[arrival.pk]),
        reverse("hospitals:desk"),
        reverse("hospitals:inside"),
    ):
        assert marked(desk.get(address).content.decode())
    desk.post(reverse("hospitals:start", args=[arrival.pk]), key())
    desk.post(reverse("hospitals:release", args=[arrival.pk]), key())
    arrival.refresh_from_db()
    assert arrival.status == "released"


def test_invalid_words_come_back_with_what_was_typed(desk: Client, facility: Facility, now: Any) -> None:
    answer = desk.post(reverse("hospitals:overload"), {"missing": "bed", "doing_now": " ", **key()})
    assert answer.status_code == 422
    arrival = intake.walk_in(facility, by=make.ENGINE, at=now)
    answer = desk.post(
        reverse("hospitals:ask_transfer", args=[arrival.pk]), {"to": "x", "accepted_name": "陈医生", **key()}
    )
    assert answer.status_code == 422
    assert "陈医生" in answer.content.decode()
    assert OverloadReport.objects.count() == 0


def test_overload_is_reported_and_the_patient_stays(desk: Client, facility: Facility, now: Any) -> None:
    arrival = intake.walk_in(facility, by=make.ENGINE, at=now)
    words = {"missing": "specialty", "doing_now": "吸氧", "intake": str(arrival.pk), **key()}
    assert desk.post(reverse("hospitals:overload"), words).status_code == 302
    assert OverloadReport.objects.get().intake == arrival
    assert Intake.objects.inside().count() == 1


def test_r_002_7_closing_dialysis_asks_reason_and_end(desk: Client, facility: Facility, now: Any) -> None:
    service = make.make_service(facility)
    address, prefix = reverse("hospitals:set_status", args=[service.pk]), f"s{service.pk}-"
    assert desk.post(address, {f"{prefix}status": "closed", **key()}).status_code == 422
    end = clock.now().astimezone(clock.CHINA) + timedelta(hours=5)
    words = {f"{prefix}status": "closed", f"{prefix}until": f"{end:%Y-%m-%dT%H:%M}", f"{prefix}reason": "透析机检修"}
    assert desk.post(address, {**words, **key()}).status_code == 302
    service.refresh_from_db()
    assert service.status == ServiceStatus.CLOSED


def test_capacity_is_published_but_not_below_the_booked(desk: Client, facility: Facility, now: Any) -> None:
    slot = make.make_slot(make.make_service(facility), starts_at=now + timedelta(hours=1))
    make.make_appointment(slot, at=now)
    address = reverse("hospitals:set_capacity", args=[slot.pk])
    assert desk.post(address, {"capacity": "6", **key()}).status_code == 302
    refusal = desk.post(address, {"capacity": "0", **key()})
    assert refusal.status_code == 409
    assert "已经约了 1 人" in refusal.content.decode()
    assert desk.post(address, {"capacity": "x", **key()}).status_code == 422
    slot.refresh_from_db()
    assert slot.capacity == 6


def test_strangers_find_nothing(client: Client, facility: Facility, now: Any) -> None:
    slot = make.make_slot(make.make_service(facility), starts_at=now + timedelta(hours=1))
    booked, coming = make.make_appointment(slot, at=now), make.make_appointment(slot, at=now)
    arrival = make.make_intake(booked, at=now)
    client.force_login(make.make_desk_user(make.make_facility()))
    assert client.get(reverse("hospitals:intake", args=[arrival.pk])).status_code == 404
    assert client.get(reverse("hospitals:appointment", args=[coming.pk])).status_code == 404
    assert "王秀兰" not in client.get(reverse("hospitals:desk")).content.decode()
    for name in ("hand_over", "start", "release", "left", "admit", "death", "ask_transfer", "describe", "undo"):
        assert client.post(reverse(f"hospitals:{name}", args=[arrival.pk]), key()).status_code == 404
    for name in ("arrive", "no_show"):
        assert client.post(reverse(f"hospitals:{name}", args=[coming.pk]), key()).status_code == 404
    assert client.post(reverse("hospitals:set_capacity", args=[slot.pk]), {"capacity": 1, **key()}).status_code == 404
    assert client.post(reverse("hospitals:set_status", args=[slot.service_id]), key()).status_code == 404


def test_another_role_reads_whose_page_it_is(client: Client, facility: Facility, now: Any) -> None:
    client.force_login(make.make_desk_user(facility, role="driver"))
    assert client.get(reverse("hospitals:desk")).status_code == 403
    client.logout()
    assert client.get(reverse("hospitals:desk")).status_code == 302


def test_the_desk_without_anybody_says_so(desk: Client, facility: Facility, now: Any) -> None:
    assert "接下来 2 小时没有人来。" in desk.get(reverse("hospitals:desk")).content.decode()
    assert desk.get(reverse("hospitals:inside")).status_code == 200
    assert desk.get(reverse("hospitals:find"), {"code": "9999"}).status_code == 200


def test_the_printed_list_has_words_to_copy_without_phone(desk: Client, facility: Facility, now: Any) -> None:
    slot = make.make_slot(make.make_service(facility), starts_at=now + timedelta(hours=1))
    make.make_appointment(slot, at=now)
    text = desk.get(reverse("hospitals:print_list")).content.decode()
    assert "今天要来 1 位" in text
    assert "13900001234" not in text
    words = text.partition("<textarea")[2].partition("</textarea>")[0]
    assert "王阿姨" in words
    assert "王秀兰" not in words
    assert "透析" not in words  # what goes into a chat group names no illness


def test_search_by_initials_last_four_and_nothing(desk: Client, facility: Facility, now: Any) -> None:
    slot = make.make_slot(make.make_service(facility), starts_at=now + timedelta(hours=1))
    make.make_appointment(slot, at=now)
    for words, is_found in (("wxl", True), ("2428", True), ("秀兰", True), ("zzz", False)):
        assert ("女 " in desk.get(reverse("hospitals:desk"), {"q": words}).content.decode()) is is_found


def test_whoever_has_no_pass_at_hand_is_found_by_name(desk, facility, now):
    """By name, pinyin, initials or the last four of the number, also inside already; and nobody of another house."""
    here = make.make_appointment(
        make.make_slot(make.make_service(facility), starts_at=now - timedelta(hours=2)), at=now
    )
    other = make.make_service(make.make_facility())
    make.make_appointment(make.make_slot(other, starts_at=now), at=now)
    for words in ("王秀兰", "wangxiulan", "wxl", "２４２８", "王xiu", "王秀蘭", "汪秀栏"):
        told = desk.get(reverse("hospitals:find"), {"code": words}).content.decode()
        assert told.count(">是这位<") == 1, words
        assert reverse("hospitals:appointment", args=[here.pk]) in told
    assert "也没有叫这个名字的人" in desk.get(reverse("hospitals:find"), {"code": "李大山"}).content.decode()


def test_a_pass_is_found_however_its_code_is_typed(desk, facility, now):
    """As at the gate: through an input method, with a scanner's own mark, without the dash, by its end; all of it counts."""
    row = make.make_appointment(make.make_slot(make.make_service(facility), starts_at=now), at=now)
    given = passes.gate_pass(now, case_ref=row.case_ref)
    day, last = given.number.split("-")
    full_width = str.maketrans("0123456789-", "０１２３４５６７８９－")

    def leads(code: str) -> bool:
        return desk.get(reverse("hospitals:find"), {"code": code}).status_code == 302

    found = (last, given.number, day + last, given.number.translate(full_width), given.short_code.lower())
    for code in (*found, given.token, f"]Q3{given.token}\r", given.short_code[-4:]):
        assert leads(code), code
    for code in (f"{int(day) % 1231 + 1:04d}-{last}", f"99990{last}", last[1:]):
        assert not leads(code), code


@pytest.mark.parametrize("minutes", [-30, 20])
def test_who_is_brought_at_night_is_on_the_page_on_both_sides_of_midnight(client: Client, minutes: int) -> None:
    """R-002-3b: announced for 23:45 and late, or at 23:40 for 00:00: the desk reads who comes."""
    midnight = datetime(2022, 6, 28, 16, 0, tzinfo=UTC)
    at = midnight - timedelta(minutes=minutes)
    facility = make.make_facility()
    announce(
        facility,
        card=make.make_card(is_critical=True),
        case_ref=uuid.uuid4(),
        expected_at=midnight if minutes > 0 else midnight - timedelta(minutes=10),
        by=make.ENGINE,
        at=at - timedelta(minutes=20),
    )
    with time_machine.travel(at, tick=False):
        client.force_login(make.make_desk_user(facility))
        assert "王秀兰" in client.get(reverse("hospitals:desk")).content.decode()
