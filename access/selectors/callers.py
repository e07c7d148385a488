"""Whom dispatch or command may ask for: somebody who rings, found by the whole telephone number (authz:
find_by_phone).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from access import finding
from access.models import Resident
from access.selectors.suggestion import Suggestion, suggestion
from core import names, phones
from core.actors import Actor
from core.divisions import division_prefix
from core.errors import NotFound
from core.vocabulary import Role

SHOWN = 12  # so many people may share one telephone


@dataclass(frozen=True)
class Caller:
    """Somebody registered with the telephone that was typed: enough to tell one from another, no illness.

    Dispatch reads name and building; command, which knows no resident, surname and compound (authz/fields.csv).
    """

    pk: UUID
    name: str
    community: str
    building: str


def reach(actor: Actor) -> QuerySet[Resident]:
    """Return the residents a post that takes calls may ask for: its area's, or its division's; nobody else any."""
    rows = Resident.objects.active()
    if actor.role == Role.DISPATCH:
        return rows.filter(community__dispatch_area_id=actor.place_code)
    if actor.role == Role.COMMAND:
        return rows.filter(community__code__startswith=division_prefix(actor.place_code))
    return rows.none()


def find_by_phone(actor: Actor, phone: str) -> list[Caller]:
    """Return who is registered with a telephone, within reach; one query."""
    whole = [each.dialled for each in phones.read(phone).numbers if len(each.dialled) >= 7]
    if not whole:
        return []
    match = finding.reached_by(phones.BETWEEN.join(whole))
    rows = reach(actor).filter(match).select_related("community").order_by("name_key")[:SHOWN]
    return [caller_of(actor, row) for row in rows]


def caller_of(actor: Actor, row: Resident) -> Caller:
    """Return a resident as the post that took the call may read them."""
    if actor.role == Role.DISPATCH:
        return Caller(row.pk, row.name, row.community.name, row.building)
    return Caller(row.pk, names.with_title(row.name, row.sex, None), row.community.name, "")


def resident_in_reach(actor: Actor, ident: UUID) -> Resident:
    """Return one resident within reach; raise NotFound for anybody else."""
    row = reach(actor).select_related("community").filter(pk=ident).first()
    if row is None:
        raise NotFound("resident.absent")
    return row


def registered_way(resident: Resident, *, at: datetime) -> Suggestion:
    """Return what the register says of a resident's next treatment; it decides, and is not shown."""
    return suggestion(resident, at=at)
