"""The driver's pages and endpoints: who may, what is shown, what counts once (trust.md C, E1)."""

from __future__ import annotations

import html
import json
import re
import uuid
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from core.models import AuditEvent, OutboxMessage
from tests.factories import communities as gate_rows
from tests.factories import transport as make
from transport.models import Run, Stop, Trip, Vehicle
from transport.services import runs, scheduling

pytestmark = pytest.mark.django_db
NOW = datetime(2022, 6, 28, 3, 0, tzinfo=UTC)
MIN = timedelta(minutes=1)
SHEET = "/drive/"


@pytest.fixture(autouse=True)
def _at_eleven():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def me(client: Client) -> Client:
    """The browser of the driver of V1."""
    client.force_login(make.driver_user())
    return client


@pytest.fixture
def stranger() -> Client:
    """The browser of another driver."""
    other = Client()
    other.force_login(make.driver_user("D9", "13900000009"))
    return other


def _post(browser: Client, url: str, **fields: object):
    return browser.post(url, {"idempotency_key": uuid.uuid4().hex, **fields})


def _stop_url(stop: Stop, step: str) -> str:
    return reverse("transport:stop_step", args=[stop.pk, step])


def _run_url(run: Run, step: str) -> str:
    return reverse("transport:run_step", args=[run.pk, step])


class _Texts(HTMLParser):
    """Collects the words of buttons."""

    def __init__(self) -> None:
        super().__init__()
        self.inside, self.buttons = False, []

    def handle_starttag(self, tag, attrs):
        if tag == "button" and "btn-act" in (dict(attrs).get("class") or ""):
            self.inside = True
            self.buttons.append("")

    def handle_endtag(self, tag):
        self.inside = self.inside and tag != "button"

    def handle_data(self, data):
        if self.inside:
            self.buttons[-1] += data.strip()


def _big_buttons(browser: Client) -> list[str]:
    parser = _Texts()
    parser.feed(browser.get(SHEET).content.decode())
    return parser.buttons


def test_the_one_button_changes_step_by_step_to_the_hospital(me: Client):
    """R-002-2g: 出发 → 到楼下了 → 人已上车 → 到医院了 → 交给接诊台了, without any script."""
    run = make.run(NOW, status="accepted")
    pickup, dropoff = run.stops.all()
    seen = [_big_buttons(me)]
    for url in (
        _run_url(run, "start"),
        _stop_url(pickup, "arrive"),
        _stop_url(pickup, "depart"),
        _stop_url(dropoff, "arrive"),
        _stop_url(dropoff, "depart"),
    ):
        assert _post(me, url).status_code == 302
        seen.append(_big_buttons(me))

    assert seen == [["出发"], ["到楼下了"], ["人已上车"], ["到医院了"], ["交给接诊台了"], []]
    assert Trip.objects.get(direction="outbound").status == "completed"
    assert "给车消毒" in me.get(SHEET).content.decode()


def test_the_way_home_ends_at_home(me: Client):
    _there, back = make.pair(NOW)
    scheduling.activate(back, ready_at=NOW, by=make.BY, at=NOW)
    run = make.run(NOW, of=back, status="under_way")
    pickup, dropoff = run.stops.all()
    seen = [_big_buttons(me)]
    for url in (_stop_url(pickup, "arrive"), _stop_url(pickup, "depart"), _stop_url(dropoff, "arrive")):
        _post(me, url)
        seen.append(_big_buttons(me))
    _post(me, _stop_url(dropoff, "depart"))

    assert seen == [["到医院了"], ["人已上车"], ["到楼下了"], ["到家了"]]
    assert Trip.objects.get(pk=back.pk).dropped_off_at == NOW


