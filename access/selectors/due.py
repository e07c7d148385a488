"""Who of a community needs care on a day, and how complete the roster is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Q, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.models import AccessRequest, CareNeed, Excuse, Resident
from access.models.request import OPEN
from access.rhythm import Rhythm, days_left
from access.selectors.ground import zone_of
from access.states import GOODS, CloseOutcome, NeedStatus, RequestStatus
from core import clock, lateness
from core.narrow import joined
from core.phrases import listed
from core.vocabulary import NeedKind, ScheduleKind

GROUPS: tuple[tuple[Any, frozenset[str]], ...] = (
    (NeedKind.DIALYSIS.label, frozenset({NeedKind.DIALYSIS})),
    (gettext_lazy("肿瘤放化疗"), frozenset({NeedKind.CHEMOTHERAPY, NeedKind.RADIOTHERAPY})),
    (gettext_lazy("孕产妇"), frozenset({NeedKind.PREGNANCY, NeedKind.POSTPARTUM, NeedKind.NEWBORN})),
    (gettext_lazy("长期用药、透析液"), GOODS),
)
NEAR = timedelta(hours=2)  # an hour so near, and nobody asked
SCHEDULED = {ScheduleKind.WEEKLY, ScheduleKind.TWO_WEEKLY, ScheduleKind.CYCLE, ScheduleKind.DATE}


@dataclass(frozen=True)
class Due:
    """One resident for whom care is due on a day, and the usual time to be there."""

    need: CareNeed
    arrive_at: datetime

    @property
    def resident(self) -> Resident:
        """Who."""
        return self.need.resident

    def level_at(self, at: datetime) -> str:
        """Say how pressing it is that nobody asked: amber when the hour is near, then as late as any promise."""
        return lateness.level_of(self.arrive_at, at=at) or (lateness.OVER if self.arrive_at - at < NEAR else "")


@dataclass
class Coverage:
    """How many of a group have what is needed to send a car, and who has not, with what is missing."""

    label: Any
    total: int = 0
    complete: int = 0
    missing: list[tuple[Resident, CareNeed, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Refill:
    """Medicine or fluid to be brought to somebody's door: what, and for how many days there is still some."""

    need: CareNeed
    days: int | None

    @property
    def what(self) -> str:
        """Name the things, or the kind where nobody wrote them."""
        return listed(self.need.medicines) or str(self.need.get_kind_display())


REFILL_SOON = 7


def refills(needs: Iterable[CareNeed], *, today: date) -> list[Refill]:
    """Return who needs medicine or fluid brought within a week, who has run out first (rules.md E29).

    Whose days nobody wrote down stands last: a hole in the roster, not a stock.
    """
    found = []
    for need in needs:
        if need.kind in GOODS:
            left = days_left(
                today, last_refill=need.last_refill, supply_days=need.supply_days, next_date=need.next_date
            )
            if left is None or left <= REFILL_SOON:
                found.append(Refill(need, left))
    return sorted(found, key=lambda each: (each.days is None, each.days or 0, each.need.resident.name_key))


# what the lists of the first page show of a resident
SHOWN = ["name", "name_key", "building", "mobility", "phone_last4", "community_id"]


def needs_of(community_code: str, *, at: datetime) -> list[CareNeed]:
    """Return the active needs of a community's residents, each with resident, facility, `zone` and today's `excuse`.

    One query.
    """
    people = Resident.objects.present().filter(community_id=community_code)
    active = CareNeed.objects.filter(resident__in=people, status=NeedStatus.ACTIVE)
    zone = zone_of(OuterRef("resident__community_id"), resident="resident__", at=at)
    said = Excuse.objects.filter(
        resident=OuterRef("resident_id"), need_kind=OuterRef("kind"), withdrawn_at__isnull=True
    )
    excuse = Subquery(said.filter(day=clock.local_day(at)).values("reason")[:1])
    return list(joined(active, {"resident": SHOWN, "facility": ["name"]}).annotate(zone=zone, excuse=excuse))


def rhythm_of(need: CareNeed) -> Rhythm:
    """Return the rhythm of a need."""
    return Rhythm(need.schedule_kind, need.schedule_days, need.shift, need.next_date)


