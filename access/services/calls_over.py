"""A call for help never outlives its case: closed, or called off before anybody left, nothing rings (R-000-17)."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from access import journey
from access.models import AccessRequest
from access.selectors.facts import facts_of, with_facts
from access.states import RequestStatus
from calls.models import OpenCall
from calls.services import calls
from calls.states import UNTIL_OVER
from core.actors import SWEEP
from core.sweeping import each

ENDED = (RequestStatus.CLOSED, RequestStatus.CANCELLED, RequestStatus.REDIRECTED_ONLINE)


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


def _end(row: AccessRequest, at: datetime) -> None:
    words = _("这一单结了：%(how)s") % {"how": row.get_outcome_display() or row.get_status_display()}
    calls.end_of_case(row.case_ref, UNTIL_OVER, words=words, by=SWEEP, at=at)
