"""Whose turn it may be: the rows the question of an area is made of, and whether there are any."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from access.journey import Facts, is_out
from access.models import AccessRequest
from access.models.absence import present
from access.selectors import with_facts
from access.states import RequestStatus
from communities.models import DispatchAreaDivision
from core import clock
from core.vocabulary import PlaceKind
from dispatch.limits import EVENING_AT, planned_until
from dispatch.models import PlanningRun
from dispatch.selectors import fetched_by_120
from dispatch.states import PlanningKind
from hospitals.models import Appointment, Facility
from hospitals.states import AppointmentStatus
from transport.models import Trip
from transport.states import ELSEWHERE, TripDirection, TripStatus

_HOLDS = (AppointmentStatus.PROPOSED, AppointmentStatus.BOOKED)
BY_120 = "fetched_by_120"  # the reason of whoever stands aside; it ends with the critical request, not with a time


@dataclass(frozen=True)
class Span:
    """What is planned: whoever is due before `until`; `at` is the moment of asking."""

    at: datetime
    since: datetime
    until: datetime

    @property
    def origin(self) -> datetime:
        """Midnight of the day planned."""
        return clock.day_bounds(clock.local_day(self.since))[0]


def rolling_span(at: datetime) -> Span:
    """Return the rest of today, at least six hours; from the evening on, tomorrow as well."""
    return Span(at, at, planned_until(at))


def evening_span(at: datetime) -> Span:
    """Return the whole of tomorrow, with what is left of today."""
    return Span(at, at, clock.day_bounds(clock.local_day(at))[1] + timedelta(days=1))


def due_kind(area: str, *, at: datetime) -> PlanningKind:
    """Return the evening plan once a day from the evening on, else the rolling one."""
    evening = clock.at_local(clock.local_day(at), EVENING_AT)
    made = PlanningRun.objects.filter(area=area, kind=PlanningKind.EVENING, asked_at__gte=evening)
    return PlanningKind.EVENING if at >= evening and not made.exists() else PlanningKind.ROLLING


def waiting_rows(area: str, span: Span, *, only: Iterable[UUID] = ()) -> QuerySet[AccessRequest]:
    """Select who may wait for a car or a place in an area: approved, or cancelled after leaving home."""
    held = Appointment.objects.filter(case_ref=OuterRef("case_ref"), status__in=_HOLDS)
    annotated = with_facts(_asked(area, span, list(only))).annotate(
        held_slot=Subquery(held.values("slot_id")[:1]),
        held_at=Subquery(held.values("facility_id")[:1]),
        held_from=Subquery(held.values("slot__starts_at")[:1]),
        held_lat=Subquery(held.values("facility__lat")[:1]),
        held_lon=Subquery(held.values("facility__lon")[:1]),
    )
    return annotated.select_related("community", "resident")


def somebody_waits(area: str, span: Span) -> bool:
    """Say in one cheap query whether the question of an area is worth building.

    Nobody who waits is missed; now and then the question turns out empty all the same.
    """
    home = Trip.objects.filter(case_ref=OuterRef("case_ref"), direction=TripDirection.INBOUND)
    lost = Q(status=TripStatus.WILL_CALL, reserved_run__isnull=True)
    wants_home = Exists(home.filter(Q(status=TripStatus.UNSCHEDULED) | lost))
    at_home = Q(facts__scheduled_at__isnull=True, facts__ready_at__isnull=True, facts__arrived_at__isnull=True)
    return _asked(area, span, []).filter(wants_home | Q(status=RequestStatus.APPROVED) & at_home).exists()


def _asked(area: str, span: Span, only: list[UUID]) -> QuerySet[AccessRequest]:
    rows = AccessRequest.objects.filter(~standing_aside(), dispatch_area=area, community__isnull=False)
    rows = rows.filter(Q(arrive_at__isnull=True) | Q(arrive_at__lt=span.until))
    rows = rows.filter(case_ref__in=only) if only else rows.filter(its_turn(span.at))
    open_or_out = Q(status=RequestStatus.APPROVED) | Q(status=RequestStatus.CANCELLED, facts__is_out=True)
    return rows.filter(open_or_out).filter(present())


def its_turn(at: datetime) -> Q:
    """Select whoever was not looked at yet, or is due for the next try; who stood aside is due once 120 is over."""
    return Q(try_again_at__isnull=True) | Q(try_again_at__lte=at) | Q(needs_person_reason=BY_120)


def standing_aside() -> Q:
    """Select the ordinary ways of people at home whom 120 fetches."""
    return Q(fetched_by_120(OuterRef("person_key")), is_critical=False) & ~Q(facts__is_out=True)


def not_told_aside(area: str, span: Span) -> list[UUID]:
    """Return the requests of an area that stand aside for 120 and carry no word of it yet."""
    rows = AccessRequest.objects.filter(standing_aside(), dispatch_area=area, status=RequestStatus.APPROVED)
    rows = rows.filter(Q(arrive_at__isnull=True) | Q(arrive_at__lt=span.until), facts__scheduled_at__isnull=True)
    return list(rows.exclude(needs_person_reason=BY_120).values_list("pk", flat=True))


def standing_in_other_areas(area: str, cases: Iterable[UUID]) -> dict[str, list[UUID]]:
    """Group by the area of the hospital who of an area's cases stand there ready, without a car home; two queries."""
    division = DispatchAreaDivision.objects.filter(district_code=OuterRef("division_code"))
    home = Trip.objects.filter(case_ref__in=list(cases), direction=TripDirection.INBOUND, from_kind=PlaceKind.FACILITY)
    called = dict(home.filter(status=TripStatus.UNSCHEDULED).values_list("case_ref", "from_code"))
    if not called:
        return {}
    places = Facility.objects.filter(pk__in=set(called.values())).annotate(
        area=Subquery(division.values("area_id")[:1])
    )
    area_of = dict(places.values_list("pk", "area"))
    found: dict[str, list[UUID]] = defaultdict(list)
    for case, code in sorted(called.items(), key=str):
        if (other := area_of.get(code)) and other != area:
            found[other].append(case)
    return dict(found)


def waits_at_home(row: AccessRequest, facts: Facts, there: Trip | None) -> bool:
    """Say whether the way there is still to be found."""
    if row.status != RequestStatus.APPROVED or facts.scheduled_at or facts.ready_at or facts.arrived_at:
        return False
    if not row.needs_vehicle:
        return getattr(row, "held_slot", None) is None and not is_out(facts)
    if there is None:
        return True
    # who stands beside a broken car is fetched at once, whatever the hour (dispatch home stranded)
    return there.status == TripStatus.UNSCHEDULED and (row.is_critical or there.from_kind != ELSEWHERE)
