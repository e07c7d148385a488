"""One identity number, one record: the database marks whoever is second, and never refuses a person (E9, E15)."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import Q

DOUBLE = "double"  # `id_fault` of a record whose number stands in an earlier one too: kept, shown, to be sorted out
HOLDS_NUMBER = Q(archived_at__isnull=True, id_kind="resident_id", id_fault="") & ~Q(id_index="")
_HOLDS = "archived_at IS NULL AND id_kind = 'resident_id' AND id_index <> ''"
_NEW_HOLDS = "NEW.archived_at IS NULL AND NEW.id_kind = 'resident_id' AND NEW.id_index <> ''"


INDEXED = ~Q(search_text="")  # rows of a version from before the index are left out until the housekeeping took them up


def one_record_per_number() -> models.UniqueConstraint:
    """Make the constraint: of the records in use, one holds a number without a fault.

    The version before knows no lock on a number: with its rows in the constraint, whoever registers one through it in
    the moment of another was refused with an error page. Writing their index marks the second of two like any other.
    """
    condition = HOLDS_NUMBER & INDEXED
    return models.UniqueConstraint(fields=["id_index"], condition=condition, name="one_record_per_number")


def mark_second() -> pgtrigger.Trigger:
    """Make the trigger that marks a record whose number stands already, whoever writes it, and takes the mark off.

    It holds nothing against another in the same moment: a service holds the number by name, and for anybody else the
    constraint decides.
    """
    return pgtrigger.Trigger(
        name="mark_second",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.UpdateOf("id_index", "id_kind", "id_fault", "archived_at"),
        func=f"""
            IF NEW.id_fault IN ('', '{DOUBLE}') AND {_NEW_HOLDS} AND EXISTS (
                SELECT FROM access_resident
                WHERE id_index = NEW.id_index AND {_HOLDS} AND id_fault = '' AND id <> NEW.id
            ) THEN
                NEW.id_fault := '{DOUBLE}';
            ELSIF NEW.id_fault = '{DOUBLE}' THEN
                NEW.id_fault := '';
            END IF;
            RETURN NEW;
        """,
    )


def free_number() -> pgtrigger.Trigger:
    """Make the trigger that takes the mark off the next record once the first gave its number up."""
    return pgtrigger.Trigger(
        name="free_number",
        when=pgtrigger.After,
        operation=pgtrigger.UpdateOf("id_index", "id_kind", "id_fault", "archived_at"),
        func=f"""
            IF OLD.id_fault = '' AND OLD.id_index <> '' AND OLD.archived_at IS NULL AND OLD.id_kind = 'resident_id'
                AND NOT (NEW.id_fault = '' AND NEW.id_index = OLD.id_index AND {_NEW_HOLDS}) THEN
                UPDATE access_resident SET id_fault = '' WHERE id = (
                    SELECT id FROM access_resident
                    WHERE id_index = OLD.id_index AND {_HOLDS} AND id_fault = '{DOUBLE}'
                    ORDER BY registered_at, id LIMIT 1
                );
            END IF;
            RETURN NULL;
        """,
    )
