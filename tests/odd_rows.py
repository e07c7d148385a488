"""Rows that no form, no loader and no constraint would let in, written past all of them inside the test's transaction."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import DataError, IntegrityError, connection, models, transaction

from tests import planted
from tests.architecture.test_enums import of_the_product

ODD = "火箭"
# columns of an enum's words, or of the few words of a list, that no `choices` name
WORDLIKE = {
    "zone_class", "precaution", "infection_class", "care_class", "machine_class", "schedule_kind", "shift", "risk_colour",
    "sex", "id_kind", "phone_owner", "health_code", "soiled_as", "place_kind", "from_kind", "to_kind", "need_kind",
    "mobility", "service_kind", "level", "facility_class", "source", "owner_role", "actor_role", "stage", "missing",
    "needs_person_reason", "id_fault",
}  # fmt: skip
RHYTHMS = ("一三八", "every day", "9,x", "|", "0d", "-3d", "99999999d", ",", "2,4,6|3,6|1")
NUMBERS = (
    "capacity",
    "seats",
    "wheelchairs",
    "stretchers",
    "places",
    "min",
    "size",
    "week",
    "days",
    "booked",
    "count",
    "attempts",
)

START = {
    "ends_at": "starts_at",
    "valid_until": "valid_from",
    "exit_until": "exit_from",
}  # of what ends before it begins


@dataclass(frozen=True)
class Fault:
    """One column of one table with what is forced into it, as SQL."""

    table: str
    column: str
    sql: str

    def __str__(self) -> str:
        return f"{self.table}.{self.column} = {self.sql}"


GUARDS = """
    SELECT format('DROP CONSTRAINT IF EXISTS %%I CASCADE', conname) FROM pg_constraint
    WHERE conrelid = %(table)s::regclass AND contype IN ('c', 'u', 'x', 'f')
    UNION ALL
    SELECT format('ALTER COLUMN %%I DROP NOT NULL', attname) FROM pg_attribute
    WHERE attrelid = %(table)s::regclass AND attnum > 0 AND attnotnull AND NOT attisdropped AND attidentity = ''
    AND NOT EXISTS (SELECT FROM pg_index WHERE indrelid = attrelid AND indisprimary AND attnum = ANY (indkey))
"""
ALONE = """
    SELECT indexrelid::regclass::text FROM pg_index WHERE indrelid = %(table)s::regclass AND indisunique
    AND NOT indisprimary
"""


def let_in(*tables: str) -> None:
    """Take every guard off these tables until the transaction ends: checks, keys, exclusions, triggers, NOT NULL."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what waits for the end would hold the tables
        for table in tables:
            cursor.execute(GUARDS, {"table": table})
            guards = [guard for (guard,) in cursor.fetchall()]
            cursor.execute(f"ALTER TABLE {table} {', '.join(['DISABLE TRIGGER USER', *guards])}")
            cursor.execute(ALONE, {"table": table})
            for (name,) in cursor.fetchall():
                cursor.execute(f"DROP INDEX {name}")


def force(fault: Fault, where: str = "true") -> int:
    """Write one fault past every guard into the rows meant; return how many there are."""
    let_in(fault.table)
    with connection.cursor() as cursor:
        cursor.execute(f'UPDATE {fault.table} SET "{fault.column}" = {fault.sql} WHERE {where}')
        return int(cursor.rowcount)


def spoil(group: list[Fault]) -> list[Fault]:
    """Force a group of faults; return those that the type of their column, or a primary key, refuses to hold."""
    refused = []
    for fault in group:
        try:
            with transaction.atomic():
                force(fault)
        except (DataError, IntegrityError):
            refused.append(fault)
    return refused


def faults() -> list[Fault]:
    """Return what can be wrong in every column of the product, and what a folder planted; a new column joins by itself."""
    return list(dict.fromkeys([*_of_every_column(), *(Fault(*each) for each in planted.in_the_database())]))


def _of_every_column() -> list[Fault]:
    return [
        Fault(model._meta.db_table, field.column, sql)
        for model in of_the_product()
        if model._meta.managed and model._meta.app_label not in ("core",)
        for field in model._meta.concrete_fields
        for sql in _odd(field)
    ]


def groups() -> Iterator[list[Fault]]:
    """Give the faults in groups of at most one of each table, those that hide other rows apart from the rest."""
    apart: dict[str, dict[str, list[Fault]]] = {}
    for fault in faults():
        apart.setdefault(_hides(fault), {}).setdefault(fault.table, []).append(fault)
    for left in apart.values():
        while any(left.values()):
            yield [each.pop(0) for each in left.values() if each]


def _hides(fault: Fault) -> str:
    """Say what a fault takes from the pages: whose they are, the rows a row is joined to, the row itself; "" for none."""
    if fault.table.startswith("accounts_"):
        return "who"
    if fault.column.endswith("_id") or fault.column in ("dispatch_area", "division_code", "district_code"):
        return "joined"
    return "state" if fault.column in ("status", "valid_until", "ends_at", "exit_until", "archive_reason") else ""


def _odd(field: models.Field[Any, Any]) -> list[str]:
    kind = field.get_internal_type()
    if field.primary_key or field.unique:
        return []
    if field.is_relation:
        return [_dangling(field)]
    if field.choices or (kind == "CharField" and field.name in WORDLIKE):
        return [f"'{ODD[: field.max_length]}'", *(() if field.blank else ("''",))]
    if field.name == "schedule_days":
        return [f"'{each}'" for each in RHYTHMS]
    if field.name in ("ends_at", "valid_until", "exit_until"):
        return [f"{START[field.name]} - interval '1 hour'"]
    if kind == "FloatField":
        return ["'NaN'", "'Infinity'", "400", "NULL"]
    if kind == "DateField":
        return ["'0056-01-01'", "'2056-01-01'"]
    if kind in ("PositiveSmallIntegerField", "SmallIntegerField", "PositiveIntegerField", "IntegerField"):
        return ["-3", "32000"] if field.name.endswith(NUMBERS) else []
    if kind == "ArrayField":
        return [f"ARRAY['{ODD}']", "ARRAY[]::varchar[]"]
    if kind == "JSONField" and field.name == "value":
        return [f"'\"{ODD}\"'", "'[]'", "'-3'"]
    if kind == "CharField" and field.name in ("name", "label", "plate", "building"):
        return ["''"]
    return []


def _dangling(field: models.Field[Any, Any]) -> str:
    kind = field.target_field.get_internal_type()  # type: ignore[attr-defined]
    return {"UUIDField": "'7a1d5b1e-0000-4000-8000-00000000dead'", "CharField": "'NO-1'"}.get(kind, "2000000000")


__all__ = ["ODD", "Fault", "faults", "force", "groups", "let_in", "spoil"]
