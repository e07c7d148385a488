"""The guard's screens over HTTP, without scripts."""

from __future__ import annotations

import re
import uuid
from datetime import datetime, timedelta

import pytest
from django.urls import reverse

from communities import selectors
from communities.models import EmergencyDetail, GatePass, Scan, ScanCorrection
from core import clock
from core.models import OutboxMessage
from tests.factories import communities as make

pytestmark = pytest.mark.django_db
GATE = "/gate/"


@pytest.fixture
def guard(client):
    user = make.guard()
    client.force_login(user)
    return client


@pytest.fixture
def row():
    return make.gate_pass(clock.now())


def _fields(page: str, action: str) -> dict[str, str]:
    """Return the hidden fields of the form that posts to `action`, as a browser without scripts would send them."""
    form = re.search(rf'<form[^>]*action="{re.escape(action)}".*?</form>', page, re.S)
    assert form, f"no form for {action}"
    found = re.findall(r'<input type="hidden" name="([^"]+)"\s+value="([^"]*)"', form[0])
    buttons = re.findall(r'<button[^>]*name="([^"]+)"\s+value="([^"]*)"', form[0])
    return dict(found + buttons)


def _check(client, code: str, **fields):
    return client.post(reverse("communities:gate_check"), {"code": code, **fields})


def _record(client, page) -> object:
    url = reverse("communities:gate_scan")
    return client.post(url, _fields(page.content.decode(), url), follow=True)


def test_scan_page_offers_camera_code_list_and_emergency(guard):
    page = guard.get(GATE).content.decode()

    for text in (
        "锦江花园 南门",
        "孙师傅",
        "今天放行 0 人次",
        "扫不出来就输后四位",
        "找名字",
        "紧急放行：先放人，后补单",
    ):
        assert text in page


@pytest.mark.parametrize("code", ["token", "number", "tail", "short"])
def test_each_way_of_naming_a_pass_answers_green(guard, row, code):
    given = {"token": row.token, "number": row.number, "tail": row.number[-4:], "short": row.short_code.lower()}[code]

    page = _check(guard, given).content.decode()

    for text in ("可以出门", "王＊＊", "5号楼", "辽F·3K27", "就医（已核准）", "放行，扫下一位"):
        assert text in page


def test_a_number_that_no_pass_has_is_nobody_elses(guard, row):
    """The last four alone find a pass; of a longer text all must stand there, or another one's paper opens the gate."""
    day, last = row.number.split("-")
    other = "0101" if day != "0101" else "0102"

    for given in (row.number.replace("-", ""), f"{day[-1]}{last}", f"－{last}", last):
        assert "王＊＊" in _check(guard, given).content.decode(), given
    for given in (f"{other}-{last}", f"{other}{last}", f"99990{last}", f"AB{last}", f"{row.short_code[-4:]}{last}"):
        page = _check(guard, given).content.decode()
        assert "没找到这张证" in page, given
        assert "王＊＊" not in page, given


def test_let_out_then_home_again(guard, row):
    """One way out and one way in, by the same code."""
    out = _record(guard, _check(guard, row.token))
    home = _check(guard, row.token)
    back = _record(guard, home)

    assert "王＊＊ 已出门" in out.content.decode()
    assert "回来了，请进" in home.content.decode()
    assert "王＊＊ 已进门" in back.content.decode()
    assert list(Scan.objects.order_by("happened_at").values_list("direction", "decision", "answer")) == [
        ("exit", "let_out", "green"),
        ("entry", "let_in", "green"),
    ]


def test_same_press_twice_is_one_scan(guard, row):
    url = reverse("communities:gate_scan")
    fields = _fields(_check(guard, row.token).content.decode(), url)

    first, second = guard.post(url, fields), guard.post(url, fields)

    assert first.status_code == second.status_code == 302
    assert first["Location"] == second["Location"]
    assert Scan.objects.count() == 1


