"""Asking and changing the rulebook: shipped rows and the rows of this installation together."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from communities import policies
from communities import rulebook as book
from communities.models import PolicyDocument, PolicyRule
from communities.rulebook import Rule, RuleQuestion, Ruling
from core import audit
from core.actors import Actor
from core.divisions import division_prefix
from core.errors import Invalid

__all__ = ["BadRow", "Book", "Ruling", "bad_rows", "forget", "kept", "last_kept", "load", "set_rule", "value"]
_KEPT_S = 60.0
_kept: dict[str, tuple[float, str]] = {}


class Book:
    """All rows read once: for lists, so that each line costs no query."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = tuple(rules)

    def value(self, key: str, *, place: str, at: datetime, zone: str = "", need: str = "") -> Ruling:
        """Return the value of a key and which row decided. Raises KeyError for an unknown key."""
        return book.resolve(self.rules, key, RuleQuestion(place, at, zone, need))


@dataclass(frozen=True)
class BadRow:
    """A row that cannot decide: why, and the row that decides in its stead (None for a key nobody asks for)."""

    rule: Rule
    why: str
    instead: Ruling | None


def load() -> Book:
    """Read the whole rulebook in one query."""
    return Book(_rules())


def value(key: str, *, place: str, at: datetime, zone: str = "", need: str = "") -> Ruling:
    """Return the value of one key and which row decided, in one query. Raises KeyError for an unknown key."""
    return Book(_rules(key)).value(key, place=place, at=at, zone=zone, need=need)


def kept(name: str, read: Callable[[], str]) -> str:
    """Return words read under a name less than a minute ago, else read them: for what every page shows."""
    tick = time.monotonic()
    known = _kept.get(name)
    if known is None or tick - known[0] > _KEPT_S:
        known = _kept[name] = (tick, read())
    return known[1]


def last_kept(name: str) -> str:
    """Return words as they were last read, however long ago, without the database; "" when never."""
    return _kept.get(name, (0.0, ""))[1]


def forget() -> None:
    """Drop what was read: after a change in this process, and between tests."""
    _kept.clear()


def bad_rows(*, place: str = "", at: datetime) -> list[BadRow]:
    """List the rows that cannot decide and meet a place (a code; empty: any), with what holds instead; one query."""
    rules = _rules()
    inside = division_prefix(place)
    found = []
    for rule in rules:
        scope = division_prefix(rule.scope)
        is_near = scope.startswith(inside) or inside.startswith(scope) or not scope.isdigit()
        if is_near and (why := book.row_fault(rule)):
            found.append(BadRow(rule, why, _instead(rules, rule, at)))
    return found


def _instead(rules: list[Rule], bad: Rule, at: datetime) -> Ruling | None:
    zone, need = next(iter(bad.zone_classes), ""), next(iter(bad.need_kinds), "")
    try:
        return book.resolve(rules, bad.key, RuleQuestion(bad.scope, at, zone, need))
    except KeyError:
        return None


@transaction.atomic
def set_rule(document: PolicyDocument, *, key: str, value: Any, by: Actor, at: datetime, **scope: Any) -> PolicyRule:
    """Enter a row (scope, zone_classes, need_kinds, is_mandatory, valid_from, valid_until, quote), or change it.

    A document sets a key once for a place. Raises Invalid for an unknown key, a value that is not of the key's kind or
    out of its range, one that breaks the life floor, and for a scope, zone or time that never applies.
    """
    policies.check_change_rulebook(by)
    row = PolicyRule(document=document, key=key, value=value, **scope)
    if fault := book.row_fault(_rule(row)):
        raise Invalid("rulebook.bad_row", fault, field="value")
    rule, _is_new = PolicyRule.objects.update_or_create(
        document=document, key=key, scope=row.scope, defaults={**scope, "value": value}
    )
    audit.record("rulebook.change", rule, by=by, at=at, detail={"key": key, "scope": rule.scope, "value": value})
    forget()
    return rule


def _rules(key: str = "") -> list[Rule]:
    rows = PolicyRule.objects.select_related("document")
    if key:
        rows = rows.filter(key=key)
    return [*book.shipped(), *(_rule(row) for row in rows)]


def _rule(row: PolicyRule) -> Rule:
    return Rule(
        key=row.key,
        value=row.value,
        document=row.document.title,
        scope=row.scope,
        zone_classes=tuple(row.zone_classes),
        need_kinds=tuple(row.need_kinds),
        is_mandatory=row.is_mandatory,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        quote=row.quote,
    )
