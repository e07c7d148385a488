"""Database triggers made from the same tables that Python reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pgtrigger
from django.db import IntegrityError
from django.db.models import CheckConstraint, Model, Q, TextChoices

if TYPE_CHECKING:
    from core.states import Machine


def broken_constraint(error: IntegrityError) -> str:
    """Name the constraint, or the unique index, that a write broke; "" where the database names none."""
    diagnosis = getattr(error.__cause__, "diag", None)
    return (diagnosis.constraint_name or "") if diagnosis else ""


def refuses_a_word(error: IntegrityError) -> bool:
    """Say whether a write was refused for a word outside its enum (`words`)."""
    return broken_constraint(error).endswith("_words")


class _Noted(pgtrigger.Trigger):
    """A trigger that calls the one function of the history instead of one of its own."""

    def render_execute(self, model: Model) -> str:
        return f"core_note_move('{model._meta.pk.column}')"


def guarded_status(machine: Machine) -> list[pgtrigger.Trigger]:
    """Make the triggers of a status: none moves outside its table, and the database notes each move (E2, INV-10).

    The product's role may not write where moves are noted (`StatusMove`), so an audit row that somebody forges, or
    leaves out, stands against it (INV-41, docs/adr/0027).
    """
    noted = _Noted(
        name="move_noted",
        when=pgtrigger.After,
        operation=pgtrigger.UpdateOf("status"),
        condition=pgtrigger.Q(old__status__df=pgtrigger.F("new__status")),
        func="RETURN NULL;",
    )
    return [pgtrigger.FSM(name="status_moves", field="status", transitions=machine.moves()), noted]


def words(
    table: str, field: str, *kinds: type[TextChoices], is_list: bool = False, may_be_blank: bool = False
) -> CheckConstraint:
    """Make the constraint that refuses a word outside its enums; `is_list` for a column of several words."""
    allowed = [word for each in kinds for word in each.values] + [""] * may_be_blank
    condition = Q(**{f"{field}__contained_by" if is_list else f"{field}__in": allowed})
    return CheckConstraint(condition=condition, name=f"{table}_{field}_words")


def append_only() -> list[pgtrigger.Trigger]:
    """Make the triggers that refuse to change or delete a row (INV-33)."""
    return [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]


def recorded_by_the_clock() -> pgtrigger.Trigger:
    """Make the trigger that says when a row was written, whatever its writer says (INV-41)."""
    return pgtrigger.Trigger(
        name="recorded_by_the_clock",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert,
        func="NEW.recorded_at = clock_timestamp(); RETURN NEW;",
    )


def one_row_for_good(field: str) -> list[pgtrigger.Trigger]:
    """Make the triggers that keep a row, and one field of it, as they were first written."""
    changes = pgtrigger.Q(**{f"old__{field}__df": pgtrigger.F(f"new__{field}")})
    return [
        pgtrigger.Protect(name="stays", operation=pgtrigger.Delete),
        pgtrigger.Protect(name=f"{field}_stays", operation=pgtrigger.Update, condition=changes),
    ]


def never_in_production(name: str, condition: pgtrigger.Q | None = None) -> list[pgtrigger.Trigger]:
    """Make the trigger that refuses a demo's rows in a production database, whoever writes them."""
    return [
        pgtrigger.Trigger(
            name=f"{name}_of_demo",
            when=pgtrigger.Before,
            operation=pgtrigger.Insert | pgtrigger.Update,
            condition=condition,
            func="IF EXISTS (SELECT FROM core_installation WHERE kind = 'production') THEN"
            " RAISE EXCEPTION 'rows of a demo are refused in a production database'"
            " USING ERRCODE = 'check_violation'; END IF; RETURN NEW;",
        )
    ]
