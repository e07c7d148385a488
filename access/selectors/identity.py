"""Finding who a stranger is: a community looks through its own list; others must know two things about the person."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import QuerySet

from access.finding import recognised, wanted
from access.models import AccessRequest, Resident
from core.actors import Actor
from core.errors import NotFound
from core.vocabulary import Role
from hospitals.models import Intake

AT_MOST = 8


@dataclass(frozen=True)
class Found:
    """Who may be meant; `needs_more` when an outsider has not said enough to be shown anybody."""

    people: list[Resident] = field(default_factory=list)
    needs_more: bool = False


def stranger_for(actor: Actor, case_ref: UUID) -> AccessRequest:
    """Return a case's request for whoever may say who it is; a desk's own arrivals too. NotFound for anybody else's."""
    rows = AccessRequest.objects.visible_to(actor)
    if actor.role == Role.INTAKE:
        rows = AccessRequest.objects.filter(case_ref__in=Intake.objects.visible_to(actor).values("case_ref"))
    row = rows.select_related("community", "resident").filter(case_ref=case_ref).first()
    if row is None:
        raise NotFound("request.absent")
    return row


def candidates(actor: Actor, request: AccessRequest, words: str) -> Found:
    """Find residents by whatever is known of them in the own register, elsewhere by name and number; at most eight.

    Outside the community a name alone shows nobody: it takes the last four of telephone or certificate as well, or a
    whole number, so that nobody can read through a register.
    """
    rows = _register(actor, request)
    if not words.split():
        return Found()
    match = wanted(words, place=actor.place_code) if is_own(actor) else recognised(words)
    if match is None:
        return Found(needs_more=True)
    return Found(list(rows.filter(match).select_related("community")[:AT_MOST]))


def candidate(actor: Actor, request: AccessRequest, resident_id: UUID) -> Resident:
    """Return the one chosen; NotFound for anybody this actor could not have found."""
    row = _register(actor, request).select_related("community").filter(pk=resident_id).first()
    if row is None:
        raise NotFound("resident.absent")
    return row


def arrival_of(request: AccessRequest) -> UUID | None:
    """Return the key of the case's arrival at a hospital, if there is one."""
    intake = Intake.objects.where_now(request.case_ref)
    return intake.pk if intake else None


def is_own(actor: Actor) -> bool:
    """Say whether the register is the actor's own."""
    return actor.role in {Role.STAFF, Role.LEAD}


def _register(actor: Actor, request: AccessRequest) -> QuerySet[Resident]:
    rows = Resident.objects.active()
    if is_own(actor):
        return rows.filter(community_id=actor.place_code)
    if actor.role == Role.DISPATCH:
        return rows.filter(community__dispatch_area_id=actor.place_code)
    return rows if actor.role == Role.INTAKE else rows.none()
