"""How long a community may stay silent before a wish of the hotline or the family passes by itself (C13)."""

from __future__ import annotations

from datetime import datetime, timedelta

from communities.services import rulebook


def silence(place: str, need_kind: str, *, at: datetime) -> timedelta:
    """Return the limit of the rulebook at a place for a kind of need; one query."""
    return timedelta(minutes=rulebook.value("approval.silent_min", place=place, need=need_kind, at=at).value)