def test_early_pass_is_amber_with_the_time_and_may_be_let_out_after_a_check(guard):
    now = clock.now()
    row = make.gate_pass(now, window=make.window(now, minutes_before=-90))

    answer = _check(guard, row.token)
    page = answer.content.decode()
    _record(guard, answer)

    assert "先核对一下" in page
    assert "还没到出门时间" in page
    assert "tel:04153120001" in page
    assert Scan.objects.get().decision == "checked"


def test_forged_code_is_red_for_an_exit_and_lets_a_return_in(guard, row):
    """INV-21, decision 21: the guard is asked first; only a chosen exit is red, and that page offers the way in."""
    forged = row.token[:-3] + ("000" if row.token[-3:] != "000" else "100")

    asked = _check(guard, forged).content.decode()
    red = _check(guard, forged, direction="exit").content.decode()
    home = _check(guard, forged, direction="entry")
    _record(guard, home)

    assert "看不懂这个码：先问是出还是回" in asked
    assert "这张证不能用" not in asked
    assert "紧急放行" in asked
    assert "这张证不能用" in red
    assert "是回来的，请进" in red
    assert "紧急放行" in red
    assert "请进，核对一下" in home.content.decode()
    assert Scan.objects.get().direction == "entry"


def test_unknown_code_is_amber_and_points_to_the_list(guard):
    page = _check(guard, "9999").content.decode()

    assert "先核对一下" in page
    assert "没找到这张证" in page
    assert reverse("communities:gate_list") in page


def test_two_passes_with_the_same_tail_are_offered_to_choose(guard, row):
    other = make.gate_pass(clock.now(), holder="赵＊＊")
    GatePass.objects.filter(pk=other.pk).update(number=f"0101-{row.number[-4:]}")

    page = _check(guard, row.number[-4:]).content.decode()

    assert "王＊＊" in page
    assert "赵＊＊" in page


def test_empty_code_is_asked_again(guard):
    response = _check(guard, "")

    assert response.status_code == 422
    assert "输证号后四位，或短码。" in response.content.decode()


@pytest.mark.parametrize("code", ["\x00", "王" * 200, "TAB1:" + "A" * 395, "<script>", "'; --", "%%%", "x" * 401])
def test_malformed_codes_never_break(guard, code):
    assert _check(guard, code).status_code in {200, 422}


@pytest.mark.parametrize(
    "fields",
    [{}, {"event_id": "x"}, {"event_id": str(uuid.uuid4()), "direction": "up", "decision": "let_out"}],
)
def test_malformed_scan_stores_nothing(guard, fields):
    response = guard.post(reverse("communities:gate_scan"), {"idempotency_key": uuid.uuid4().hex, **fields})

    assert response.status_code == 422
    assert Scan.objects.count() == 0


def test_emergency_is_one_press_from_the_gate(guard):
    """R-002-2b: pressed means recorded; the taps afterwards are optional."""
    url = reverse("communities:gate_emergency")

    page = guard.post(url, _fields(guard.get(GATE).content.decode(), url), follow=True)

    scan = Scan.objects.get()
    assert (scan.decision, scan.is_emergency, scan.direction) == ("emergency", True, "exit")
    assert OutboxMessage.objects.get().kind == "gate.emergency"
    assert "已放行" in page.content.decode()
    assert "还没有人接手" in page.content.decode()
    assert "已通知" not in page.content.decode()


def test_emergency_stands_on_every_screen_of_the_gate(guard, row):
    for page in (guard.get(GATE), guard.get(reverse("communities:gate_list")), _check(guard, "9999")):
        assert reverse("communities:gate_emergency") in page.content.decode()


def test_emergency_details_are_optional_and_kept(guard):
    url = reverse("communities:gate_emergency")
    guard.post(url, _fields(guard.get(GATE).content.decode(), url))
    target = reverse("communities:gate_emergency_detail", args=[Scan.objects.get().pk])

    nothing = guard.post(target, {"idempotency_key": uuid.uuid4().hex})
    some = guard.post(target, {"idempotency_key": uuid.uuid4().hex, "building": "5", "has_ambulance": "no"})
    odd = guard.post(target, {"idempotency_key": uuid.uuid4().hex, "party_size": "many"})

    assert (nothing.status_code, some.status_code, odd.status_code) == (302, 302, 422)
    detail = EmergencyDetail.objects.get()
    assert (detail.building, detail.party_size, detail.has_ambulance) == ("5", None, False)


