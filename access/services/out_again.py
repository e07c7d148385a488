"""Whoever is out on the pass of a way that is over: the community is called until they are home (INV-18, R-000-17)."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from access import journey
from access.models import AccessRequest
from access.selectors.facts import facts_of, with_facts
from access.states import RequestStatus
from calls.models import OpenCall
from calls.services import calls
from calls.states import CallKind
from communities.models import Scan
from communities.services import pass_calls
from communities.states import Direction
from core.actors import RELAY, Actor
from core.stored import stored
from core.sweeping import each

LOOKED_BACK = timedelta(days=3)  # as long as for what else the relay may have missed
ASKED_AGAIN = stored("又申请了一趟：%(number)s")


def call_for(case_ref: UUID, *, scan_id: str) -> None:
    """Call the community when an exit was on the pass of a case that is over. Safe to run twice.

    The gate itself calls where its own record tells; it does not know of a way home that no gate saw.
    """
    row = with_facts(AccessRequest.objects.filter(case_ref=case_ref)).first()
    if row is not None and journey.left_after_the_end(facts_of(row)):
        pass_calls.call_out_again(Scan.objects.with_pass().get(pk=scan_id))


def sweep(*, at: datetime) -> None:
    """Find by query the exits after the end of a case that nobody was called for."""
    over = Q(status=RequestStatus.CLOSED, closed_at__lt=OuterRef("happened_at"))
    over |= Q(status=RequestStatus.CANCELLED, status_at__lt=OuterRef("happened_at"))
    told = OpenCall.objects.filter(
        kind=CallKind.OUT_AGAIN, case_ref=OuterRef("case_ref"), since__gte=OuterRef("happened_at")
    )
    exits = Scan.objects.passed().filter(
        Exists(AccessRequest.objects.filter(over, case_ref=OuterRef("case_ref"))),
        ~Exists(told),
        direction=Direction.EXIT,
        happened_at__gte=at - LOOKED_BACK,
    )
    each(list(exits), lambda scan: call_for(scan.case_ref, scan_id=str(scan.pk)))


def end_by_new_way(case_ref: UUID, *, at: datetime) -> None:
    """End the calls about a person's other cases: a new way is asked for them. Safe to run twice."""
    person = AccessRequest.objects.filter(case_ref=case_ref).values("person_key")
    cases = AccessRequest.objects.filter(person_key__in=person).exclude(case_ref=case_ref).values("case_ref")
    live = OpenCall.objects.live().filter(kind=CallKind.OUT_AGAIN, case_ref__in=cases, since__lte=at)
    subjects = list(live.order_by().values_list("subject", flat=True))
    if not subjects:  # as for nearly every new way
        return
    number = AccessRequest.objects.values_list("number", flat=True).get(case_ref=case_ref)
    for subject in subjects:
        words = ASKED_AGAIN % {"number": number}
        calls.end_by_fact(CallKind.OUT_AGAIN, subject, words=words, by=RELAY, at=at)


def end_by_word(case_ref: UUID, *, by: Actor, at: datetime) -> None:
    """End the call about a case whose person is home by somebody's word."""
    calls.end_of_case(case_ref, [CallKind.OUT_AGAIN], words=stored("说了：已到家"), by=by, at=at)
