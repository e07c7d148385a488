"""The one maker of a request's row: whoever asks, a resident's own, a guard, a desk, all rows hold together alike.

The caller says who, what and where; what follows from that and from whether it is approved is written here.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from access.models import AccessRequest, Resident
from access.services.due import next_check
from access.services.silence import silence
from access.states import RequestStatus, TransportMode
from core.actors import Actor
from core.guards import broken_constraint
from core.vocabulary import Mobility

ONE_ROW_A_CASE = "access_accessrequest_case_ref_key"


@dataclass(frozen=True, kw_only=True)
class NewRequest:
    """What a request's row is made from. Without a resident it is a stranger's; without a community nobody knows the
    home.

    `before_critical` is the ordinary way of whoever was asked for with the danger. An approved one may be planned.
    """

    person_key: UUID
    name: str
    dispatch_area: str
    need_kind: str
    service_kind: str
    zone_class: str
    source: str
    mode: str = TransportMode.VEHICLE
    is_approved: bool = True
    is_critical: bool = False
    before_critical: dict[str, Any] = field(default_factory=dict)
    case_ref: UUID = field(default_factory=uuid.uuid4)
    resident: Resident | None = None
    community_id: str | None = None
    arrive_at: datetime | None = None
    session_min: int = 60
    facility_id: str | None = None
    mobility: str = Mobility.WALK
    needs_oxygen: bool = False
    has_stairs: bool = False
    escorts: int = 0
    mark: str = ""
    note: str = ""


def row_of(new: NewRequest, *, by: Actor, at: datetime) -> AccessRequest:
    """Return the row, not stored yet: its status and times, who looks after it, when somebody looks again."""
    row = AccessRequest(
        case_ref=new.case_ref,
        resident=new.resident,
        person_key=new.person_key,
        community_id=new.community_id,
        dispatch_area=new.dispatch_area,
        need_kind=new.need_kind,
        service_kind=new.service_kind,
        status=RequestStatus.APPROVED if new.is_approved else RequestStatus.SUBMITTED,
        status_at=at,
        is_critical=new.is_critical,
        critical_at=at if new.is_critical else None,
        critical_by=by.key[:80] if new.is_critical and not by.is_service else "",
        before_critical=new.before_critical,
        mode=new.mode,
        arrive_at=new.arrive_at,
        session_min=new.session_min,
        facility_id=new.facility_id,
        mobility=new.mobility,
        needs_oxygen=new.needs_oxygen,
        has_stairs=new.has_stairs,
        escorts=new.escorts,
        zone_class=new.zone_class,
        name=new.name,
        mark=new.mark,
        source=new.source,
        submitted_at=at,
        submitted_by=by.label,
        approved_at=at if new.is_approved else None,
        owner_role="dispatch",
        owner_place=new.dispatch_area,
        next_check_at=next_check(at, is_critical=new.is_critical),
    )
    if not new.is_approved and new.community_id:
        row.passes_at = at + silence(new.community_id, new.need_kind, at=at)
        row.owner_role, row.owner_place = "staff", new.community_id
    if new.note:
        row.note = new.note
    return row


def make(new: NewRequest, *, by: Actor, at: datetime) -> tuple[AccessRequest, bool]:
    """Store the row of a case once: of one that stands already, return that one and False."""
    known = AccessRequest.objects.filter(case_ref=new.case_ref)
    if (row := known.first()) is not None:
        return row, False
    row = row_of(new, by=by, at=at)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        if broken_constraint(error) != ONE_ROW_A_CASE:
            raise
        return known.get(), False
    return row, True


__all__ = ["NewRequest", "make", "row_of"]
