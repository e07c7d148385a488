"""Residents, requests and facts for tests: the smallest rows that hold together."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from access import finding
from access.models import AccessRequest, CareNeed, Resident
from access.services.making import NewRequest, row_of
from core.actors import Actor
from core.sealed import create_person_key
from core.vocabulary import NeedKind


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
    """Store an approved request by the service's own maker, without its events; `fields` are what became of it."""
    new = NewRequest(
        resident=person,
        person_key=person.person_key,
        name=person.name,
        community_id=person.community_id,
        dispatch_area=person.community.dispatch_area_id,
        need_kind=NeedKind.DIALYSIS,
        service_kind="hemodialysis",
        zone_class="controlled",
        source="community",
        arrive_at=at + timedelta(hours=3),
    )
    row = row_of(new, by=Actor("user:linxiao", "林晓"), at=at)
    row.community = person.community
    for name, value in fields.items():
        setattr(row, name, value)
    row.save(force_insert=True)
    return row
