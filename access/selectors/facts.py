"""The facts of a journey, read with the request in the same query."""

from __future__ import annotations

from typing import Any

from django.db.models import F, QuerySet

from access.journey import FACT_NAMES, Facts
from access.models import AccessRequest

_OWN = {"submitted_at", "approved_at", "closed_at"}  # columns of the request itself


def with_facts(queryset: QuerySet[AccessRequest]) -> QuerySet[AccessRequest]:
    """Annotate every fact, the `stage` and `is_out`; any number of rows costs one query."""
    read: dict[str, Any] = {name: F(f"facts__{name}") for name in FACT_NAMES if name not in _OWN}
    return queryset.annotate(stage=F("facts__stage"), is_out=F("facts__is_out"), **read)


def facts_of(row: AccessRequest) -> Facts:
    """Return the facts of a row that `with_facts` read."""
    return Facts(**{name: getattr(row, name) for name in FACT_NAMES})
