"""Why a car was chosen, in words, from what was stored with the ride when it was made."""

from __future__ import annotations

from typing import Any

from django import template

from dispatch.shapes import Check
from dispatch.words import SOURCES, sentence
from transport.models import Trip

register = template.Library()


@register.simple_tag
def ride_reasons(trip: Trip) -> list[dict[str, Any]]:
    """List the rules a ride met, as `why_list` draws them; nothing for a ride put in without an explanation."""
    stored = trip.explanation.get("out") or trip.explanation.get("checks") or []
    return [_reason(Check(row["code"], row["verdict"], row.get("figures") or {})) for row in stored]


def _reason(check: Check) -> dict[str, Any]:
    return {"kind": check.verdict, "text": sentence(check), "source": SOURCES.get(check.code, "")}
