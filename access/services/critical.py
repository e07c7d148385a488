"""急危重症: raised in one step, and taken back when it was pressed by mistake (R-000-2, INV-15)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from access import journey, policies
from access.models import AccessRequest
from access.models.request import OPEN
from access.selectors.facts import facts_of, locked_case
from access.services import one_way, requests
from access.services.due import next_check
from access.services.letting_go import let_go
from access.states import CancelReason, RequestStatus, TransportMode
from calls.services import calls
from calls.states import UNTIL_RECEIVED
from core import audit
from core.actors import Actor
from core.advance import advance
from core.errors import Conflict, Invalid
from core.stored import stored
from hospitals.cards import CRITICAL_SERVICES

KEPT = ("mode", "arrive_at", "facility_id", "service_kind")  # the ordinary way, which a mistaken press gets back


@transaction.atomic
def make_critical(
    request: AccessRequest, *, by: Actor, at: datetime, service_kind: str = CRITICAL_SERVICES[0]
) -> AccessRequest:
    """Raise a request above all others in one step: 120, approved at once, no certificate, test or slot (R-000-2).

    `service_kind` is what the house must be able to do: emergency, or obstetrics for a woman in labour (E22). Whoever
    has not left home yet gives back place, car and pass of the ordinary way, so that 120 can come at once; who is out
    goes on, and the desk that expects them reads it. Raises
    Conflict when 120 has been called for this person on another request.
    """
    policies.check_raise(by, request)
    one_way.require_first(request.person_key, besides=request)
    row = locked_case(request.pk)
    if row.is_critical:
        return row
    facts = facts_of(row)
    is_out = journey.is_out(facts)
    changes: dict[str, Any] = {
        "is_critical": True,
        "critical_at": at,
        "critical_by": by.key[:80],
        "before_critical": ordinary_way(row),
        "next_check_at": next_check(at, is_critical=True),
    }
    if not is_out:
        let_go(row, facts, by=by, at=at, reason=stored("转 120"))
        changes |= {"mode": TransportMode.AMBULANCE, "arrive_at": None, "facility_id": None}
        changes |= {"service_kind": service_kind, "try_again_at": None}
    elif service_kind != CRITICAL_SERVICES[0]:  # her house reads it, whoever drives her there
        changes |= {"service_kind": service_kind}
    if row.status != RequestStatus.APPROVED:
        changes |= {"approved_at": row.approved_at or at}
        changes |= {"owner_role": "dispatch", "owner_place": row.dispatch_area}
        advance(row, RequestStatus.APPROVED, by=by, at=at, verb="request.make_critical", **changes)
    else:
        requests.change(row, **changes)
        audit.record("request.make_critical", row, by=by, at=at)
    one_way.stand_aside(row, by=by, at=at)
    requests.tell_approved(row, at)
    requests.refresh(row)
    return row


@transaction.atomic
def lower_critical(request: AccessRequest, *, reason: str, by: Actor, at: datetime) -> AccessRequest:
    """Take 危急 back after a mistaken press: the ambulance is given back, the ordinary way waits for a car again.

    The community's lead or command with a reason; whoever pressed, within minutes (INV-15). A request that never was
    anything but 120 is cancelled. Raises Conflict once the person is out: then the hospital decides.
    """
    policies.check_lower(by, request, at=at)
    if not reason.strip():
        raise Invalid("request.lower_reason", _("请写一句为什么不是危急。"), field="reason")
    row = locked_case(request.pk)
    facts = facts_of(row)
    if not row.is_critical or row.status not in OPEN:
        raise Conflict("critical.absent", _("这一单已经不是急危重症了，请刷新看最新情况。"))
    if journey.is_out(facts):
        raise Conflict("critical.out", _("人已经出门了，撤不回来。到了医院由医院来定。"))
    said = reason.strip()[:300]
    calls.end_of_case(row.case_ref, UNTIL_RECEIVED, words=stored("不是急危重症，撤回了"), by=by, at=at)
    let_go(row, facts, by=by, at=at, reason=stored("不是急危重症：撤回 120"))
    calm: dict[str, Any] = {"is_critical": False, "critical_at": None, "critical_by": "", "before_critical": {}}
    if way := row.before_critical:
        way = {**way, "arrive_at": parse_datetime(way["arrive_at"]) if way["arrive_at"] else None}
        requests.change(row, **way, **calm, next_check_at=next_check(at, is_critical=False), try_again_at=None)
        audit.record("request.lower_critical", row, by=by, at=at, reason=said)
        requests.tell_approved(row, at)
    else:
        given = {"cancel_reason": CancelReason.MISTAKE, "verb": "request.lower_critical", "reason": said}
        advance(row, RequestStatus.CANCELLED, by=by, at=at, **given, **calm)
    requests.refresh(row)
    return row


def ordinary_way(row: AccessRequest) -> dict[str, Any]:
    """Say which way a request had before 120 was called, as JSON."""
    way: dict[str, Any] = {name: getattr(row, name) for name in KEPT}
    return way | {"arrive_at": row.arrive_at.isoformat() if row.arrive_at else None}


__all__ = ["lower_critical", "make_critical", "ordinary_way"]
