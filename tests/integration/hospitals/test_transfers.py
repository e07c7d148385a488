"""Transfer is a hand-over: asked, answered, received; until then the first house's own (R-000-8, R-002-3d, 4.6)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from calls.models import OpenCall
from calls.services import calls
from communities.models import DispatchAreaDivision
from core.actors import Actor
from core.errors import Conflict, Invalid, NotAllowed, NotFound
from core.models import OutboxMessage
from hospitals import selectors
from hospitals.models import Facility, Intake, TransferRequest
from hospitals.services import appointments, intake, transfers, undo
from hospitals.services.transfers import TransferWish
from hospitals.states import IntakeStatus, TransferStatus
from tests.factories import communities
from tests.factories import hospitals as make
from tests.factories.hospitals import AT

pytestmark = pytest.mark.django_db
MIN = timedelta(minutes=1)


def house(name: str, **values: Any) -> tuple[Facility, Actor]:
    """Store a hospital and return it with its desk."""
    facility = make.make_facility(name=name, **values)
    return facility, make.desk_actor(facility)


@pytest.fixture
def here() -> Intake:
    """Somebody inside the first house."""
    return make.make_intake()


def desk_of(arrival: Intake) -> Actor:
    return make.desk_actor(arrival.facility)


def asked(arrival: Intake, to: Facility, *, name: str = "", at: Any = AT) -> TransferRequest:
    return transfers.ask(arrival, TransferWish(to, "technique", "胸痛", name), by=desk_of(arrival), at=at)


def kinds() -> list[str]:
    return list(OutboxMessage.objects.order_by("pk").values_list("kind", flat=True))


def test_r_000_8_asking_changes_nothing_for_the_patient(here):
    other, _desk = house("乙院")
    asked(here, other)

    here.refresh_from_db()
    assert here.status == IntakeStatus.ARRIVED
    assert "transfer.accepted" not in kinds()


def test_r_002_3d_there_is_no_refusal():
    """The words of the machine know yes, another house, and not any more."""
    assert "refused" not in TransferStatus.values
    assert "rejected" not in TransferStatus.values


def test_the_house_asked_accepts_by_name_and_a_car_is_called_for(here):
    other, desk = house("乙院")
    row = asked(here, other)
    with pytest.raises(Invalid):
        transfers.accept(row, name="  ", by=desk, at=AT + MIN)
    transfers.accept(row, name="王护士", by=desk, at=AT + MIN)

    row.refresh_from_db()
    assert (row.status, row.accepted_name) == ("accepted", "王护士")
    assert kinds()[-1] == "transfer.accepted"
    here.refresh_from_db()
    assert here.status == IntakeStatus.ARRIVED, "R-000-8: still the first house's own"


def test_received_there_and_only_then_handed_on_here(here):
    """R-000-8, 4.6: the clock of the first house runs until the second one has received."""
    other, desk = house("乙院")
    row = asked(here, other)
    transfers.accept(row, name="王护士", by=desk, at=AT + MIN)
    there = transfers.receive(row, by=desk, at=AT + 60 * MIN)

    here.refresh_from_db()
    assert (here.status, here.accepted_by) == ("transferred", "乙院 王护士")
    assert here.ended_at == there.arrived_at == AT + 60 * MIN
    assert here.late_reported_at is not None, "INV-30: nobody took over within fifteen minutes"
    assert (there.facility, there.label, there.person_key) == (other, here.label, here.person_key)
    assert there.card == here.appointment
    assert there.hand_over_due_at == AT + 75 * MIN
    assert Intake.objects.where_now(here.case_ref) == there
    assert kinds()[-1] == "intake.arrived"
    assert "intake.ended" not in kinds(), "the way home is not given up"
    here.appointment.refresh_from_db()
    assert here.appointment.status == "fulfilled"


def test_whoever_comes_before_the_answer_is_received(here):
    other, desk = house("乙院")
    row = asked(here, other)
    transfers.receive(row, by=desk, at=AT + 9 * MIN)

    row.refresh_from_db()
    assert (row.status, row.accepted_name) == ("received", "赵敏")


def test_r_002_3d_who_cannot_names_who_is_asked_next(here):
    second, desk = house("乙院")
    third, desk_of_third = house("丙院")
    row = asked(here, second)
    with pytest.raises(Invalid):
        transfers.pass_on(row, to=third, name=" ", by=desk, at=AT)
    for nobody_new in (second, here.facility):
        with pytest.raises(Invalid):
            transfers.pass_on(row, to=nobody_new, name="周主任", by=desk, at=AT)
    then = transfers.pass_on(row, to=third, name="周主任", by=desk, at=AT + 2 * MIN)

    row.refresh_from_db()
    assert (row.status, row.answered_by) == ("passed_on", "周主任 赵敏 乙院")
    assert (then.facility, then.status, then.follows, then.intake_id) == (third, "asked", row, here.pk)
    transfers.accept(then, name="陈医生", by=desk_of_third, at=AT + 3 * MIN)
    there = transfers.receive(then, by=desk_of_third, at=AT + 30 * MIN)
    assert there.facility == third


def test_accepted_and_then_passed_on_lets_the_car_go(here):
    second, desk = house("乙院")
    row = asked(here, second)
    transfers.accept(row, name="王护士", by=desk, at=AT)
    transfers.pass_on(row, to=house("丙院")[0], name="周主任", by=desk, at=AT + MIN)

    assert kinds()[-1] == "transfer.dropped"


def test_a_word_on_the_telephone_is_marked_and_has_to_be_received(here):
    other, desk = house("乙院")
    row = asked(here, other, name="陈医生")

    assert (row.status, row.is_by_phone, row.accepted_name) == ("accepted", True, "陈医生")
    assert kinds()[-1] == "transfer.accepted"
    here.refresh_from_db()
    assert here.status == IntakeStatus.ARRIVED
    transfers.receive(row, by=desk, at=AT + 20 * MIN)
    here.refresh_from_db()
    assert here.status == IntakeStatus.TRANSFERRED


def test_one_house_is_asked_at_a_time(here):
    asked(here, house("乙院")[0])
    with pytest.raises(Conflict, match="已经在问"):
        asked(here, house("丙院")[0])
    assert TransferRequest.objects.count() == 1


@pytest.mark.parametrize("end", [intake.admit, intake.record_death, intake.release])
def test_whoever_stays_dies_or_goes_home_is_not_brought_on(here, end):
    """E28: the request ends with the stay and the car is let go, in the same transaction."""
    other, desk = house("乙院")
    row = asked(here, other, name="陈医生")
    end(here, by=desk_of(here), at=AT + 5 * MIN)

    row.refresh_from_db()
    assert row.status == TransferStatus.WITHDRAWN
    assert "transfer.dropped" in kinds()
    with pytest.raises(Conflict):
        transfers.receive(row, by=desk, at=AT + 6 * MIN)
    with pytest.raises(Conflict, match="不在院里"):
        asked(here, other)


def test_withdrawn_before_the_car_it_is_as_if_not_asked(here):
    row = asked(here, house("乙院")[0])
    transfers.withdraw(row, by=desk_of(here), at=AT + MIN)

    assert transfers.open_of(here) is None
    asked(here, house("丙院")[0])


def test_in_the_car_nobody_takes_it_back(here):
    other, desk = house("乙院")
    row = asked(here, other, name="陈医生")
    transfers.note_left(row, by=make.ENGINE, at=AT + 9 * MIN)
    row.refresh_from_db()

    with pytest.raises(Conflict, match="在车上"):
        transfers.withdraw(row, by=desk_of(here), at=AT + 10 * MIN)
    with pytest.raises(Conflict, match="在车上"):
        transfers.pass_on(row, to=house("丙院")[0], name="周主任", by=desk, at=AT + 10 * MIN)


@pytest.mark.parametrize("step", ["withdraw", "pass_on"])
def test_withdrawn_while_the_car_left_it_stands_again(here, step):
    """Nobody is lost between two words said at one moment: the house they are driven to has them."""
    other, desk = house("乙院")
    row = asked(here, other, name="陈医生")
    if step == "withdraw":
        transfers.withdraw(row, by=desk_of(here), at=AT + 9 * MIN)
    else:
        transfers.pass_on(row, to=house("丙院")[0], name="周主任", by=desk, at=AT + 9 * MIN)
    row.refresh_from_db()
    transfers.note_left(row, by=make.ENGINE, at=AT + 9 * MIN)

    row.refresh_from_db()
    assert (row.status, row.left_at) == ("accepted", AT + 9 * MIN)
    assert transfers.receive(row, by=desk, at=AT + 20 * MIN).facility == other


def test_an_arrival_pressed_by_mistake_gives_the_patient_back(here):
    other, desk = house("乙院")
    intake.start_treatment(here, by=desk_of(here), at=AT)
    row = asked(here, other, name="陈医生")
    there = transfers.receive(row, by=desk, at=AT + 9 * MIN)
    undo.undo_last(there, by=desk, at=AT + 10 * MIN)

    for each in (here, row):
        each.refresh_from_db()
    assert (here.status, here.accepted_by, here.ended_at) == ("in_treatment", "", None)
    assert (row.status, row.received) == ("accepted", None)
    assert Intake.objects.where_now(here.case_ref) == here
    again = transfers.receive(row, by=desk, at=AT + 20 * MIN)
    assert (again.pk, again.status, again.arrived_at) == (there.pk, "arrived", AT + 20 * MIN)


def test_a_step_here_is_taken_back_only_after_the_asking(here):
    asked(here, house("乙院")[0])
    with pytest.raises(Conflict, match="不转了"):
        undo.undo_last(here, by=desk_of(here), at=AT + MIN)


def test_the_way_home_is_told_to_the_house_that_has_the_patient(here):
    other, desk = house("乙院")
    there = transfers.receive(asked(here, other, name="陈医生"), by=desk, at=AT + 9 * MIN)
    appointments.set_ride(here.case_ref, expected_at=AT + 90 * MIN, carried_by="辽F·1 李", by=make.ENGINE, at=AT)

    here.refresh_from_db()
    there.refresh_from_db()
    assert (here.way_home_by, there.way_home_by) == ("", "辽F·1 李")


def test_the_wrong_houses_are_refused(here):
    for nobody in (here.facility, house("停诊院", zone_role="none")[0]):
        with pytest.raises(Invalid):
            asked(here, nobody)


def post(role: str, place: str) -> Actor:
    return Actor(f"user:{role}", "韩冰", role, role, place, place)


def test_who_may_ask_answer_and_receive(here):
    """Authorization: the first house asks, the second answers; dispatch and command of the district write it down."""
    home = communities.community()
    DispatchAreaDivision.objects.create(area=home.dispatch_area, district_code=home.district_code[:6])
    other, desk = house("乙院", division_code=home.district_code[:6])
    third, stranger = house("丙院")
    far = (post("dispatch", "elsewhere"), post("command", "330100000000"), stranger)
    for by in (desk, *far):
        with pytest.raises(NotFound):
            transfers.ask(here, TransferWish(other, "bed"), by=by, at=AT)
    row = asked(here, other)
    for by in (desk_of(here), *far):
        with pytest.raises(NotFound):
            transfers.accept(row, name="陈医生", by=by, at=AT)
        with pytest.raises(NotFound):
            transfers.pass_on(row, to=third, name="陈医生", by=by, at=AT)
    for by in (desk_of(here), stranger):
        with pytest.raises(NotFound):
            transfers.receive(row, by=by, at=AT)
    for by in (desk, *far):
        with pytest.raises(NotFound):
            transfers.withdraw(row, by=by, at=AT)
    for by in (post("dispatch", home.dispatch_area_id), post("command", "210600000000"), post("hospadm", other.pk)):
        with pytest.raises(NotAllowed):
            transfers.receive(row, by=by, at=AT)
    for by in (post("driver", "D1"), post("hospadm", other.pk), post("staff", home.code)):
        with pytest.raises(NotAllowed):
            transfers.accept(row, name="陈医生", by=by, at=AT)
        with pytest.raises(NotAllowed):
            transfers.withdraw(row, by=by, at=AT)
    transfers.accept(row, name="陈医生", by=post("dispatch", home.dispatch_area_id), at=AT)
    row.refresh_from_db()
    assert row.answered_by.startswith("韩冰")
    transfers.withdraw(row, by=post("command", "210600000000"), at=AT)


def test_r_000_17_silence_calls_dispatch_and_an_answer_ends_the_call(here):
    other, desk = house("乙院")
    row = asked(here, other)
    assert transfers.report_unanswered(at=AT + 9 * MIN) == 0
    transfers.report_unanswered(at=AT + 10 * MIN)
    transfers.report_unanswered(at=AT + 11 * MIN)

    (call,) = OpenCall.objects.live()
    assert (call.kind, call.place) == ("transfer_unanswered", f"{here.facility.name} → 乙院")
    assert here.label not in call.who, "an illness is where they are: the name is masked"
    (_, leaving) = selectors.open_transfers(here.facility_id, at=AT + 11 * MIN)
    assert leaving[0].state.endswith(f"报给{call.owner_label}了，还没有人接手。")
    calls.take_up(call, by=replace(post(call.owner_role, call.owner_place), label="韩冰"), at=AT + 11 * MIN)
    (_, leaving) = selectors.open_transfers(here.facility_id, at=AT + 11 * MIN)
    assert "韩冰" in leaving[0].state
    assert "接手了" in leaving[0].state
    transfers.accept(row, name="王护士", by=desk, at=AT + 12 * MIN)
    assert not OpenCall.objects.live().exists()


def test_r_000_17_a_silent_house_is_known(here):
    other, _desk = house("乙院")
    row = asked(here, other)

    assert selectors.unanswered(at=AT + 9 * MIN) == []
    assert selectors.unanswered(at=AT + 10 * MIN) == [row]


def test_houses_that_do_what_is_needed_stand_first(here):
    house("甲甲院")
    does_it = make.make_service().facility

    assert selectors.houses_for(here).first() == does_it
    assert here.facility not in selectors.houses_for(here)
