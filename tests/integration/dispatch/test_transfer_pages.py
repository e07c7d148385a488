"""What each of the others reads of a hand-over, each with a browser of their own (R-000-8, R-000-17, R-002-3d)."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from communities.models import DispatchAreaDivision
from core import clock
from dispatch.home import transfers as ways
from hospitals.models import Facility, Intake
from hospitals.services import transfers
from hospitals.services.transfers import TransferWish
from tests import walkers
from tests.factories import communities as gate_rows
from tests.factories import hospitals as desk_rows
from tests.handed import Handed, handed
from tests.walkers import MIN

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def moved() -> Iterator[Any]:
    """The hour of the test, moved on by `go`."""
    with time_machine.travel(walkers.AT, tick=False) as traveller:
        yield traveller
    clock.forget()


def desk_client(facility: Facility) -> Client:
    client = Client()
    client.force_login(desk_rows.make_desk_user(facility))
    return client


def at(moved: Any, moment: datetime) -> None:
    clock.forget()
    moved.move_to(moment)


def press(client: Client, step: str, row: Any, /, **words: str) -> Any:
    return client.post(reverse(f"hospitals:{step}", args=[row.pk]), {"idempotency_key": uuid.uuid4().hex, **words})


def read(client: Client, name: str = "hospitals:desk", *args: Any) -> str:
    answer = client.get(reverse(name, args=args))
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


@pytest.fixture
def case(moved: Any) -> Handed:
    found = handed()
    DispatchAreaDivision.objects.create(area_id="main", district_code=found.other.division_code)
    at(moved, found.at)
    return found


def test_asked_on_one_desk_it_stands_on_the_other_at_once(case, moved):
    """Pressed by the one, read by the other; answered by the other, read by the one."""
    ours, theirs = desk_client(case.town.facility), desk_client(case.other)
    answer = press(ours, "ask_transfer", case.here, to=case.other.pk, reason="technique", note="要做造影")
    assert answer.status_code == 302
    name = case.here.label

    their_page = read(theirs)
    assert name in their_page
    assert "转院过来" in their_page
    assert "要做造影" in their_page
    assert f"等{case.other.name}答复 0 分钟" in read(ours)
    at(moved, case.at + 3 * MIN)
    assert "等乙院答复 3 分钟" in read(ours)
    assert "3 分" in read(theirs)

    assert press(theirs, "accept_transfer", case.transfer, name="王护士").status_code == 302
    walkers.deliver()
    assert "乙院 王护士 答应接，车 辽F·V" in read(ours)
    assert "答应接，车 辽F·V" in read(theirs)


def test_received_by_the_other_desk_it_leaves_the_first_one(case, moved):
    ours, theirs = desk_client(case.town.facility), desk_client(case.other)
    case.steps("ask", "accept", "brought")
    at(moved, case.at)
    assert "人在乙院门口" in read(ours), "R-000-8: brought, and still the first house's own"

    assert press(theirs, "receive_transfer", case.transfer).status_code == 302
    walkers.deliver()

    assert case.there.label in read(theirs, "hospitals:inside")
    assert case.here.label not in read(ours)
    page = read(ours, "hospitals:intake", case.here.pk)
    assert "已接到" in page
    assert "还是这里的病人" not in page
    their_page = read(theirs, "hospitals:intake", case.there.pk)
    assert "别的医院接到人" in their_page
    assert "女" in their_page or "男" in their_page, "who they are came with them"


def test_a_word_on_the_telephone_is_seen_as_such_by_the_other_desk(case):
    ours, theirs = desk_client(case.town.facility), desk_client(case.other)
    press(ours, "ask_transfer", case.here, to=case.other.pk, reason="bed", accepted_name="陈医生")

    page = read(theirs)
    assert "对方记的电话答复" in page
    assert "乙院 陈医生 电话里答应接" in page
    assert "人到了，接下" in page


def test_passed_on_the_third_desk_reads_it(case):
    third = desk_rows.make_facility(name="丙院")
    ours, theirs, thirds = (desk_client(each) for each in (case.town.facility, case.other, third))
    case.steps("ask")
    form = read(theirs, "hospitals:transfer", case.transfer.pk)
    assert "接不了，转给别的医院" in form
    assert "拒" not in form
    press(theirs, "pass_on_transfer", case.transfer, to=third.pk, name="周主任")

    read(theirs)  # the words of what was pressed are said once
    assert case.here.label in read(thirds)
    assert case.here.label not in read(theirs)
    assert "等丙院答复" in read(ours)


def test_r_000_17_a_silent_house_is_read_by_dispatch_and_command(case, moved):
    """Nobody answers: dispatch and command read it with its age, and write the answer down."""
    dispatcher, commander = Client(), Client()
    dispatcher.force_login(walkers.dispatcher_user())
    commander.force_login(gate_rows.user("zhihui", "沈洁", role="command", place=("city", "210600000000", "丹东市")))
    case.steps("ask")
    at(moved, case.at + 12 * MIN)

    for client, page in ((dispatcher, "dispatch:board"), (commander, "command:overview")):
        shown = read(client, page)
        assert "等乙院答复 12 分钟" in shown
        assert 'data-level="danger"' in shown
    form = read(dispatcher, "hospitals:transfer", case.transfer.pk)
    assert "答应接" in form
    assert "血液透析" not in form, "who plans cars reads no illness"
    assert press(commander, "accept_transfer", case.transfer, name="王护士").status_code == 302
    assert "王护士 答应接" in read(desk_client(case.town.facility))


def test_the_board_places_it_by_hand(case, moved):
    walkers.Vehicle.objects.update(status="off")
    case.steps("ask", "accept")
    walkers.Vehicle.objects.update(status="available")
    dispatcher = Client()
    dispatcher.force_login(walkers.dispatcher_user())
    at(moved, case.at + 4 * MIN)
    page = read(dispatcher, "dispatch:board")
    assert "等转院车" in page
    assert "已等 4 分" in page
    assert reverse("dispatch:place_transfer", args=[case.request.pk]) in page

    key = {"idempotency_key": uuid.uuid4().hex}
    place = reverse("dispatch:place_transfer", args=[case.request.pk])
    assert dispatcher.post(place, {**key, "car": "nothing"}).status_code == 422
    assert dispatcher.post(place, {"idempotency_key": uuid.uuid4().hex, "car": "V1"}).status_code == 302
    assert "车 辽F·V1" in read(desk_client(case.other))
    undo = reverse("dispatch:undo_transfer", args=[case.request.pk])
    assert dispatcher.post(undo, {"idempotency_key": uuid.uuid4().hex}).status_code == 302
    assert "还没有车" in read(desk_client(case.other))


def test_the_community_reads_where_its_resident_is(case, moved):
    staff = Client()
    staff.force_login(gate_rows.staff())
    here, page = case.town.facility.name, ("access:request", case.request.pk)
    walkers.Vehicle.objects.update(status="off")
    case.steps("ask", "accept")
    at(moved, case.at + 4 * MIN)
    assert "转院去乙院，等车 4 分钟" in read(staff, *page)
    assert f"转院：{here} → 乙院" in read(staff, *page)
    assert "等转院车" not in read(staff, *page)
    walkers.Vehicle.objects.update(status="available")
    ways.sweep(at=case.at + 4 * MIN)
    assert "车来接" in read(staff, *page)
    case.steps("aboard")
    at(moved, case.at)
    assert "转院：去乙院的路上" in read(staff, *page)
    case.steps("brought")
    assert "车已到乙院门口，等接诊台接下" in read(staff, *page)
    case.steps("received")
    assert "正在交接" in read(staff, *page)


def test_strangers_and_other_roles_read_nothing(case):
    case.steps("ask")
    stranger = desk_client(desk_rows.make_facility())
    driver = Client()
    driver.force_login(desk_rows.make_desk_user(case.other, role="driver"))
    names = ("transfer", "accept_transfer", "pass_on_transfer", "withdraw_transfer", "receive_transfer")
    key = {"idempotency_key": uuid.uuid4().hex}
    for name in names:
        url = reverse(f"hospitals:{name}", args=[case.transfer.pk])
        method = "get" if name == "transfer" else "post"
        assert getattr(stranger, method)(url, key).status_code == 404
        assert getattr(driver, method)(url, key).status_code == 403
    assert case.here.label not in read(stranger)
    assert case.here.label not in read(stranger, "hospitals:transfers")


def test_words_that_are_missing_come_back(case):
    ours, theirs = desk_client(case.town.facility), desk_client(case.other)
    assert press(ours, "ask_transfer", case.here, to="", reason="bed").status_code == 422
    case.steps("ask")
    assert press(theirs, "accept_transfer", case.transfer, name="").status_code == 422
    assert press(theirs, "pass_on_transfer", case.transfer, to="", name="周主任").status_code == 422
    assert press(ours, "withdraw_transfer", case.transfer).status_code == 302
    assert press(theirs, "accept_transfer", case.transfer, name="王护士").status_code == 409


def test_many_hand_overs_cost_the_desk_no_more_queries(case):
    client = desk_client(case.other)

    def cost() -> int:
        read(client)
        with CaptureQueriesContext(connection) as asked:
            read(client)
        return len(asked)

    case.steps("ask")
    one = cost()
    for _number in range(4):
        arrival: Intake = desk_rows.make_intake()
        by = desk_rows.desk_actor(arrival.facility)
        transfers.ask(arrival, TransferWish(case.other, "bed"), by=by, at=case.at)
    assert cost() == one
