"""Which value a policy key has for a place, time, zone and need, and which row decided (rules.md section 2). Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from communities import rule_kinds
from core.divisions import division_prefix
from core.phrases import listed
from core.vocabulary import ZoneClass

DATA = Path(__file__).parent / "data" / "rulebook.json"


@dataclass(frozen=True)
class Rule:
    """One row of a policy document. Empty scope, zones or needs mean: all of them."""

    key: str
    value: Any
    document: str
    scope: str = ""
    zone_classes: tuple[str, ...] = ()
    need_kinds: tuple[str, ...] = ()
    is_mandatory: bool = False
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    quote: str = ""


@dataclass(frozen=True)
class RuleQuestion:
    """For whom a value is asked: a place's code, a time, and where they matter a zone class and a need kind."""

    place: str
    at: datetime
    zone: str = ""
    need: str = ""


@dataclass(frozen=True)
class Ruling:
    """A value and the words that say which row decided."""

    value: Any
    source: str
    rule: Rule


def row_fault(rule: Rule) -> str:
    """Say why a row can never decide, or "" when it is sound."""
    if why := rule_kinds.fault(rule.key, rule.value):
        return why
    if rule.scope and not (rule.scope.isascii() and rule.scope.isdigit()):
        return _("管到哪里要写区划代码的数字，写的是“%(scope)s”。") % {"scope": rule.scope}
    if unknown := [word for word in rule.zone_classes if word not in ZoneClass.values]:
        words = {"words": listed(unknown), "allowed": " / ".join(ZoneClass.values)}
        return _("没有“%(words)s”这种分区，只能是 %(allowed)s。") % words
    if rule.valid_from and rule.valid_until and rule.valid_until <= rule.valid_from:
        return _("截止的时间不晚于开始的时间，一天也不生效。")
    return ""


def resolve(rules: Iterable[Rule], key: str, question: RuleQuestion) -> Ruling:
    """Return the value of a key: floor, then mandatory, then narrower scope, then later effect, then the kinder tie.

    A row whose value is not of the key's kind, or breaks the life floor, loses to the next one. Raises KeyError for a
    key without a sound row.
    """
    asked = (rule for rule in rules if rule.key == key and _applies(rule, question))
    rows = [rule for rule in asked if not rule_kinds.fault(key, rule.value)]
    if not rows:
        raise KeyError(key)
    binding = [rule for rule in rows if rule.is_mandatory]
    first = (
        min(binding, key=lambda rule: (len(division_prefix(rule.scope)), -_effect(rule)))
        if binding
        else max(rows, key=_rank)
    )
    return Ruling(first.value, _source(first), first)


def _applies(rule: Rule, question: RuleQuestion) -> bool:
    return (
        question.place.startswith(division_prefix(rule.scope))
        and (not rule.zone_classes or question.zone in rule.zone_classes)
        and (not rule.need_kinds or question.need in rule.need_kinds)
        and (rule.valid_from is None or rule.valid_from <= question.at)
        and (rule.valid_until is None or question.at < rule.valid_until)
    )


def _effect(rule: Rule) -> float:
    return rule.valid_from.timestamp() if rule.valid_from else 0.0


def _rank(rule: Rule) -> tuple[int, int, float, float]:
    """Order rows: narrower scope, then naming the zone or need, then later effect, then the tie of the key."""
    named = bool(rule.zone_classes) + bool(rule.need_kinds)
    return (len(division_prefix(rule.scope)), named, _effect(rule), _tie(rule))


def _tie(rule: Rule) -> float:
    """Of two rows alike in all else: the smaller limit where waiting hurts, the larger where a right grows."""
    if not isinstance(rule.value, (int, float)):
        return 0.0
    return float(rule.value) if rule_kinds.KEYS[rule.key].tie == "larger" else -float(rule.value)


def _source(rule: Rule) -> str:
    quote = f"“{rule.quote}”" if rule.quote else ""
    return f"{rule.document}{quote}"


@lru_cache(maxsize=1)
def shipped() -> tuple[Rule, ...]:
    """Return the rows that every installation has, from the file that ships with the product."""
    rows = []
    for document in json.loads(DATA.read_text())["documents"]:
        since = document.get("valid_from")
        for rule in document["rules"]:
            rows.append(
                Rule(
                    key=rule["key"],
                    value=rule["value"],
                    document=document["title"],
                    scope=rule.get("scope", document.get("scope", "")),
                    zone_classes=tuple(rule.get("zones", ())),
                    need_kinds=tuple(rule.get("needs", ())),
                    is_mandatory=rule.get("mandatory", False),
                    valid_from=datetime.fromisoformat(since) if since else None,
                    quote=rule.get("quote", ""),
                )
            )
    return tuple(rows)
