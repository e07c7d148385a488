"""The facts of a journey, read with the request in the same query, or under its lock."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Exists, F, OuterRef, QuerySet

from access.journey import FACT_NAMES, Facts
from access.models import AccessRequest
from access.selectors.annotated import LockedCase

_OWN = {"submitted_at", "approved_at", "closed_at"}  # columns of the request itself


def with_facts(queryset: QuerySet[AccessRequest]) -> QuerySet[AccessRequest]:
    """Annotate every fact, the `stage` and `is_out`; any number of rows costs one query."""
    read: dict[str, Any] = {name: F(f"facts__{name}") for name in FACT_NAMES if name not in _OWN}
    return queryset.annotate(stage=F("facts__stage"), is_out=F("facts__is_out"), **read)


def facts_of(row: AccessRequest) -> Facts:
    """Return the facts of a row that `with_facts` read."""
    return Facts(**{name: getattr(row, name) for name in FACT_NAMES})


def locked_case(pk: UUID) -> LockedCase:
    """Lock a request, then read it with its facts: the first lock of everybody who changes a case (architecture.md 4).

    In two statements, never in one: a statement that waited for the lock would give the facts of before the wait.
    `has_critical_way` on it says whether 120 has been called for the person (INV-04).
    """
    return _read(AccessRequest.objects.select_for_update().only("pk").get(pk=pk))


def locked_case_of(case_ref: UUID) -> LockedCase | None:
    """Do as `locked_case` for a case known by its number; None for one nobody asked for (yet)."""
    held = AccessRequest.objects.select_for_update().only("pk").filter(case_ref=case_ref).first()
    return _read(held) if held else None


def _read(held: AccessRequest) -> LockedCase:
    critical = AccessRequest.objects.open().filter(person_key=OuterRef("person_key"), is_critical=True)
    rows = with_facts(AccessRequest.objects.select_related("community", "resident", "facility"))
    rows = rows.annotate(has_critical_way=Exists(critical))
    return rows.filter(pk=held.pk)[0]  # not get(): a word that stands twice about a case must not shut the case