def test_the_leg_carries_its_steps_to_come_for_a_phone_without_network(me: Client):
    """ui.md 8.10: offline everything works; nothing of these steps says more of a person than the page does."""
    run = make.run(NOW, status="under_way")
    text = me.get(SHEET).content.decode()
    later = json.loads(html.unescape(re.search(r'data-later="([^"]*)"', text)[1]))

    assert [(each["label"], each["place"]) for each in later] == [
        ("人已上车", "锦江花园 5号楼1单元"),
        ("到医院了", "市中心医院 2号门"),
        ("交给接诊台了", "市中心医院 2号门"),
    ]
    assert [each["url"] for each in later[1:]] == [_stop_url(run.stops.last(), step) for step in ("arrive", "depart")]


def test_no_page_of_a_driver_holds_more_of_a_person_than_a_driver_needs(me: Client):
    """C2: the bytes of every page hold no need, whole name, number, case or person; the phone only when asked for."""
    gate_rows.area()
    trip = make.trip(NOW, name="王秀兰", phone="13800001234", care_class="fixed")
    run = make.run(NOW, of=trip, status="under_way")
    make.run(NOW + 90 * MIN, rider="吴叔叔", name="吴建国", phone="13700005678")
    secrets = ["王秀兰", "吴建国", "13800001234", "13700005678", "1234", str(trip.case_ref), str(trip.person_key)]
    secrets += [str(trip.pk), "fixed", "透析", "dialysis", "化疗"]
    pages = [SHEET, "/drive/today/", "/drive/print/", reverse("transport:unwell", args=[run.pk])]

    for url in pages:
        answer = me.get(url)
        assert answer.status_code == 200
        for secret in secrets:
            assert secret.encode() not in answer.content, (url, secret)
    assert b"3791111" in me.get(SHEET).content


def test_a_field_of_two_numbers_rings_the_first(me: Client):
    """D23: what stands beside a number is for eyes; a telephone dials digits, and an extension after a pause."""
    run = make.run(NOW, status="under_way")
    trip = run.stops.first().trip
    trip.phone = "0415-3120816转8（女儿） / 13800001111"
    trip.save()
    url = reverse("transport:call", args=[run.stops.first().pk])

    assert me.get(url, headers={"Accept": "application/json"}).json() == {"tel": "04153120816,8"}
    assert b'href="tel:04153120816,8"' in me.get(url).content


def test_the_number_is_given_on_press_and_noted(me: Client):
    """D23: within the window, with an audit row that does not hold it."""
    run = make.run(NOW, status="under_way")
    url = reverse("transport:call", args=[run.stops.first().pk])

    plain, asked = me.get(url), me.get(url, headers={"Accept": "application/json"})

    assert b'href="tel:13800001234"' in plain.content
    assert asked.json() == {"tel": "13800001234"}
    rows = AuditEvent.objects.filter(verb="trip.phone_given")
    assert rows.count() == 2
    assert "1380000" not in json.dumps([row.detail for row in rows])


def test_the_number_is_put_away_when_the_ride_is_over(me: Client):
    run = make.run(NOW, status="under_way")
    stop = run.stops.first()
    with time_machine.travel(NOW + timedelta(hours=4), tick=False):
        answer = me.get(reverse("transport:call", args=[stop.pk]))
        sheet = me.get(SHEET)

    assert answer.status_code == 403
    assert b"13800001234" not in answer.content
    assert "打给家属" not in sheet.content.decode()


def test_a_stranger_finds_nothing(me: Client, stranger: Client):
    """C0: another driver's ride looks like no ride, for reading and for every step."""
    run = make.run(NOW, status="under_way")
    stop = run.stops.first()
    gets = [reverse("transport:call", args=[stop.pk]), reverse("transport:unwell", args=[run.pk])]
    posts = [_stop_url(stop, step) for step in ("arrive", "depart", "search", "no_show")]
    posts += [_run_url(run, step) for step in ("accept", "start", "clean", "seen", "undo")]
    posts += [reverse(f"transport:{name}", args=[run.pk]) for name in ("decline", "abort", "unwell")]
    posts += [reverse("transport:late", args=[stop.pk])]

    assert {stranger.get(url).status_code for url in gets} == {404}
    assert {_post(stranger, url, minutes=10, reason="x").status_code for url in posts} == {404}
    assert str(run.pk).encode() not in stranger.get(SHEET).content
    assert OutboxMessage.objects.count() == 0


