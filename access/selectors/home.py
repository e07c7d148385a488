"""What the community's first page shows: one headline, who has no car, today's journeys, the days ahead."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import Count, OuterRef, Q, Subquery, TextField
from django.db.models.functions import Coalesce

from access.models import AccessRequest, CareNeed, Resident
from access.models.absence import present
from access.models.request import OPEN
from access.selectors.due import SHOWN, AskedFor, Coverage, Due, Refill, coverage, due_on, needs_of, refills
from access.selectors.facts import facts_of, with_facts
from access.selectors.journey_line import journey_lines
from access.selectors.requests import RequestRow
from access.states import CloseOutcome, ExcuseReason, RequestStatus
from communities.models import Community, ZonePeriod
from core import clock
from core.actors import Actor
from core.narrow import joined
from core.phrases import label
from core.vocabulary import ZoneClass

DAYS_AHEAD = 3


@dataclass
class DayAhead:
    """How one of the next days stands."""

    day: date
    asked: int = 0
    planned: int = 0
    unasked: list[Due] = field(default_factory=list)


@dataclass(frozen=True)
class Excused:
    """Somebody due today who need not go, and why; taken back by the need."""

    need: CareNeed
    reason: str


@dataclass
class HomeLists:
    """The lists of the first page; `community` carries how many buildings are sealed."""

    community: Community
    sealed: int
    without_car: list[RequestRow]
    unasked: list[Due]
    journeys: list[RequestRow]
    coverage: list[Coverage]
    days: list[DayAhead]
    refills: list[Refill] = field(default_factory=list)
    excused: list[Excused] = field(default_factory=list)

    @property
    def people(self) -> int:
        """Count who must get to care today, asked for or not, everybody once."""
        rows = [each.request for each in [*self.without_car, *self.journeys]]
        return len({row.person_key for row in rows} | {due.resident.person_key for due in self.unasked})

    @property
    def lacking(self) -> int:
        """Count who has no car yet."""
        return len(self.without_car) + len(self.unasked)

    @property
    def troubled(self) -> int:
        """Count who has a car or is under way, and is late or waits too long."""
        return sum(1 for each in self.journeys if each.line.standing.level and not each.request.is_critical)

    @property
    def critical(self) -> int:
        """Count who is critical and not cared for yet."""
        return sum(1 for each in self.journeys if each.request.is_critical and not each.line.standing.is_over)

    @property
    def unasked_ahead(self) -> int:
        """Count who is due in the next days and not asked for."""
        return sum(len(day.unasked) for day in self.days)

    @property
    def to_complete(self) -> list[tuple[Resident, CareNeed, str]]:
        """Return the first few people whose facts are to be completed."""
        return [each for group in self.coverage for each in group.missing][:3]


def home_lists(actor: Actor, *, at: datetime) -> HomeLists:
    """Read the first page of a community; the number of queries does not grow with its people."""
    today = clock.local_day(at)
    start, end = clock.day_bounds(today)
    rows = _requests(actor, start, end)
    ours = [row for row in rows if row.arrive_at is None or row.arrive_at < end]
    ahead = [row for row in rows if row.arrive_at is not None and row.arrive_at >= end]
    lines = journey_lines(ours, at=at)
    listed = sorted(
        (RequestRow(row, line) for row, line in zip(ours, lines, strict=True)),
        key=lambda each: (each.line.standing.urgency, each.request.arrive_at or each.request.submitted_at),
    )
    needs = needs_of(actor.place_code, at=at)
    community, sealed = _ground(actor.place_code, at)
    excused = [Excused(need, label(ExcuseReason, why)) for need in needs if (why := getattr(need, "excuse", ""))]
    unneeded = [(each.need.resident_id, each.need.kind) for each in excused]
    return HomeLists(
        community=community,
        sealed=sealed,
        without_car=[each for each in listed if _lacks_car(each)],
        unasked=due_on(needs, today, asked=AskedFor.by(ours, unneeded)),
        journeys=[each for each in listed if not _lacks_car(each)],
        coverage=coverage(needs),
        days=[_day_ahead(today + timedelta(days=n), ahead, needs) for n in range(1, DAYS_AHEAD + 1)],
        refills=refills(needs, today=today),
        excused=excused,
    )


def _lacks_car(row: RequestRow) -> bool:
    return row.line.standing.word in {"submitted", "no_show", "awaiting_hospital"}


def _requests(actor: Actor, start: datetime, end: datetime) -> list[AccessRequest]:
    """Return today's requests, what is still open or out from before, and the next days', in one query."""
    until = end + timedelta(days=DAYS_AHEAD)
    meant = (
        Q(status__in=OPEN) & present() & (Q(arrive_at__lt=until) | Q(arrive_at__isnull=True))
        | Q(status=RequestStatus.CLOSED, closed_at__gte=start) & ~Q(outcome=CloseOutcome.DIED)
        | Q(status=RequestStatus.CANCELLED, facts__is_out=True) & present()
    )
    rows = with_facts(AccessRequest.objects.visible_to(actor)).filter(meant)
    return list(joined(rows, {"resident": SHOWN, "facility": ["name"]}))


def _ground(code: str, at: datetime) -> tuple[Community, int]:
    sealed = ZonePeriod.objects.in_force(at).filter(community_id=OuterRef("pk"), zone_class=ZoneClass.SEALED)
    building = Coalesce("building_key", "building", output_field=TextField())
    counted = sealed.exclude(building="").order_by().values("community_id").annotate(n=Count(building, distinct=True))
    community = Community.objects.annotate(sealed=Coalesce(Subquery(counted.values("n")), 0)).get(pk=code)
    return community, community.sealed


def _day_ahead(day: date, rows: list[AccessRequest], needs: list[CareNeed]) -> DayAhead:
    those = [row for row in rows if row.arrive_at and clock.local_day(row.arrive_at) == day]
    return DayAhead(
        day=day,
        asked=len(those),
        planned=len([row for row in those if facts_of(row).scheduled_at]),
        unasked=due_on(needs, day, asked=AskedFor.by(those)),
    )