@dataclass(frozen=True)
class AskedFor:
    """What has been asked for on a day or is excused, by resident and kind, and whom 120 was called for."""

    kinds: frozenset[tuple[UUID | None, str]] = frozenset()
    critical: frozenset[UUID | None] = frozenset()

    @classmethod
    def by(cls, rows: Iterable[AccessRequest], excused: Iterable[tuple[UUID, str]] = ()) -> AskedFor:
        """Read it off the requests of that day; `excused` are residents and kinds that nobody need ask for.

        Whoever did not go is due again.
        """
        those = [row for row in rows if row.outcome != CloseOutcome.NOT_GONE]
        return cls(
            frozenset([*((row.resident_id, row.need_kind) for row in those), *excused]),
            frozenset(row.resident_id for row in those if row.is_critical),
        )

    def has(self, need: CareNeed) -> bool:
        """Say whether a need is asked for: by a way of its own, or nothing is asked beside 120."""
        return need.resident_id in self.critical or (need.resident_id, need.kind) in self.kinds


NOTHING = AskedFor()


def due_on(needs: Iterable[CareNeed], day: date, *, asked: AskedFor = NOTHING) -> list[Due]:
    """Return who is due on a day, not asked for and not excused; one line per person, the earliest time first.

    The one rule of who is due: the hour has no say. Whoever is due stays so until asked for, excused with a reason,
    or midnight: who was forgotten in the morning is the one to be seen at noon.
    A way for something else that day does not treat them. Fluid and refills are no reason to go anywhere (rules.md
    E29).
    """
    found: dict[UUID, Due] = {}
    for need in needs:
        rhythm = rhythm_of(need)
        if need.kind in GOODS or asked.has(need) or not rhythm.is_due(day):
            continue
        due = Due(need, clock.at_local(day, rhythm.starts))
        known = found.get(need.resident_id)
        if known is None or due.arrive_at < known.arrive_at:
            found[need.resident_id] = due
    return sorted(found.values(), key=lambda due: (due.arrive_at, due.resident.name_key))


def asked_on(day: date) -> Q:
    """Select the requests that count for a day: for an hour of it, or for none and still open or asked that day."""
    start, end = clock.day_bounds(day)
    soon = Q(arrive_at__isnull=True) & (Q(status__in=OPEN) | Q(submitted_at__gte=start, submitted_at__lt=end))
    return (Q(arrive_at__gte=start, arrive_at__lt=end) | soon) & ~Q(status=RequestStatus.CANCELLED)


def due_today(community_code: str, *, at: datetime) -> list[Due]:
    """Return who of a community is due today, not asked for and not excused; two queries."""
    today = clock.local_day(at)
    needs = needs_of(community_code, at=at)
    rows = AccessRequest.objects.filter(asked_on(today), community_id=community_code)
    excused = [(need.resident_id, need.kind) for need in needs if getattr(need, "excuse", "")]
    return due_on(needs, today, asked=AskedFor.by(rows, excused))


def coverage(needs: Iterable[CareNeed]) -> list[Coverage]:
    """Count, by group of needs, who is complete (R-000-13)."""
    found = [Coverage(label) for label, _kinds in GROUPS]
    for need in needs:
        for number, (_label, kinds) in enumerate(GROUPS):
            if need.kind in kinds:
                _count(found[number], need)
    return [each for each in found if each.total]


def _count(group: Coverage, need: CareNeed) -> None:
    group.total += 1
    lacking = lacking_of(need)
    if lacking:
        group.missing.append((need.resident, need, lacking))
    else:
        group.complete += 1


def lacking_of(need: CareNeed) -> str:
    """Say the one fact that is missing most to get this person there; "" when nothing is."""
    if not need.resident.phone_last4:
        return _("没填联系电话")
    if not need.resident.building:
        return _("没填楼号")
    if need.kind not in GOODS:
        if need.schedule_kind not in SCHEDULED:
            return _("没填多久一次")
        if need.schedule_kind in {ScheduleKind.CYCLE, ScheduleKind.DATE} and need.next_date is None:
            return _("没填下次治疗日期")
    if need.facility_id is None:
        return _("没填常去的医院")
    return ""
