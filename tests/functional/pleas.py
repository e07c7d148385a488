"""The calls for help that are played through in the browser, one of every kind: who raises it, where, and whose it is.

A call that a worker raises is raised by the worker's own function, after what a person did on a screen where one does.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from urllib.parse import urljoin

import pytest
from django.db import connection
from django.urls import reverse
from playwright.sync_api import Page, expect

from access.models import AccessRequest
from calls.states import CallKind
from communities.services import gates, passes
from communities.services.gates import ScanEvent
from core import clock, heartbeat
from core.actors import ENGINE
from dispatch.facts import deafness
from dispatch.hand import rescues
from dispatch.home import no_way_home, returns
from dispatch.planning import planner
from hospitals.models import Intake
from hospitals.services import intake, transfers
from hospitals.services.overload import report_late_hand_overs
from hospitals.services.transfers import TransferWish
from tests import walkers
from tests.factories import town
from transport.models import Stop, Trip
from transport.services import runs, stops

WITHIN_MS = 15_000  # Done when 3: read on the owner's and on command's screen within 15 s
MIN = timedelta(minutes=1)
Raise = Callable[[Page, town.Side], None]
Act = Callable[[town.Side], None]


def _nothing(_side: town.Side) -> None:
    """Nobody has to do anything."""


def _nobody(_page: Page, _side: town.Side) -> None:
    """No person raises it."""


@dataclass(frozen=True)
class Plea:
    """One kind: `press` raises it on the raiser's page or `work` in the worker; `ready` brings the day so far."""

    kind: CallKind
    raiser: str  # "": a worker alone
    owner: str
    press: Raise
    says: str  # read by the owner and command
    ready: Act = _nothing
    address: str = ""  # where it is raised, when not on the raiser's first page
    closed_by: str = ""  # the button that ends it in the strip; else words on the page of calls
    work: Act = _nothing  # what the worker does after the press


def _press(name: str) -> Raise:
    def act(page: Page, _side: town.Side) -> None:
        page.get_by_role("button", name=name).click()

    return act


def _say_late(page: Page, _side: town.Side) -> None:
    page.get_by_text("会晚到").click()
    page.get_by_role("button", name="60 分").click()


def _stopped_by_somebody(page: Page, _side: town.Side) -> None:
    page.get_by_text("路边有人求助", exact=True).click()
    expect(page.get_by_role("link", name="先拨 120")).to_have_attribute("href", "tel:120")
    page.get_by_label("怎么了，借了什么给人").fill("借出 AED")
    page.get_by_role("button", name="替路边的人求助").click()


def _say_overload(page: Page, _side: town.Side) -> None:
    form = page.locator("#overload-form").last
    form.get_by_label("床位").check()
    form.get_by_label("现在给病人做着什么").fill("已吸氧、心电监护")
    form.get_by_role("button", name="上报协调").click()


def stop_of(side: town.Side, kind: str) -> Stop:
    """Return a stop of the outing of the party that was placed."""
    case = side.cases["placed"]
    return Stop.objects.select_related("run__vehicle", "run__driver", "trip").get(run=case.run, kind=kind)


def accepted(side: town.Side) -> None:
    """The driver has taken the outing."""
    runs.accept(side.cases["placed"].run, by=side.actors["driver"], at=clock.now())


def aboard(side: town.Side) -> None:
    """The party is in the car."""
    accepted(side)
    stops.depart(stop_of(side, "pickup"), by=side.actors["driver"], at=clock.now())


def at_the_door(side: town.Side) -> None:
    """The car stands before the hospital."""
    aboard(side)
    stops.arrive(stop_of(side, "dropoff"), by=side.actors["driver"], at=clock.now())


# --- the gate


def out_on_a_void_pass(side: town.Side) -> None:
    """The pass was void when the guard, having asked, let the party out."""
    case, at = side.cases["placed"], clock.now()
    assert passes.void_for_case(case.request.case_ref, by=ENGINE, at=at, reason="换了时间")
    case.gate_pass.refresh_from_db()
    event = ScanEvent(uuid.uuid4(), "exit", "checked", gate_pass=case.gate_pass)
    gates.scan(side.gate, event=event, by=side.actors["guard"], at=at)


def _check(page: Page, code: str) -> None:
    page.get_by_label("扫不出来就输后四位").fill(code)
    page.get_by_role("button", name="查", exact=True).click()