def test_a_press_on_what_was_taken_away_shows_what_is_left(me: Client):
    """Nothing is lost unsaid: the stop of somebody called off is gone from under the driver's finger."""
    run = make.run(NOW, status="under_way")
    url = _stop_url(run.stops.first(), "depart")
    run.stops.all().delete()

    answer = me.post(url, {"idempotency_key": uuid.uuid4().hex}, HTTP_REFERER="http://testserver/drive/")

    assert answer.status_code == 404
    assert 'name="next" value="/drive/"' in answer.content.decode()
    assert "这一步没有记下" in answer.content.decode()
    assert 'data-live="/drive/"' in answer.content.decode()


def test_who_is_not_signed_in_is_led_to_the_door(client: Client):
    run = make.run(NOW)

    assert client.get(SHEET).url.startswith(reverse("sign_in"))
    assert _post(client, _run_url(run, "accept")).status_code == 302
    assert Run.objects.get(pk=run.pk).status == "offered"


def test_a_press_sent_twice_is_one_step(me: Client):
    """E1: the same key answers as the first time and does nothing more."""
    run = make.run(NOW, status="under_way")
    url, key = _stop_url(run.stops.first(), "depart"), uuid.uuid4().hex

    answers = [me.post(url, {"idempotency_key": key}) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert OutboxMessage.objects.filter(kind="trip.on_board").count() == 1


def test_a_press_without_a_key_stores_nothing(me: Client):
    run = make.run(NOW, status="under_way")

    assert me.post(_stop_url(run.stops.first(), "depart")).status_code == 422
    assert Trip.objects.get(direction="outbound").status == "scheduled"


def test_a_step_kept_without_network_counts_when_it_happened(me: Client):
    run = make.run(NOW - 30 * MIN, status="under_way")
    url = _stop_url(run.stops.first(), "depart")

    _post(me, url, happened_at=(NOW - 20 * MIN).isoformat())

    assert Trip.objects.get(direction="outbound").picked_up_at == NOW - 20 * MIN


@pytest.mark.parametrize("typed", ["tomorrow", "2099-01-01T00:00:00Z", "2001-01-01T00:00:00Z", "\x00"])
def test_a_time_that_cannot_be_counts_as_now(me: Client, typed: str):
    run = make.run(NOW, status="under_way")

    _post(me, _stop_url(run.stops.first(), "depart"), happened_at=typed)

    assert Trip.objects.get(direction="outbound").picked_up_at == NOW


def test_an_offer_is_taken_or_given_back(me: Client):
    first, second = make.run(NOW), make.run(NOW + 90 * MIN)
    assert _big_buttons(me) == ["接了"]

    _post(me, _run_url(first, "accept"))
    _post(me, reverse("transport:decline", args=[second.pk]), reason="车坏了")

    assert Run.objects.get(pk=first.pk).status == "accepted"
    assert (Run.objects.get(pk=second.pk).status, Run.objects.get(pk=second.pk).reason) == ("declined", "")
    assert AuditEvent.objects.get(verb="run.declined").reason == "车坏了"


@pytest.mark.parametrize(
    ("name", "fields", "words"),
    [
        ("decline", {"reason": ""}, "请选一个原因"),
        ("late", {"minutes": "很久"}, "请写一个数"),
        ("late", {"minutes": "9999"}, "1 到 240"),
        ("abort", {"reason": "", "where": "加油站"}, "请选一个原因"),
    ],
)
def test_a_form_to_mend_says_how(me: Client, name: str, fields: dict, words: str):
    run = make.run(NOW, status="offered" if name == "decline" else "under_way")
    ident = run.stops.first().pk if name == "late" else run.pk

    answer = _post(me, reverse(f"transport:{name}", args=[ident]), **fields)

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert fields.get("where", "") in answer.content.decode()


def test_unwell_is_recorded_before_anything_is_asked(me: Client):
    run = make.run(NOW, status="under_way")

    Stop.objects.filter(run=run, kind="pickup").update(arrived_at=NOW)  # the rider stands at the car
    answer = _post(me, reverse("transport:unwell", args=[run.pk]))

    assert OutboxMessage.objects.filter(kind="trip.emergency").count() == 1
    assert "tel:120" in me.get(answer.url).content.decode()


def test_a_change_is_shown_until_it_is_read(me: Client):
    run = make.run(NOW, status="accepted")
    times = {"pickup_at": NOW + 15 * MIN, "dropoff_at": NOW + 45 * MIN, "free_at": NOW + 65 * MIN}
    scheduling.join(run, make.trip(NOW, mobility="walk", rider="何阿姨"), by=make.BY, at=NOW, **times)
    before = me.get(SHEET).content.decode()

    _post(me, _run_url(run, "seen"))

    assert "这一趟改了" in before
    assert "多接一位：何阿姨" in before
    assert "这一趟改了" not in me.get(SHEET).content.decode()


def test_a_soiled_outing_broken_off_is_cleaned_on_the_sheet_before_the_next_sets_off(me: Client):
    """4.4, E18: what keeps the next outing from setting off stands on the sheet, and one press mends it."""
    make.vehicle(takes_positive=True)
    broken_off = make.run(NOW, infection_class="positive", status="under_way")
    runs.abort(broken_off, by=make.DISPATCHER, at=NOW, reason="车坏了")
    Vehicle.objects.update(status="available")  # mended
    make.run(NOW + 90 * MIN, status="accepted")
    refused = _post(me, _run_url(Run.objects.get(status="accepted"), "start"))

    assert "给车消毒" in refused.content.decode()
    assert reverse("transport:run_step", args=[broken_off.pk, "clean"]) in me.get(SHEET).content.decode()
    _post(me, _run_url(broken_off, "clean"))

    assert _post(me, _run_url(Run.objects.get(status="accepted"), "start")).status_code == 302
    assert Run.objects.filter(status="under_way").exists()


def test_no_run_says_until_when_to_stand_by(me: Client):
    make.shift(make.vehicle(), make.driver(), at=NOW)

    text = me.get(SHEET).content.decode()

    assert "现在没有趟" in text
    assert "23:00 前请在车上待命" in text


def test_the_dispatcher_presses_for_a_driver_who_rings(client: Client):
    user = make.driver_user("main", "13900000003")
    user.posts.update(role="dispatch", place_kind="dispatch_area")
    client.force_login(user)
    run = make.run(NOW)

    assert _post(client, _run_url(run, "accept"), next="/health/live").url == "/health/live"
    assert Run.objects.get(pk=run.pk).status == "accepted"


@pytest.mark.parametrize("url", [SHEET, "/drive/today/", "/drive/print/"])
@pytest.mark.parametrize("count", [5, 50])
def test_pages_cost_the_same_at_five_and_at_fifty(me: Client, url: str, count: int, django_assert_max_num_queries):
    start = NOW - 9 * 60 * MIN
    for number in range(count):
        run = _short(start, number)
        runs.accept(run, by=make.DISPATCHER, at=NOW)

    me.get(url)  # the hotline is read once a minute
    with django_assert_max_num_queries(9):
        me.get(url)


def _short(start: datetime, number: int) -> Run:
    at = start + number * 12 * MIN
    ride = make.ride(NOW)
    short = scheduling.RunTimes(ride.vehicle, ride.driver, at, at + 2 * MIN, at + 8 * MIN, at + 12 * MIN)
    return scheduling.schedule(make.trip(NOW), ride=short, by=make.BY, at=NOW, is_pinned=False)


# --- the same steps for devices ----------------------------------------------------------------------------------------


def _api(browser: Client, stop_id: int, step: str, body: object = None, key: str = ""):
    headers = {"Idempotency-Key": key or uuid.uuid4().hex}
    text = body if isinstance(body, str) else json.dumps(body or {})
    return browser.post(f"/api/drive/stop/{stop_id}/{step}", text, content_type="application/json", headers=headers)


def test_a_device_steps_and_reads_how_things_stand(me: Client):
    run = make.run(NOW, status="under_way")
    pickup, dropoff = run.stops.all()

    _api(me, pickup.pk, "arrive")
    answer = _api(me, pickup.pk, "depart")

    assert answer.status_code == 200
    assert answer.json() == {
        "stop": pickup.pk,
        "arrived_at": "2022-06-28T11:00:00+08:00",
        "departed_at": "2022-06-28T11:00:00+08:00",
        "trip_status": "on_board",
        "run_status": "under_way",
        "next_stop": dropoff.pk,
    }


def test_a_device_that_repeats_itself_steps_once(me: Client):
    run = make.run(NOW, status="under_way")
    key = uuid.uuid4().hex

    first, second = (_api(me, run.stops.first().pk, "depart", key=key) for _ in range(2))

    assert (first.status_code, second.status_code) == (200, 200)
    assert second.headers["Idempotent-Replayed"] == "true"
    assert OutboxMessage.objects.filter(kind="trip.on_board").count() == 1


@pytest.mark.parametrize(
    ("step", "body", "status"),
    [
        ("fly", {}, 404),
        ("late", {}, 422),
        ("late", {"minutes": "x"}, 400),
        ("arrive", "{not json", 400),
        ("arrive", [1], 400),
        ("arrive", {"happened_at": "x"}, 400),
        ("no_show", {}, 409),
        ("undo", {}, 409),
    ],
)
def test_a_device_reads_clear_errors(me: Client, step: str, body: object, status: int):
    run = make.run(NOW, status="under_way")

    answer = _api(me, run.stops.first().pk, step, body)

    assert answer.status_code == status
    assert set(answer.json()) == {"code", "message", "context"}


def test_a_device_of_a_stranger_finds_nothing(stranger: Client, client: Client):
    run = make.run(NOW, status="under_way")
    stop = run.stops.first()

    assert _api(stranger, stop.pk, "depart").status_code == 404
    assert _api(client, stop.pk, "depart").status_code == 401
    assert Trip.objects.get(direction="outbound").status == "scheduled"


@pytest.mark.parametrize(("status", "now", "is_read"), [
    ("under_way", 10, True), ("under_way", 9 * 60, True), ("accepted", 10, True), ("accepted", 9 * 60, False),
])  # fmt: skip
def test_a_ride_of_the_night_is_read_on_both_sides_of_midnight(status: str, now: int, is_read: bool):
    """E5: at 00:10 whoever is still in the car is on the driver's page, whatever was planned; minutes after midnight."""
    midnight = datetime(2022, 6, 28, 16, 0, tzinfo=UTC)
    run = make.run(midnight - 70 * MIN, status=status)
    assert run.occupied.upper < midnight
    browser = Client()
    with time_machine.travel(midnight + now * MIN, tick=False):
        browser.force_login(make.driver_user())
        page = browser.get(SHEET).content.decode()

    assert ("王阿姨" in page) is is_read


def test_an_outing_just_after_midnight_is_offered_before_it():
    """The twin on the other side: twenty minutes before it leaves, at 23:50, the driver reads it."""
    midnight = datetime(2022, 6, 28, 16, 0, tzinfo=UTC)
    with time_machine.travel(midnight - 10 * MIN, tick=False):
        make.run(midnight + 10 * MIN)
        browser = Client()
        browser.force_login(make.driver_user())
        assert "王阿姨" in browser.get(SHEET).content.decode()
