"""Critical patients whom no ambulance fetches: another car and a telephone call instead of waiting (C7, E22)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from access import journey
from access.journey import Facts
from access.models import AccessRequest
from access.models.request import OPEN
from access.selectors.facts import facts_of, with_facts
from communities.services import rulebook
from transport.models import Trip
from transport.states import TripDirection, TripStatus


@dataclass(frozen=True)
class Rescue:
    """Somebody critical without an ambulance. `plate` is the other car that was sent, "" while there is none."""

    request: AccessRequest
    minutes: int
    plate: str
    pickup_at: datetime | None
    address: str

    @property
    def has_car(self) -> bool:
        """Say whether another car has been sent."""
        return bool(self.plate)


def fallback_after(*, place: str, at: datetime) -> timedelta:
    """Return how long an ambulance is looked for before another car is sent (critical.fallback_min); one query."""
    return timedelta(minutes=float(rulebook.value("critical.fallback_min", place=place, at=at).value))


def place_of(row: AccessRequest) -> str:
    """Return the place the rulebook is asked for."""
    return row.community.district_code if row.community else ""


def critical_since(row: AccessRequest) -> datetime:
    """Return since when somebody is critical."""
    return row.critical_at or row.approved_at or row.submitted_at


def is_without_ambulance(row: AccessRequest, facts: Facts) -> bool:
    """Say whether somebody critical still has to be fetched from home."""
    is_open = row.is_critical and row.needs_vehicle and row.status in OPEN
    is_fetched = facts.boarded_at or facts.arrived_at or facts.ready_at or journey.is_over(facts)
    return is_open and not is_fetched


def rescue_of(
    row: AccessRequest, facts: Facts, there: Trip | None, *, fallback: timedelta, at: datetime
) -> Rescue | None:
    """Say how somebody critical is fetched without an ambulance; None when one comes, or may still come in time.

    `there` is the way to the hospital with its run and vehicle.
    """
    if not is_without_ambulance(row, facts):
        return None
    run = there.run if there and there.status in {TripStatus.SCHEDULED, TripStatus.ON_BOARD} else None
    waited = at - critical_since(row)
    if run is None and waited < fallback:
        return None
    if run is not None and run.vehicle.is_ambulance:
        return None
    return Rescue(
        request=row,
        minutes=max(0, int(waited.total_seconds() // 60)),
        plate=run.vehicle.plate if run else "",
        pickup_at=there.pickup_planned_at if run and there else None,
        address=address_words(row),
    )


def rescues(among: QuerySet[AccessRequest], *, at: datetime) -> list[Rescue]:
    """Return the critical whom no ambulance fetches in time, the longest first.

    Three queries, one when there is none.
    """
    waiting = with_facts(among.filter(is_critical=True, status__in=OPEN)).filter(
        facts__boarded_at__isnull=True, facts__arrived_at__isnull=True, facts__ready_at__isnull=True
    )
    rows = list(waiting.select_related("community", "resident"))
    if not rows:
        return []
    trips = Trip.objects.live().filter(case_ref__in=[row.case_ref for row in rows], direction=TripDirection.OUTBOUND)
    there = {trip.case_ref: trip for trip in trips.select_related("run__vehicle")}
    book = rulebook.load()
    found = []
    for row in rows:
        minutes = float(book.value("critical.fallback_min", place=place_of(row), at=at).value)
        known = rescue_of(row, facts_of(row), there.get(row.case_ref), fallback=timedelta(minutes=minutes), at=at)
        found += [known] if known else []
    return sorted(found, key=lambda each: -each.minutes)


def address_words(row: AccessRequest, *, street: str = "", gate: str = "", to_the_door: bool = False) -> str:
    """Say where the person is, in the order a crew drives: street, compound, building and door, gate.

    What nobody wrote down is left out; nothing is guessed. Only the own community may read it to the door.
    """
    home, resident = row.community, row.resident
    if home is None:
        return ""
    if resident is None:
        known = [word for word in row.name.split() if word.endswith("楼")]
    else:
        known = [resident.building, resident.address if to_the_door else ""]
    parts = [street, home.name, *known, _("从%(gate)s进") % {"gate": gate} if gate else ""]
    return " ".join(part for part in parts if part)