def _home_on_a_void_pass(page: Page, side: town.Side) -> None:
    _check(page, side.cases["placed"].gate_pass.number)
    page.get_by_role("button", name="进门，扫下一位").click()


def home_again(side: town.Side) -> None:
    """The party went out, came back for its papers, and the case is closed."""
    for way, decision, ago in (("exit", "let_out", 20), ("entry", "let_in", 10)):
        event = ScanEvent(uuid.uuid4(), way, decision, gate_pass=side.cases["placed"].gate_pass)
        gates.scan(side.gate, event=event, by=side.actors["guard"], at=clock.now() - ago * MIN)
    walkers.deliver()


def _out_on_an_old_pass(page: Page, side: town.Side) -> None:
    _check(page, side.cases["placed"].gate_pass.number)
    page.get_by_role("button", name="核对过，放行").click()


def _home_on_a_bad_code(page: Page, side: town.Side) -> None:
    token = side.cases["placed"].gate_pass.token
    _check(page, token[:-3] + ("000" if token[-3:] != "000" else "100"))
    page.get_by_role("button", name="是回来的").click()
    page.get_by_role("button", name="核对过，请进").click()


# --- the community and the desk


def _raise_to_120(page: Page, side: town.Side) -> None:
    page.goto(urljoin(page.url, reverse("access:request", args=[side.cases["asked"].request.pk])))
    with page.expect_navigation():
        page.get_by_role("button", name="病情变化，转 120").click()
    expect(page.get_by_role("button", name="病情变化，转 120")).to_have_count(0)


def _no_ambulance_in_time(side: town.Side) -> None:
    """The minutes of the rulebook pass without an ambulance: the sweep of the clock."""
    rows = AccessRequest.objects.filter(pk=side.cases["asked"].request.pk, is_critical=True)
    assert rows.update(critical_at=clock.now() - 6 * MIN) == 1
    rescues.sweep(at=clock.now())


def _close_the_unit(page: Page, side: town.Side) -> None:
    name = f"s{side.service.pk}"
    unit = page.locator(f"#service-{side.service.pk}")
    unit.get_by_text("改", exact=True).click()
    unit.locator(f"[name='{name}-status']").select_option("closed")
    until = (clock.now() + 600 * MIN).astimezone(clock.CHINA)
    unit.locator(f"[name='{name}-until']").fill(f"{until:%Y-%m-%dT%H:%M}")
    unit.locator(f"[name='{name}-reason']").fill("消杀")
    unit.get_by_role("button", name="存").first.click()
    page.get_by_role("button", name="看过了，确定停").click()
    expect(page.get_by_role("button", name="都没变，确认")).to_be_visible()


def _hand_up(page: Page, side: town.Side) -> None:
    page.goto(urljoin(page.url, f"{reverse('dispatch:board')}?who={side.cases['asked'].request.pk}"))
    page.get_by_text("排不了，交给指挥…").click()
    page.get_by_role("button", name="没有车能去").click()
    expect(page.locator("#panel")).to_contain_text("交给指挥了")


def _relay(_side: town.Side) -> None:
    walkers.deliver()


# --- the workers


def nobody_takes_over(side: town.Side) -> None:
    """Somebody came in three quarters of an hour ago, and nobody has taken over."""
    desk, at = side.actors["intake"], clock.now() - 45 * MIN
    intake.walk_in(side.facility, label="身份不明 老人", need_kind="", is_critical=False, by=desk, at=at)


def nobody_answers(side: town.Side) -> None:
    """Another house asked an hour ago whether a patient may come."""
    assert side.transfer
    other, at = side.transfer.intake.facility, clock.now() - 60 * MIN
    desk = replace(side.actors["intake"], place_code=other.pk)
    patient = intake.walk_in(other, label="身份不明 少年", need_kind="", is_critical=False, by=desk, at=at)
    transfers.ask(patient, TransferWish(side.facility, "technique"), by=desk, at=at)


def ready_without_a_car(side: town.Side) -> None:
    """Treated twenty minutes ago, and the car home is taken off."""
    case, at = side.cases["inside"], clock.now() - 20 * MIN
    intake.release(Intake.objects.get(pk=case.intake.pk), by=side.actors["intake"], at=at)
    walkers.deliver()
    if Trip.objects.filter(case_ref=case.request.case_ref, direction="inbound", status="scheduled").exists():
        returns.undo_return(case.request, by=side.actors["dispatch"], at=at)
        walkers.deliver()


