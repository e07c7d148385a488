"""Why a car was chosen, in words, from what was stored with the ride when it was made."""

from __future__ import annotations

from typing import Any

from django import template

from access.models import AccessRequest
from dispatch.shapes import Check
from dispatch.words import SOURCES, change_words, sentence, unmet_words
from transport.models import Trip

register = template.Library()


@register.simple_tag
def ride_reasons(trip: Trip) -> list[dict[str, Any]]:
    """List the rules a ride met, as `why_list` draws them; nothing for a ride put in without an explanation."""
    stored = trip.explanation.get("out") or trip.explanation.get("checks") or []
    return [_reason(Check(row["code"], row["verdict"], row.get("figures") or {})) for row in stored]


@register.simple_tag
def hospital_reasons(trip: Trip | None) -> list[dict[str, Any]]:
    """List what the engine weighed about the hospital; nothing for a placement by hand."""
    stored = trip.explanation.get("hospital") or [] if trip else []
    return [_reason(Check(row["code"], row["verdict"], row.get("figures") or {})) for row in stored]


@register.simple_tag
def waiting_reasons(request: AccessRequest) -> list[dict[str, Any]]:
    """Say why no plan fitted, and the nearest change that would help."""
    if not request.needs_person_reason:
        return []
    detail = request.needs_person_detail
    found = [{"kind": "no", "text": unmet_words(request.needs_person_reason, detail), "source": ""}]
    if words := change_words(detail):
        found.append({"kind": "but", "text": words, "source": ""})
    return found


def _reason(check: Check) -> dict[str, Any]:
    return {"kind": check.verdict, "text": sentence(check), "source": SOURCES.get(check.code, "")}
