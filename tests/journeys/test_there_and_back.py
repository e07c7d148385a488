"""One patient there and back through five roles, by hand, on the real screens."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from access.models import AccessRequest, Resident
from access.states import RequestStatus
from communities.models import GatePass
from hospitals.models import Intake
from tests.journeys.conftest import Cast, set_clock
from transport.models import Trip

pytestmark = pytest.mark.django_db(transaction=True)
MIN = timedelta(minutes=1)
SOON = 45000  # ms: a page follows by itself within its polling time, on a busy machine


def press(page: Page, name: str, nth: int = 0) -> None:
    """Press the button with these words."""
    page.get_by_role("button", name=re.compile(name)).nth(nth).click()


def step(page: Page, name: str) -> None:
    """Press a driver's step, and wait for the page that says so: the press is sent by script."""
    with page.expect_navigation(timeout=SOON):
        press(page, name)


def accept(page: Page) -> None:
    """Take the offered run."""
    step(page, "接了")


def trip_of(request: AccessRequest, direction: str) -> Trip:
    return Trip.objects.select_related("run").get(case_ref=request.case_ref, direction=direction)


def given_a_registered_dialysis_patient(cast: Cast) -> Resident:
    page = cast.staff
    page.goto("/residents/new/")
    page.get_by_label("姓名").fill("王秀兰")
    page.get_by_label("几号楼").fill("5号楼")
    page.get_by_label("证件号码").fill("880603196712061497")
    page.get_by_label("电话", exact=False).first.fill("15400003328")
    page.locator("#id_need_kind").select_option("dialysis")
    page.locator("#id_days_1").check()
    page.locator("#id_shift").select_option("PM")
    press(page, "^保存$")
    expect(page.get_by_role("heading", level=1)).to_have_text("王秀兰")
    return Resident.objects.get()


def when_staff_ask_in_three_presses(cast: Cast) -> AccessRequest:
    page = cast.staff
    page.get_by_role("link", name=re.compile("给居民申请出行")).click()
    press(page, "提交申请")
    expect(page).to_have_url(re.compile(r"/requests/[0-9a-f-]{36}/"))
    return AccessRequest.objects.get()


def when_the_dispatcher_places_it(cast: Cast) -> None:
    page = cast.dispatcher
    page.goto("/dispatch/")
    expect(page.get_by_text("王秀兰").first).to_be_visible()
    page.keyboard.press("Enter")  # the first car by rule
    expect(page.get_by_text(re.compile("已排给|都有车了")).first).to_be_visible()


def when_the_guard_lets_out(cast: Cast, request: AccessRequest) -> None:
    page = cast.guard
    page.goto("/gate/")
    code = GatePass.objects.issued().get(case_ref=request.case_ref).short_code
    page.get_by_role("textbox").first.fill(code[-4:])
    press(page, "查")
    expect(page.get_by_text("可以出门").first).to_be_visible()
    expect(page.get_by_text("王＊＊").first).to_be_visible()
    press(page, "放行，扫下一位")
    expect(page.locator("[data-done]")).to_contain_text("王＊＊")


def when_the_driver_drives(page: Page, trip: Trip, steps: list[str]) -> None:
    page.goto("/drive/")
    for name in steps:
        step(page, name)
        expect(page.get_by_role("button", name=re.compile(f"^{name}"))).to_have_count(0, timeout=SOON)
        if "楼下" in name or "医院" in name:
            set_clock(max(trip.pickup_planned_at, trip.dropoff_planned_at - 2 * MIN))


def when_the_desk_receives_treats_and_finishes(cast: Cast, request: AccessRequest) -> None:
    page = cast.desk
    page.goto("/desk/")
    press(page, "确认到院")
    press(page, "开始治疗")
    expect(page.get_by_role("button", name=re.compile("治疗结束，叫车")).first).to_be_visible()
    intake = Intake.objects.get(case_ref=request.case_ref)
    assert intake.handed_over_at
    set_clock(request.arrive_at + request.session_min * MIN)
    press(page, "治疗结束，叫车")


def when_the_guard_lets_in(cast: Cast, request: AccessRequest) -> None:
    page = cast.guard
    page.goto("/gate/")
    code = GatePass.objects.issued().get(case_ref=request.case_ref).short_code
    page.get_by_role("textbox").first.fill(code[-4:])
    press(page, "查")
    expect(page.get_by_text("回来了，请进").first).to_be_visible()
    press(page, "进门，扫下一位")
    expect(page.locator("[data-done]")).to_contain_text("王＊＊")