def _sweep_ways_home(_side: town.Side) -> None:
    no_way_home.sweep(at=clock.now())


def _sweep_hand_overs(_side: town.Side) -> None:
    assert report_late_hand_overs(at=clock.now()) == 1


def _sweep_transfers(_side: town.Side) -> None:
    assert transfers.report_unanswered(at=clock.now()) == 1


def command_of_the_city(side: town.Side) -> None:
    """An area is a matter of the city: its command is there."""
    side.users["command"].posts.update(place_kind="city", place_code=side.community.code[:4] + "00")


def _plan_fails(side: town.Side) -> None:
    def broken(*_given: object, **_named: object) -> None:
        raise ZeroDivisionError

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(planner, "_solve", broken)
        planner.plan(side.community.dispatch_area_id, at=clock.now())


def _queue_is_silent(_side: town.Side) -> None:
    heartbeat.asked("dispatch", is_rung=True)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE core_workerheartbeat SET silent_since = silent_since - interval '40 s'")
    for silence in heartbeat.silences():
        deafness.report_deaf(silence.name, silence.since, at=clock.now())


PLEAS = [
    Plea(
        CallKind.PERSON_NOT_FOUND, "driver", "staff", _press("找不到人"), "在等，等到", accepted,
        closed_by="找到了，马上下来",
    ),
    Plea(CallKind.LATE_CAR, "driver", "dispatch", _say_late, "才到，该", accepted),
    Plea(CallKind.UNWELL_ABOARD, "driver", "dispatch", _press("人不舒服"), "在去 测试医院1 2号门 的路上", aboard),
    Plea(CallKind.ROADSIDE, "driver", "dispatch", _stopped_by_somebody, "借出 AED", aboard),
    Plea(CallKind.DOOR_CLOSED, "driver", "dispatch", _press("门口说不接"), "司机在门口说不接", at_the_door),
    Plea(CallKind.OVERLOAD, "intake", "dispatch", _say_overload, "缺床位", address="/desk/overload/"),
    Plea(CallKind.GATE_EMERGENCY, "guard", "staff", _press("紧急放行"), "南门"),
    Plea(CallKind.VOID_PASS_RETURN, "guard", "staff", _home_on_a_void_pass, "人已经进门", out_on_a_void_pass),
    Plea(CallKind.OUT_AGAIN, "guard", "staff", _out_on_an_old_pass, "出门，那一趟已经结了", home_again),
    Plea(CallKind.BAD_CODE, "guard", "staff", _home_on_a_bad_code, "核对过证件，人已经进门"),
    Plea(
        CallKind.CRITICAL_WITHOUT_CAR, "staff", "dispatch", _raise_to_120, "请马上打 120", work=_no_ambulance_in_time,
    ),
    Plea(
        CallKind.ON_WAY_TO_CLOSED, "intake", "dispatch", _close_the_unit, "仍要接，先打接诊台", aboard,
        address="/desk/services/", work=_relay,
    ),
    Plea(
        CallKind.LATE_HAND_OVER, "", "command", _nobody, "测试医院1", nobody_takes_over,
        work=_sweep_hand_overs,
    ),
    Plea(CallKind.HANDED_UP, "dispatch", "command", _hand_up, "调度台排不了：没有车能去"),
    Plea(
        CallKind.NO_WAY_HOME, "", "dispatch", _nobody, "看完了没有车回家", ready_without_a_car,
        work=_sweep_ways_home,
    ),
    Plea(
        CallKind.TRANSFER_UNANSWERED, "", "dispatch", _nobody, "→ 测试医院1", nobody_answers,
        work=_sweep_transfers,
    ),
    Plea(CallKind.PLAN_FAILED, "", "dispatch", _nobody, "这个片区要人来排", command_of_the_city, work=_plan_fails),
    Plea(CallKind.WORK_STOPPED, "", "dispatch", _nobody, "没有回音", command_of_the_city, work=_queue_is_silent),
]  # fmt: skip
EXCEPT: dict[CallKind, str] = {}  # kinds without a row, each with the reason
