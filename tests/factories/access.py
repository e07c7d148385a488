"""Residents, requests and facts for tests: the smallest rows that hold together."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from access import finding
from access.models import AccessRequest, CareNeed, Resident
from access.states import NeedKind, RequestStatus
from core.sealed import create_person_key


def resident(community: Any, name: str = "王秀兰", **fields: Any) -> Resident:
    """Store a resident of a community."""
    given = {"building": "5号楼", "sex": "F", **fields}
    phone = fields.get("phone", "")
    index = finding.index_of(place=community.pk, name=name, building=given["building"], phone=phone, id_no="")
    made = Resident(
        id=uuid.uuid4(),
        person_key=create_person_key(),
        community=community,
        name=name,
        **{**vars(index), **given},
        registered_at=datetime.fromisoformat("2022-06-01T09:00:00+08:00"),
    )
    phone = fields.pop("phone", "")
    if phone:
        made.phone = phone
    made.save(force_insert=True)
    return made


def need(person: Resident, kind: str = NeedKind.DIALYSIS, **fields: Any) -> CareNeed:
    """Store a care need."""
    return CareNeed.objects.create(
        resident=person, person_key=person.person_key, kind=kind, status_at=person.registered_at, **fields
    )


def request(person: Resident, *, at: datetime, **fields: Any) -> AccessRequest:
    """Store an approved request as the service would, without its events."""
    given = {
        "need_kind": NeedKind.DIALYSIS,
        "service_kind": "hemodialysis",
        "status": RequestStatus.APPROVED,
        "approved_at": at,
        "arrive_at": at + timedelta(hours=3),
        "zone_class": "controlled",
        "next_check_at": at + timedelta(minutes=30),
        **fields,
    }
    return AccessRequest.objects.create(
        resident=person,
        person_key=person.person_key,
        community=person.community,
        dispatch_area=person.community.dispatch_area_id,
        name=person.name,
        status_at=at,
        submitted_at=at,
        submitted_by="林晓",
        **given,
    )
