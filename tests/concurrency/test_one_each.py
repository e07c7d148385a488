"""One of each: calls, transfers, places, arrivals, passes of a gate, zones, posts, said by several in the same second."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

import pytest

from access.models import Absence, AccessRequest, HandClosing, HomeMark, Identification
from access.services import absences, emergencies, home, identity
from access.states import AbsenceKind
from accounts.models import Post, User
from accounts.services import people
from calls.models import OpenCall
from calls.services import calls
from calls.services.calls import Audience, Owner, Trouble
from calls.states import CallKind
from communities.services import gates
from core.actors import Actor
from hospitals.models import Appointment, Intake, Service, Slot, TransferRequest
from hospitals.services import appointments, intake, transfers
from hospitals.services.announcing import announce
from hospitals.services.transfers import TransferWish
from tests import walkers
from tests.concurrency.at_once import PRESSES, ROWS, Shape, prove
from tests.factories import communities as gate_rows
from tests.factories import hospitals as desks
from tests.factories import transport as cars
from tests.walkers import AT, MIN

pytestmark = pytest.mark.django_db(transaction=True)
DONE = frozenset({"done"})
HELD = frozenset({ROWS})


def _staff(town: walkers.Town, number: int) -> Actor:
    return Actor(f"user:staff{number}", f"林{number}", "staff", "community", town.community.code, town.community.name)


def _raise(made: uuid.UUID, _number: int) -> Any:
    owner = Owner("command", "210602", "值班")
    trouble = Trouble(CallKind.OVERLOAD, str(made), who="王阿姨")
    return calls.raise_call(trouble, owners=[owner], audience=Audience(division="210602"), by=cars.BY, at=AT)


def _asking_houses() -> Any:
    return desks.make_intake(), [desks.make_facility() for _ in range(PRESSES)]


def _ask_house(made: Any, number: int) -> Any:
    here, houses = made
    wish = TransferWish(houses[number], "bed", "", f"陈{number}")
    return transfers.ask(here, wish, by=desks.desk_actor(here.facility), at=AT)


def _book(made: Any, number: int) -> Any:
    case_ref, slots, card = made
    return appointments.book(slots[number], card=card, case_ref=case_ref, by=desks.ENGINE, at=AT)


def _announced() -> Any:
    """Critical patients for one quarter of an hour of a house, a line for which stands only in some."""
    return desks.make_facility(intake_per_15min=9), [
        desks.make_card(f"急{n}", is_critical=True) for n in range(PRESSES)
    ]


def _announce(made: Any, number: int) -> Any:
    house, cards = made
    case: dict[str, Any] = {"case_ref": uuid.uuid4(), "expected_at": AT + 20 * MIN}
    return announce(house, card=cards[number], by=desks.ENGINE, at=AT, **case)


def _with_room() -> Any:
    house, cards = _announced()
    desks.make_service(house, "emergency")
    return house, cards


def _missed() -> Any:
    """A patient given up by the desk, for whom another place is booked while a car brings them after all."""
    row = desks.make_appointment()
    appointments.mark_no_show(row, by=desks.ENGINE, at=AT)
    return row.case_ref, row.pk, [desks.make_slot() for _ in range(PRESSES)], desks.make_card()


def _came_or_booked(made: Any, number: int) -> Any:
    case_ref, missed, slots, card = made
    if number:
        return appointments.book(slots[number], card=card, case_ref=case_ref, by=desks.ENGINE, at=AT)
    return appointments.take_back_no_show(Appointment.objects.get(pk=missed), by=desks.ENGINE, at=AT)


def _cancelled() -> Any:
    """A patient whose appointment was called off, and who stands at the desk all the same (INV-29)."""
    row = desks.make_appointment()
    appointments.withdraw(row.case_ref, by=desks.ENGINE, at=AT)
    return row.pk, row.case_ref


def _arrive(made: Any, _number: int) -> Any:
    return intake.check_in(Appointment.objects.get(pk=made[0]), by=desks.ENGINE, at=AT)


def _at_home() -> Any:
    town = walkers.town()
    return town, walkers.resident(town)


def _away(made: Any, number: int) -> Any:
    return absences.begin(made[1], kind=AbsenceKind.AWAY, by=_staff(made[0], number), at=AT)


def _out() -> Any:
    """Somebody the guard let out at once."""
    town = walkers.town()
    seen = gates.emergency_release(town.gate, event_id=uuid.uuid4(), by=town.guard, at=AT)
    walkers.deliver()
    return town, AccessRequest.objects.get(case_ref=seen.case_ref)


def _stranger() -> Any:
    """Somebody unknown at a desk, and residents whom they might be."""
    town = walkers.town()
    town.community.dispatch_area.divisions.get_or_create(district_code=town.facility.division_code)
    seen = intake.walk_in(town.facility, is_critical=False, need_kind="dialysis", by=town.desk, at=AT)
    walkers.deliver()
    request = AccessRequest.objects.get(case_ref=seen.case_ref)
    return town, [request], [walkers.resident(town, f"王{number}") for number in range(PRESSES)]


def _strangers() -> Any:
    """Several unknown people at a desk who are all said to be one resident."""
    town, asked, (who, *_others) = _stranger()
    for _ in range(PRESSES - 1):
        asked += _stranger()[1]
    return town, asked, [who]


def _identify(made: Any, number: int) -> Any:
    town, asked, known = made
    return identity.identify(asked[number % len(asked)], known[number % len(known)], by=town.staff, at=AT + MIN)


def _released() -> Any:
    return uuid.uuid4(), gate_rows.community()


def _take_up(made: Any, _number: int) -> Any:
    return emergencies.take_up_gate(made[0], at=AT, community=made[1].code, mark="身份不明 甲")


def _user(made: str, _number: int) -> Any:
    return people.ensure_user(made, name="林晓", password_hash="x", is_demo=False, by=cars.BY, at=AT)


def _posted() -> Any:
    return User.objects.create_user(uuid.uuid4().hex[:12], "a-long-password", name="林晓")


def _post(made: Any, _number: int) -> Any:
    return people.give_post(made, role="staff", place=("community", "210602001001", "锦江"), by=cars.BY, at=AT)


SHAPES = [
    Shape("a call for help", uuid.uuid4, _raise, lambda made: OpenCall.objects.live().filter(subject=str(made)).count(),
          r'^INSERT INTO "calls_opencall"', told=DONE, constraints=("one_live_call_per_subject",)),
    Shape("a house asked to take over", _asking_houses, _ask_house,
          lambda made: TransferRequest.objects.open().filter(case_ref=made[0].case_ref).count(),
          r'^INSERT INTO "hospitals_transferrequest"', told=frozenset({"transfer.exists"}), off=HELD,
          constraints=("one_open_transfer_per_case",)),
    Shape("a place at a hospital",
          lambda: (uuid.uuid4(), [desks.make_slot() for _ in range(PRESSES)], desks.make_card()), _book,
          lambda made: Appointment.objects.live().filter(case_ref=made[0]).count(),
          r'^INSERT INTO "hospitals_appointment"', told=frozenset({"appointment.exists"}),
          constraints=("one_live_appointment_per_case",)),
    Shape("a place and a no-show who comes", _missed, _came_or_booked,
          lambda made: Appointment.objects.live().filter(case_ref=made[0]).count(),
          r'^(INSERT INTO|UPDATE) "hospitals_appointment"', told=frozenset({"appointment.exists", "done"}),
          constraints=("one_live_appointment_per_case",)),
    Shape("a quarter of an hour for the critical", _with_room, _announce,
          lambda made: Slot.objects.filter(service__facility=made[0]).count(), r'^INSERT INTO "hospitals_slot"',
          told=DONE, constraints=("slot_once",)),
    Shape("a line of a house without an emergency room", _announced, _announce,
          lambda made: Service.objects.filter(facility=made[0]).count(), r'^INSERT INTO "hospitals_service"',
          told=DONE, constraints=("service_once",)),
    Shape("an arrival", _cancelled, _arrive, lambda made: Intake.objects.filter(case_ref=made[1]).count(),
          r'^INSERT INTO "hospitals_intake"', told=frozenset({"intake.exists"}), off=HELD,
          constraints=("one_house_has_the_patient",)),
    Shape("an absence", _at_home, _away, lambda made: Absence.objects.filter(resident=made[1]).count(),
          r'^INSERT INTO "access_absence"', told=DONE, off=HELD, constraints=("one_open_absence_per_resident",)),
    Shape("home by word", _out, lambda made, n: home.say_home(made[1], by=_staff(made[0], n), at=AT),
          lambda made: HomeMark.objects.filter(case_ref=made[1].case_ref).count(),
          r'^INSERT INTO "access_homemark"', told=DONE, off=HELD),
    Shape("a first word that nobody is out", _out,
          lambda made, _n: home.hand_closing(made[1], reason="在亲戚家", by=replace(made[0].staff, role="lead"), at=AT),
          lambda made: HandClosing.objects.filter(case_ref=made[1].case_ref).count(),
          r'^INSERT INTO "access_handclosing"', told=frozenset({"hand_closing.same_person"}), off=HELD,
          constraints=("access_handclosing_case_ref_key",)),
    Shape("a name for a stranger", _stranger, _identify,
          lambda made: Identification.objects.filter(request=made[1][0]).count(),
          r'^INSERT INTO "access_identification"', told=frozenset({"identity.known"}), off=HELD,
          constraints=("one_identification_per_request",)),
    Shape("a resident who is several strangers", _strangers, _identify,
          lambda made: AccessRequest.objects.open().filter(resident=made[2][0]).count(),
          r'^INSERT INTO "access_identification"', told=frozenset({"identity.same_day"}), off=HELD),
    Shape("a case let out at the gate", _released, _take_up,
          lambda made: AccessRequest.objects.filter(case_ref=made[0]).count(), r'^INSERT INTO "access_accessrequest"',
          told=DONE, constraints=("access_accessrequest_case_ref_key",)),
    Shape("a user", lambda: uuid.uuid4().hex[:12], _user, lambda made: User.objects.filter(username=made).count(),
          r'^INSERT INTO "accounts_user"', told=DONE, constraints=("accounts_user_username_key",)),
    Shape("a post", _posted, _post, lambda made: Post.objects.filter(user=made).count(), r'^INSERT INTO "accounts_post"',
          told=DONE, constraints=("post_once",)),
]  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_it_is_made_once_and_twice_without_its_guard(shape: Shape) -> None:
    """INV-02, INV-03, INV-06, INV-08, INV-09, INV-23, INV-26: RACE_ROUNDS rounds with the guard, one without."""
    prove(shape)
