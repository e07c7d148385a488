"""Asking and changing the rulebook: shipped rows and the rows of this installation together."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from communities import policies
from communities import rulebook as book
from communities.models import PolicyDocument, PolicyRule
from communities.rulebook import Question, Rule, Ruling
from core import audit
from core.actors import Actor
from core.errors import Invalid

__all__ = ["Book", "Ruling", "load", "set_rule", "value"]


class Book:
    """All rows read once: for lists, so that each line costs no query."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = tuple(rules)

    def value(self, key: str, *, place: str, at: datetime, zone: str = "", need: str = "") -> Ruling:
        """Return the value of a key and which row decided. Raises KeyError for an unknown key."""
        return book.resolve(self.rules, key, Question(place, at, zone, need))


def load() -> Book:
    """Read the whole rulebook in one query."""
    return Book(_rules())


def value(key: str, *, place: str, at: datetime, zone: str = "", need: str = "") -> Ruling:
    """Return the value of one key and which row decided, in one query. Raises KeyError for an unknown key."""
    return Book(_rules(key)).value(key, place=place, at=at, zone=zone, need=need)


@transaction.atomic
def set_rule(document: PolicyDocument, *, key: str, value: Any, by: Actor, at: datetime, **scope: Any) -> PolicyRule:
    """Enter a row (scope, zone_classes, need_kinds, is_mandatory, valid_from, valid_until, quote).

    Raises Invalid for an unknown key and for a value that breaks the life floor.
    """
    policies.check_change_rulebook(by)
    if key not in book.catalogue():
        raise Invalid("rulebook.unknown_key", _("没有“%(key)s”这一项。") % {"key": key}, field="key")
    if fault := book.floor_fault(key, value):
        raise Invalid("rulebook.floor", fault, field="value")
    rule = PolicyRule.objects.create(document=document, key=key, value=value, **scope)
    audit.record("rulebook.change", rule, by=by, at=at, detail={"key": key, "scope": rule.scope})
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
