"""Rows that name a building meet by its key, however each of them writes it: 7号楼, ７栋 and 七号楼 are one
(core/tidy.py).

A row with a column `building` has `building_key` beside it. A version of the product that knows no key leaves it empty;
such a row is met in its own writing until the housekeeping fills it.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from core import tidy

BATCH = 1000


def same_building(building: str, prefix: str = "") -> Q:
    """Find the rows of one building; `prefix` leads to the row that names it."""
    return Q(**{f"{prefix}building": building}) | Q(**{f"{prefix}building_key": tidy.building_key(building)})


def fill_keys(rows: QuerySet[Any], *, keyed: str = "") -> int:
    """Write the key of the rows that lack it, in small statements beside whoever writes; return how many.

    `rows` is a query over this version's model or a migration's; `keyed` names a column that takes the writing the key
    was made of.
    """
    lacking, count = rows.filter(building_key__isnull=True).exclude(building="").order_by(), 0
    for building in list(lacking.values_list("building", flat=True).distinct()):
        said = {"building_key": tidy.building_key(building)} | ({keyed: building} if keyed else {})
        same = lacking.filter(building=building)
        while some := list(same.values_list("pk", flat=True)[:BATCH]):
            count += same.filter(pk__in=some).update(**said)
    return count