def test_party_of_an_emergency_comes_back_from_the_list(guard):
    url = reverse("communities:gate_emergency")
    guard.post(url, _fields(guard.get(GATE).content.decode(), url))
    scan = Scan.objects.get()

    listed = guard.get(reverse("communities:gate_list")).content.decode()
    home = guard.get(reverse("communities:gate_back", args=[scan.pk]))
    _record(guard, home)

    assert "紧急放行" in listed
    assert "还在外面 1 位" in listed
    entry = Scan.objects.get(direction="entry")
    assert (entry.case_ref, entry.decision) == (scan.case_ref, "checked")


def test_exit_pressed_by_mistake_is_taken_back(guard, row):
    page = _record(guard, _check(guard, row.token)).content.decode()
    url = reverse("communities:gate_undo", args=[Scan.objects.get().pk])

    after = guard.post(url, _fields(page, url), follow=True).content.decode()

    assert "按错了" in page
    assert "已撤回" in after
    assert ScanCorrection.objects.count() == 1


def test_list_searches_name_building_number_and_plate(guard, row):
    make.gate_pass(clock.now(), holder="赵＊＊", building="3号楼", plate="辽F·7H03")
    url = reverse("communities:gate_list")

    number = row.number.replace("-", "")
    for word in (
        "王",
        "王秀兰",
        "王 秀兰",
        "王 五号楼",
        "5号",
        row.number[-4:],
        row.number,
        number,
        "3K27",
        "ｆ·３ｋ２７",
    ):
        page = guard.get(url, {"q": word}).content.decode()
        assert "王＊＊" in page
        assert "赵＊＊" not in page
    assert "没找到" in guard.get(url, {"q": "钱"}).content.decode()


def test_fragments_answer_htmx_and_304(guard, row):
    url = reverse("communities:gate_list")

    first = guard.get(url, headers={"HX-Request": "true"})
    again = guard.get(url, headers={"HX-Request": "true", "If-None-Match": first["ETag"]})

    assert "<html" not in first.content.decode()
    assert again.status_code == 304


@pytest.mark.parametrize("count", [5, 50])
def test_lists_cost_the_same_at_5_and_50_rows(guard, count, django_assert_max_num_queries):
    for _ in range(count):
        row = make.gate_pass(clock.now())
        Scan.objects.create(
            event_id=uuid.uuid4(),
            gate=row.community.gates.first(),
            community=row.community,
            gate_pass=row,
            case_ref=row.case_ref,
            direction="exit",
            answer="green",
            decision="let_out",
            happened_at=clock.now() - timedelta(minutes=5),
            operator_key="x",
            operator_label="x",
        )

    guard.get(reverse("communities:gate_list"))  # the hotline is read once a minute
    with django_assert_max_num_queries(8):
        page = guard.get(reverse("communities:gate_list")).content.decode()

    assert f"还在外面 {count} 位" in page


def test_who_leaves_just_after_midnight_is_on_the_list_before_it() -> None:
    """E5, R-000-14: at 23:50 the guard reads whoever is fetched at 0:10, and at noon those of the day alone."""
    midnight = clock.day_bounds(clock.today())[1]
    minute = timedelta(minutes=1)
    opens = make.window(midnight, minutes_before=-5)
    row = make.gate_pass(midnight - 90 * minute, window=opens)
    guard, gate = make.actor(make.guard()), make.gate(row.community)

    def read(at: datetime) -> set[uuid.UUID]:
        on_list = {line.gate_pass.pk for line in selectors.pass_lines(guard, day=clock.local_day(at), at=at)}
        assert {each.pk for each in selectors.passes_at_gate(gate, at=at)} == on_list
        return on_list

    assert read(midnight - 10 * minute) == {row.pk}
    assert read(midnight - 12 * 60 * minute) == set()
