"""Rows with what their query read besides their own columns.

They are the models' own; only a type checker knows more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from access.models import AccessRequest, Resident


class OfLocked(TypedDict):
    """What `locked_case` reads: whether 120 has been called for the person (INV-04)."""

    has_critical_way: bool


class OfPage(TypedDict):
    """What a case's page reads: whether the person is away, who is on duty, which way out."""

    is_away: bool
    first_word: dict[str, str] | None  # of who would close the case by hand: who, why
    street: str | None
    exit_gate: str | None
    is_emergency_exit: bool | None
    only_gate: str | None  # where the compound has one alone
    dispatcher: str | None
    desk: str | None


class OfZone(TypedDict):
    """What a resident's page reads: the zone class of now, and whether an absence is open."""

    zone_class: str
    is_absent: bool


if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

    LockedCase = WithAnnotations[AccessRequest, OfLocked]
    PageCase = WithAnnotations[AccessRequest, OfPage]
    ZonedResident = WithAnnotations[Resident, OfZone]
else:
    LockedCase = PageCase = AccessRequest
    ZonedResident = Resident
