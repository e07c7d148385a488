"""Two words about one patient at the same moment: exactly one holds, and nobody is lost (R-000-8)."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections

from core.errors import DomainError
from hospitals.models import Intake, TransferRequest
from hospitals.services import intake, transfers
from hospitals.services.transfers import TransferWish
from tests.factories import hospitals as make
from tests.factories.hospitals import AT

pytestmark = pytest.mark.django_db(transaction=True)
Act = Callable[[], object]


def together(*acts: Act) -> list[str]:
    """Do acts at one moment, each on a connection of its own; say how each ended."""
    start = Barrier(len(acts))

    def do(act: Act) -> str:
        try:
            start.wait(20)
            act()
        except DomainError as error:
            return error.code
        finally:
            connections.close_all()
        return "done"

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(do, acts))


def asked() -> tuple[Intake, TransferRequest]:
    here, other = make.make_intake(), make.make_facility(name="乙院")
    row = transfers.ask(here, TransferWish(other, "bed"), by=make.desk_actor(here.facility), at=AT)
    return here, row


def fresh(row: TransferRequest) -> TransferRequest:
    return TransferRequest.objects.select_related("facility", "intake__facility").get(pk=row.pk)


@pytest.mark.parametrize("_round", range(3))
def test_two_clerks_answer_at_once_one_answer_holds(_round):
    """One says yes, the other names a third house: one house is asked or has accepted, never two."""
    here, row = asked()
    third = make.make_facility(name="丙院")
    desk = make.desk_actor(row.facility)
    one, two = fresh(row), fresh(row)

    ends = together(
        lambda: transfers.accept(one, name="王护士", by=desk, at=AT),
        lambda: transfers.pass_on(two, to=third, name="周主任", by=desk, at=AT),
    )

    assert sorted(ends) == ["done", "state.lost_race"]
    (left,) = TransferRequest.objects.open().filter(case_ref=here.case_ref)
    assert left.status == ("accepted" if ends[0] == "done" else "asked")


@pytest.mark.parametrize("_round", range(3))
def test_two_houses_are_never_both_to_take_one_patient(_round):
    """Asked by telephone by two clerks of the first house: the second reads that one is asked already."""
    here, others = make.make_intake(), [make.make_facility(name=name) for name in ("乙院", "丙院")]
    by = make.desk_actor(here.facility)

    ends = together(
        *[lambda to=to: transfers.ask(here, TransferWish(to, "bed", "", "陈医生"), by=by, at=AT) for to in others]
    )

    assert sorted(ends) == ["done", "transfer.exists"]
    assert TransferRequest.objects.open().count() == 1


@pytest.mark.parametrize("_round", range(3))
def test_taken_back_while_accepted_one_word_holds(_round):
    here, row = asked()
    ours, theirs = make.desk_actor(here.facility), make.desk_actor(row.facility)
    one, two = fresh(row), fresh(row)

    ends = together(
        lambda: transfers.withdraw(one, by=ours, at=AT), lambda: transfers.accept(two, name="王护士", by=theirs, at=AT)
    )

    assert sorted(ends) == ["done", "state.lost_race"]
    row.refresh_from_db()
    assert row.status == ("withdrawn" if ends[0] == "done" else "accepted")


@pytest.mark.parametrize("_round", range(3))
def test_received_there_while_the_stay_ends_here_one_house_has_the_patient(_round):
    here, row = asked()
    ours, theirs = make.desk_actor(here.facility), make.desk_actor(row.facility)
    mine, row = Intake.objects.select_related("facility", "appointment").get(pk=here.pk), fresh(row)

    ends = together(lambda: intake.admit(mine, by=ours, at=AT), lambda: transfers.receive(row, by=theirs, at=AT))

    assert ends.count("done") == 1
    standing = Intake.objects.exclude(status="transferred").filter(case_ref=here.case_ref)
    assert [each.status for each in standing] == (["admitted"] if ends[0] == "done" else ["arrived"])


def test_without_the_version_both_words_would_hold(monkeypatch):
    """The twin: what the condition on the status and version in `advance` is for."""

    def blindly(row, to, *, by, at, verb="", reason="", **fields):
        TransferRequest.objects.filter(pk=row.pk).update(status=to, status_at=at, **fields)

    here, row = asked()
    ours, theirs = make.desk_actor(here.facility), make.desk_actor(row.facility)
    one, two = fresh(row), fresh(row)
    monkeypatch.setattr(transfers, "advance", blindly)

    ends = together(
        lambda: transfers.withdraw(one, by=ours, at=AT), lambda: transfers.accept(two, name="王护士", by=theirs, at=AT)
    )

    assert ends == ["done", "done"], "both were told that their word holds"
