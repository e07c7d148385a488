"""Nobody is in two cars: of several ways of one person, one is planned, and the next beside it in time (INV-04)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from access.models import AccessRequest
from dispatch.planning.fleet import minutes
from matching import problem as engine
from transport.models import Trip
from transport.services.ways import RIDING
from transport.states import TripDirection

ELSEWHERE = "person_elsewhere"  # the reason of whoever is on another way then; the next plan looks again
BETWEEN_MIN = 60.0  # from one way to the next: home, and out again
Span = tuple[float, float]


def one_way_each(
    asking: Mapping[str, engine.Request], rows: Mapping[str, AccessRequest], *, origin: datetime
) -> tuple[dict[str, engine.Request], dict[UUID, str]]:
    """Leave each person one way there to be planned, beside those that stand; return who waits for another of theirs.

    Nothing is taken from the critical, and nobody is kept from the way home.
    """
    kept: dict[str, engine.Request] = {}
    elsewhere: dict[UUID, str] = {}
    planned: set[UUID] = set()
    taken = _taken([rows[case] for case in asking if _is_asked(asking[case])], origin)
    for case in sorted(asking, key=lambda case: _turn(asking[case], case)):
        asked, key = asking[case], rows[case].person_key
        if not _is_asked(asked):
            kept[case] = asked
            continue
        beside = None if key in planned else _beside(asked, taken[key])
        if beside is None:
            elsewhere[rows[case].pk] = ELSEWHERE
        else:
            kept[case] = beside
            planned.add(key)
    return {case: kept[case] for case in asking if case in kept}, elsewhere


def _is_asked(asked: engine.Request) -> bool:
    return asked.needs_outbound and not asked.is_critical


def _turn(asked: engine.Request, case: str) -> tuple[float, float, str]:
    return asked.harm_in_min, asked.asked_min or 0.0, case


def _taken(rows: Iterable[AccessRequest], origin: datetime) -> dict[UUID, list[Span]]:
    """Read when these people are on ways that stand; one query."""
    own = {row.case_ref for row in rows}
    found: dict[UUID, list[Span]] = defaultdict(list)
    if not own:
        return found
    ways = Trip.objects.filter(status__in=RIDING, direction=TripDirection.OUTBOUND, taken__isnull=False)
    ways = ways.filter(person_key__in={row.person_key for row in rows}).exclude(case_ref__in=own)
    for key, taken in ways.values_list("person_key", "taken"):
        if taken:
            found[key].append((minutes(taken.lower, origin), minutes(taken.upper, origin)))
    return found


def _beside(asked: engine.Request, taken: Iterable[Span]) -> engine.Request | None:
    """Keep a way out of the time that other ways take; None when it is wished for in the middle of one."""
    wished = asked.earliest_min if asked.asked_min is None else asked.asked_min
    earliest, latest = asked.earliest_min, asked.latest_safe_min
    for since, until in taken:
        if wished + asked.treatment_min + BETWEEN_MIN <= since:
            before = since - asked.treatment_min - BETWEEN_MIN
            latest = before if latest is None else min(latest, before)
        elif wished >= until:
            earliest = max(earliest, min(until + BETWEEN_MIN, wished))
        else:
            return None
    return replace(asked, earliest_min=earliest, latest_safe_min=latest)
