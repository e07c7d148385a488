"""Joining other tables for a few of their columns: a wide row costs more to compose and to make than the database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from django.db.models import Model, QuerySet

M = TypeVar("M", bound=Model)


def joined(rows: QuerySet[M], parts: Mapping[str, Sequence[str]]) -> QuerySet[M]:
    """Return `rows` with all their own columns, joined with `parts`: of each relation only the fields named.

    A field that is not named is read by itself when somebody asks for it; `tests/trust/test_costs.py` tells.
    """
    own = [field.attname for field in rows.model._meta.concrete_fields]
    others = [f"{part}__{name}" for part, names in parts.items() for name in names]
    return rows.select_related(*parts).only(*own, *others)
