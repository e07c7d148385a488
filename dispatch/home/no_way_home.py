"""Nobody who is ready to go home waits without a car unheard: past the rulebook's minutes a person is called
(R-000-12).

The call is made from the facts, so it does not matter whether the engine, a person or nobody looks for the car.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from access.models import AccessRequest, Outside
from calls.models import OpenCall
from calls.selectors import ended_by_hand
from calls.services import calls
from calls.services.calls import Trouble
from calls.states import CallKind
from communities.services import calling, rulebook
from communities.services.calling import Scene
from core.actors import SWEEP
from core.stored import stored
from core.sweeping import each
from core.vocabulary import PlaceKind, hhmm
from transport.models import Trip
from transport.states import TripDirection, TripStatus

KIND = CallKind.NO_WAY_HOME
NO_CAR_HOME = stored("%(at)s 起等车回家，还没有车")
NO_PLACE_HOME = stored("%(at)s 起等着回家，还不知道送到哪：写送到哪，或认人")


@dataclass(frozen=True)
class Stranded:
    """Somebody ready to go home whose way home has no car, and since when they wait.

    Without a `trip`: nobody said yet where to bring them.
    """

    outside: Outside
    since: datetime
    trip: Trip | None = None

    @property
    def subject(self) -> str:
        """Name the call about them."""
        return str(self.outside.case_ref)

    @property
    def who(self) -> str:
        """Name the rider, or tell a stranger apart."""
        return f"{self.trip.rider} {self.trip.building}".strip() if self.trip else self.outside.name

    @property
    def note(self) -> str:
        """Say what is missing, and what a person can do about it."""
        words = NO_CAR_HOME if self.trip else NO_PLACE_HOME
        return words % {"at": hhmm(self.since)}

    @property
    def place(self) -> str:
        """Say where they wait."""
        facility = self.outside.facility
        return self.trip.from_label if self.trip else facility.name if facility else ""

    @property
    def house(self) -> str:
        """Return the code of the hospital whose desk reads the call, "" for none."""
        if self.trip is None:
            return self.outside.facility_id or ""
        return self.trip.from_code if self.trip.from_kind == PlaceKind.FACILITY else ""

    @property
    def division(self) -> str:
        """Return where they live; of whoever nobody has named yet, where they are."""
        facility = self.outside.facility
        return self.outside.community_id or (facility.division_code if facility else "")


def sweep(*, at: datetime) -> None:
    """Call for everybody who waits past the limit, and end the calls of those who have a car or need none any more."""
    found = {one.subject: one for one in stranded(at=at)}
    told = set(OpenCall.objects.live().filter(kind=KIND).values_list("subject", flat=True))
    new = found.keys() - told
    quiet = ended_by_hand(KIND, new, at=at) if new else set()
    each([found[subject] for subject in sorted(new - quiet)], lambda one: _call(one, at))
    each(sorted(told - found.keys()), lambda subject: _end(subject, at))


def stranded(*, at: datetime) -> list[Stranded]:
    """Return who is ready, out, and without a car past `waiting.no_car_min` of their place, the longest wait first.

    Also of whom nobody has said where to bring them: they have no way home that could wait for a car.
    """
    rows = Trip.objects.filter(direction=TripDirection.INBOUND, status=TripStatus.UNSCHEDULED, ready_at__lt=at)
    trips = {trip.case_ref: trip for trip in rows}
    without_home = AccessRequest.objects.open().filter(community__isnull=True)
    cases = {*trips, *without_home.values_list("case_ref", flat=True)}
    if not cases:
        return []
    waiting = Outside.objects.filter(case_ref__in=cases, boarded_back_at__isnull=True, back_ride_at__isnull=True)
    book, found = rulebook.load(), []
    for outside in waiting.select_related("facility"):
        since = outside.ready_at or (outside.cancelled_at if outside.case_ref in trips else None)
        if since is None:
            continue
        one = Stranded(outside, since, trips.get(outside.case_ref))
        limit = timedelta(minutes=float(book.value("waiting.no_car_min", place=one.division, at=at).value))
        if at - since >= limit:
            found.append(one)
    return sorted(found, key=lambda one: one.since)


def _call(one: Stranded, at: datetime) -> None:
    case_ref = one.outside.case_ref
    trouble = Trouble(KIND, one.subject, who=one.who, place=one.place, note=one.note, case_ref=case_ref)
    area = one.trip.dispatch_area if one.trip else one.outside.dispatch_area
    scene = Scene(one.outside.community_id or "", one.house, one.division, area)
    calling.call_for_help(trouble, scene=scene, by=SWEEP, at=at)


def _end(subject: str, at: datetime) -> None:
    calls.end_by_fact(KIND, subject, words=stored("有车了，或不用等车了"), by=SWEEP, at=at)
