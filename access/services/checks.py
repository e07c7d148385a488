"""Who looks after an open request, and when somebody must look again (INV-12, INV-13)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from structlog import get_logger

from access import journey
from access.journey import Facts
from access.models import AccessRequest
from access.models.request import OPEN
from access.selectors.facts import facts_of, with_facts
from access.services import absences, closing, emergencies, needs, not_gone, requests
from access.services.due import next_check
from access.services.silence import silence
from access.states import GOODS, RequestStatus, StopReason
from core.actors import SWEEP, service
from core.boards import touch
from core.errors import DomainError
from core.stored import stored
from core.sweeping import each
from core.vocabulary import Role
from hospitals.models import Intake
from hospitals.states import IntakeStatus

log = get_logger(__name__)
BATCH = 200
SILENCE = service("silence", "到时间自动通过")


def owner_of(request: AccessRequest, facts: Facts) -> tuple[str, str]:
    """Return role and place of the post that looks after a request now; dispatch, when nobody else must act."""
    role = journey.next_actor(facts, needs_vehicle=request.needs_vehicle)
    if role == Role.STAFF and request.community_id:
        return "staff", request.community_id
    if role == Role.INTAKE and request.facility_id:
        return "intake", request.facility_id
    return "dispatch", request.dispatch_area


def sweep(*, at: datetime) -> None:
    """Take up what the relay missed, close what is over, name owners, and set the next look. Safe to run twice.

    Also approves what a community stayed silent about, and takes up again the needs whose day has come.
    """
    emergencies.take_up_missed(at=at)
    absences.sweep(at=at)
    needs.resume_due(at=at)
    approve_silent(at=at)
    stop_goods(at=at)
    while _look_again(at) == BATCH:
        pass


def approve_silent(*, at: datetime) -> None:
    """Approve the wishes of hotline and family that the community stayed silent about; a critical one at once (C13)."""
    waiting = AccessRequest.objects.filter(status__in=[RequestStatus.SUBMITTED, RequestStatus.TRIAGED]).for_present()
    for row in waiting.filter(passes_at__isnull=True, community__isnull=False):  # asked before the time was kept
        row.passes_at = row.submitted_at + silence(row.community_id or "", row.need_kind, at=at)
        row.save(update_fields=["passes_at"])
    due = list(waiting.filter(Q(passes_at__lte=at) | Q(is_critical=True)))
    each(due, lambda row: requests.approve(row, by=SILENCE, at=at, reason=_silent_reason(row)))


def _silent_reason(row: AccessRequest) -> str:
    return stored("危急，不等核准") if row.is_critical else stored("社区到时间没有回，自动通过")


def stop_goods(*, at: datetime) -> None:
    """Call off the trips that rhythms once ordered for fluid and refills: nobody is driven for goods (rules.md E29)."""
    rows = AccessRequest.objects.open().filter(need_kind__in=GOODS, source="standing", is_critical=False)
    due = rows.exclude(facts__is_out=True)
    each(list(due), lambda row: requests.stop(row, reason=StopReason.GOODS, by=SWEEP, at=at))


@transaction.atomic
def _look_again(at: datetime) -> int:
    """Look at one batch of due requests; return how many."""
    ready = Intake.objects.filter(case_ref=OuterRef("case_ref"), status=IntakeStatus.RELEASED)
    due = list(
        AccessRequest.objects.filter(status__in=OPEN)
        .filter(
            Q(next_check_at__lte=at) | Q(owner_role=Role.INTAKE) & Exists(ready) | Q(not_gone_at__lte=at - closing.UNDO)
        )
        .order_by("next_check_at")
        .select_for_update(skip_locked=True)
        .values_list("pk", flat=True)[:BATCH]
    )
    changed = []
    for row in with_facts(AccessRequest.objects.filter(pk__in=due)):
        facts = facts_of(row)
        if _is_closed(row, facts, at):
            continue
        row.next_check_at = next_check(at, is_critical=row.is_critical)
        owner = owner_of(row, facts)
        if owner != (row.owner_role, row.owner_place):
            row.owner_role, row.owner_place = owner
            touch(*row.boards)
        changed.append(row)
    AccessRequest.objects.bulk_update(changed, ["next_check_at", "owner_role", "owner_place"])
    return len(due)


def _is_closed(row: AccessRequest, facts: Facts, at: datetime) -> bool:
    """Close a row that is over; one that somebody is changing this moment is looked at again next time."""
    try:
        with transaction.atomic():
            return not_gone.end_if_due(row, facts, at=at) or closing.close_row(row, facts, at=at)
    except DomainError as error:
        log.warning("check.not_closed", request_id=str(row.pk), code=error.code)
        return False
