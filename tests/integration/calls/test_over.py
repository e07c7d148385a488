"""No call outlives what it called for: received, at home, called off, taken back, open again (R-000-17, E28)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from access.selectors.timeline import timeline
from access.services import calls_over, critical, requests
from calls.models import OpenCall
from calls.services import calls
from calls.services.calls import Trouble
from calls.states import UNTIL_OVER, UNTIL_RECEIVED, CallKind
from communities.gate_rules import vectors
from communities.services import calling
from communities.words import why
from core.actors import SWEEP
from hospitals.services import status
from hospitals.services.status import StatusChange
from tests import walkers
from tests.walkers import AT, MIN

pytestmark = pytest.mark.django_db
H = timedelta(hours=1)


@pytest.fixture
def town() -> walkers.Town:
    return walkers.town()


def ring(case: walkers.Walk, kinds) -> None:
    """Call for help about a case, once of every kind."""
    scene = calling.scene_of_community(case.town.community, facility=case.town.facility.pk)
    for kind in kinds:
        trouble = Trouble(kind, subject=f"{kind}:{case.request.pk}", case_ref=case.request.case_ref)
        calling.call_for_help(trouble, scene=scene, by=SWEEP, at=case.at)


def ringing() -> set[str]:
    return set(OpenCall.objects.live().values_list("kind", flat=True))


def test_whoever_was_received_rings_nowhere_any_more(town) -> None:
    """What stays is what the arrival does not settle, and whatever is of another case."""
    case, other = walkers.walk(town, to="dropped"), walkers.walk(town, to="placed", at=AT + MIN)
    ring(case, CallKind)
    ring(other, [CallKind.GATE_EMERGENCY])

    case.step("arrived")

    assert ringing() == set(CallKind) - UNTIL_RECEIVED | {CallKind.GATE_EMERGENCY}
    assert OpenCall.objects.live().get(kind=CallKind.GATE_EMERGENCY).case_ref == other.request.case_ref


@pytest.mark.parametrize("how", ["home", "cancelled", "not_gone"])
def test_a_case_that_is_over_rings_nowhere_any_more(town, how) -> None:
    """However it ended; on which pass somebody came home is still looked into, and a house that cannot cope still calls."""
    case = walkers.walk(town, to="dropped_home" if how == "home" else "placed")
    ring(case, CallKind)
    if how == "home":
        case.step("home")
    elif how == "cancelled":
        requests.cancel(case.request, reason="patient", by=town.staff, at=case.at)
    else:
        requests.close(case.request, outcome="not_gone", by=town.staff, at=case.at)

    calls_over.sweep(at=case.at)

    assert ringing() == set(CallKind) - UNTIL_OVER


def test_whoever_is_out_keeps_their_calls_though_the_request_is_called_off(town) -> None:
    """The twin, INV-19: paper takes nobody home."""
    case = walkers.walk(town, to="boarded")
    ring(case, UNTIL_OVER)
    requests.cancel(case.request, reason="patient", by=town.staff, at=case.at)

    calls_over.sweep(at=case.at)

    assert ringing() == set(UNTIL_OVER)


def test_120_taken_back_takes_its_calls_back(town) -> None:
    """INV-15: nobody is sent out for a mistaken press."""
    case = walkers.walk(town, to="placed")
    critical.make_critical(case.request, by=town.staff, at=case.at)
    case.request.refresh_from_db()
    ring(case, [CallKind.UNWELL_ABOARD, CallKind.CRITICAL_WITHOUT_CAR])

    critical.lower_critical(case.request, reason="按错了", by=town.staff, at=case.at + MIN)

    assert not ringing()


@pytest.mark.parametrize("by_itself", [False, True])
def test_a_unit_that_opens_again_calls_nobody_elsewhere(town, by_itself) -> None:
    """E2: pressed open, or its time is up; whoever waited for such a place is looked at again at once."""
    case = walkers.walk(town, to="boarded")
    service, until = town.slot.service, case.at + H
    status.set_status(service, StatusChange("closed", until, "消杀"), by=town.desk, at=case.at)
    walkers.deliver()
    waiting = walkers.ask(town, walkers.resident(town, "等一个位子"))
    type(waiting).objects.filter(pk=waiting.pk).update(try_again_at=until + H, needs_person_reason="no_slot")
    assert ringing() == {CallKind.ON_WAY_TO_CLOSED}

    if by_itself:
        status.reopen_due(at=until + MIN)
    else:
        status.set_status(service, StatusChange("open"), by=town.desk, at=case.at + MIN)
    walkers.deliver()

    assert not ringing()
    assert "照原来的去" in OpenCall.objects.get(kind=CallKind.ON_WAY_TO_CLOSED).ended_words
    waiting.refresh_from_db()
    assert waiting.try_again_at is None


def test_what_was_called_for_and_done_stands_in_the_story_of_the_case(town):
    """每一步谁做的、几点做的，都留着: gate, call for help, who took it up and what came of it."""
    case = walkers.walk(town, to="out")
    ring(case, [CallKind.DOOR_CLOSED])
    call = OpenCall.objects.live().get()
    calls.take_up(call, by=town.dispatcher, at=case.at)
    calls.end(call, words="二号门接了", by=town.dispatcher, at=case.at)

    told = [(str(event.words), event.note) for event in timeline(case.request.case_ref)]
    assert ("出小区门", "") in told
    assert {("报了求助", "医院门口说不接"), ("接手求助", ""), ("求助办完了", "二号门接了")} <= set(told)


def test_the_story_says_in_words_why_the_gate_answered_as_it_did(town):
    """Seen before: 门岗核对过，放行 used_back."""
    case = walkers.walk(town, to="home")
    case.step("out")
    walkers.deliver()

    notes = {event.note for event in timeline(case.request.case_ref)}
    assert "出过门，回来过了" in notes
    assert not [note for note in notes if note.isascii() and note]
    assert {why(row["verdict"]["reason"]) for row in vectors()}.isdisjoint(
        row["verdict"]["reason"] or " " for row in vectors()
    )
