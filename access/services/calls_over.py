"""A call for help never outlives its case: closed, or called off before anybody left, nothing rings (R-000-17)."""

from __future__ import annotations

from datetime import datetime

from access import journey
from access.models import AccessRequest
from access.selectors.facts import facts_of, with_facts
from access.states import CloseOutcome, RequestStatus
from calls.models import OpenCall
from calls.services import calls
from calls.states import UNTIL_OVER
from core.actors import SWEEP
from core.stored import in_chinese, stored
from core.sweeping import each

ENDED = (RequestStatus.CLOSED, RequestStatus.CANCELLED, RequestStatus.REDIRECTED_ONLINE)
OVER = stored("这一单结了：%(how)s")


def sweep(*, at: datetime) -> None:
    """End the calls of cases that are over, whichever act ended them. Whoever is still out keeps theirs (INV-19)."""
    rung = (
        OpenCall.objects.live().filter(kind__in=UNTIL_OVER, case_ref__isnull=False).values_list("case_ref", flat=True)
    )
    cases = {case_ref for case_ref in rung if case_ref}
    if not cases:
        return
    over = with_facts(AccessRequest.objects.filter(case_ref__in=cases, status__in=ENDED))
    each([row for row in over if not journey.is_out(facts_of(row))], lambda row: _end(row, at))


def _end_label(row: AccessRequest) -> object:
    return CloseOutcome(row.outcome).label if row.outcome else RequestStatus(row.status).label


def _end(row: AccessRequest, at: datetime) -> None:
    words = OVER % {"how": in_chinese(_end_label(row))}
    calls.end_of_case(row.case_ref, UNTIL_OVER, words=words, by=SWEEP, at=at)