def test_dialysis_patient_of_a_sealed_compound_goes_there_and_back(cast: Cast) -> None:
    """R-000-4, 5, 6, 9, 12, R-002-1a, 2a, 2g: out of the gate, into the yellow-code hospital, treated, and home again."""
    given_a_registered_dialysis_patient(cast)
    request = when_staff_ask_in_three_presses(cast)
    when_the_dispatcher_places_it(cast)
    outbound, inbound = trip_of(request, "outbound"), trip_of(request, "inbound")
    assert inbound.reserved_run_id

    # the community's page follows by itself
    expect(cast.staff.get_by_text("已排好").first).to_be_visible(timeout=SOON)

    set_clock(outbound.pickup_planned_at - 5 * MIN)
    cast.driver.goto("/drive/")
    accept(cast.driver)
    when_the_guard_lets_out(cast, request)
    expect(cast.staff.get_by_text("已出门").first).to_be_visible(timeout=SOON)
    when_the_driver_drives(cast.driver, outbound, ["出发", "到楼下了", "人已上车", "到医院了", "交给接诊台了"])
    when_the_desk_receives_treats_and_finishes(cast, request)

    # finished calls the way back: the relay wakes the reserved car
    page = cast.driver
    page.goto("/drive/")
    expect(page.get_by_role("button", name=re.compile("接了|出发")).first).to_be_visible(timeout=SOON)
    if page.get_by_role("button", name=re.compile("接了")).count():
        accept(page)
    home = trip_of(request, "inbound")
    when_the_driver_drives(cast.driver, home, ["出发", "到医院了", "人已上车", "到楼下了", "到家了"])
    when_the_guard_lets_in(cast, request)

    expect(cast.staff.get_by_text("已到家").first).to_be_visible(timeout=SOON)
    then_the_request_closes(cast, request)
    assert cast.heard == []


def when_the_guard_presses_emergency(cast: Cast) -> AccessRequest:
    """One press: it is recorded at that instant, the request follows by itself."""
    page = cast.guard
    page.goto("/gate/")
    press(page, "紧急放行")
    expect(page.get_by_text("已放行").first).to_be_visible()
    expect(cast.dispatcher.locator("#waiting")).to_contain_text("急", timeout=SOON)
    return AccessRequest.objects.get()


def test_critical_patient_from_the_gate_is_driven_treated_and_brought_home(cast: Cast) -> None:
    """R-000-2, 7, 8, 10, R-002-2b, 2c, 3: one press, no certificate, test, approval or slot before it."""
    cast.dispatcher.goto("/dispatch/")
    request = when_the_guard_presses_emergency(cast)
    assert request.is_critical
    assert request.status == RequestStatus.APPROVED

    cast.dispatcher.goto("/dispatch/")
    cast.dispatcher.keyboard.press("Enter")
    expect(cast.dispatcher.locator("#waiting [data-row]")).to_have_count(0)
    cast.crew.goto("/drive/")
    accept(cast.crew)
    outbound = trip_of(request, "outbound")
    when_the_driver_drives(cast.crew, outbound, ["出发", "到楼下了", "人已上车", "到医院了", "交给接诊台了"])

    page = cast.desk
    page.goto("/desk/")
    press(page, "车到了，开始计时")
    press(page, "交接完成")
    expect(page.get_by_role("button", name=re.compile("开始治疗")).first).to_be_visible()
    intake = Intake.objects.get(case_ref=request.case_ref)
    assert intake.handed_over_at - intake.arrived_at < 15 * MIN
    press(page, "开始治疗")
    press(page, "治疗结束，叫车")

    cast.dispatcher.goto("/dispatch/")
    expect(cast.dispatcher.locator("#waiting, .board__mid").first).to_be_visible()
    home = when_a_car_home_is_named(cast, request)
    driver = cast.crew if home.run.vehicle_id == "A1" else cast.driver
    driver.goto("/drive/")
    accept(driver)
    when_the_driver_drives(driver, home, ["出发", "到医院了", "人已上车", "到楼下了", "到家了"])

    then_the_request_closes(cast, request)
    assert cast.heard == []


def when_a_car_home_is_named(cast: Cast, request: AccessRequest) -> Trip:
    """The reserved car comes by itself; where none was reserved, the dispatcher names one by one press."""
    page = cast.dispatcher
    for _ in range(10):
        trip = Trip.objects.select_related("run").filter(case_ref=request.case_ref, direction="inbound").first()
        if trip and trip.run_id:
            return trip
        if page.locator("#waiting [data-row]").count():
            page.keyboard.press("Enter")
        page.wait_for_timeout(1500)
        page.goto("/dispatch/")
    raise AssertionError("nobody comes for the way home")


def then_the_request_closes(cast: Cast, request: AccessRequest) -> None:
    """The relay hands the last fact up; the request ends by itself."""
    for _ in range(60):
        request.refresh_from_db()
        if request.status == RequestStatus.CLOSED:
            return
        cast.staff.wait_for_timeout(500)
    raise AssertionError(f"still {request.status}")
