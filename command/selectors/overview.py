"""What command sees: needs without an arrangement and whose move each is, people out without a way home, counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from access.journey import Facts, is_out, next_actor, stage_of
from access.models import AccessRequest
from access.selectors import facts_of, people_out
from access.selectors.people_out import PersonOut
from access.selectors.rescue import Rescue
from access.states import FIXED, RequestStatus, Stage
from communities.models import Area
from core.actors import Actor
from core.vocabulary import Role
from dispatch import selectors
from dispatch.board.asked import HouseAsked, asked_of
from dispatch.board.urgency import is_of_another_day
from dispatch.board.waiting import home_name
from dispatch.hand.rescues import of_board
from dispatch.words import unmet_words

SHOWN = 20  # so many lines of unmet needs; the rest is counted
LIMIT_MIN = 15  # a new request is within its time for as long as a car may take to be named
ASKING = {RequestStatus.SUBMITTED, RequestStatus.TRIAGED, RequestStatus.APPROVED, RequestStatus.UNMET}
ON_THE_WAY = {Stage.EXITED, Stage.BOARDED, Stage.BOARDED_BACK}


@dataclass(frozen=True)
class Unmet:
    """One or more people of one place who wait for the same thing: how pressing their care is, never which illness."""

    minutes: int
    need: str
    count: int
    place: str
    cause: str
    owner: str
    is_late: bool


@dataclass
class Overview:
    """The page's figures."""

    unmet: list[Unmet]
    more: int
    people: int
    later: int  # of another day, nothing to be arranged for today
    longest: int
    without_way_home: list[PersonOut]
    rescues: list[Rescue]
    streets: list[dict[str, object]]
    due: int = 0
    arranged: int = 0
    on_the_way: int = 0
    treated: int = 0
    stages: Counter[str] = field(default_factory=Counter)
    asked_of_houses: list[HouseAsked] = field(default_factory=list)


def overview(actor: Actor, *, at: datetime) -> Overview:
    """Read a division's requests and people out: three queries."""
    rows = selectors.board_requests(actor, at=at)
    known = {row.pk: facts_of(row) for row in rows}
    lacking = [row for row in rows if _has_nothing(row, known[row.pk])]
    waiting = [row for row in lacking if not _is_later(row, at)]
    groups = _grouped(waiting, known)
    stages = Counter(str(stage_of(facts)) for facts in known.values())
    return Overview(
        unmet=[_unmet(group, known[group[0].pk], at) for group in groups[:SHOWN]],
        more=max(0, len(groups) - SHOWN),
        people=len(waiting),
        later=len(lacking) - len(waiting),
        longest=max((_minutes(group[0], at) for group in groups), default=0),
        without_way_home=[each for each in people_out(actor, at=at) if each.has_no_way_home],
        rescues=of_board(rows, at=at),
        streets=_streets(rows, waiting, known),
        due=len(rows),
        arranged=sum(1 for facts in known.values() if facts.scheduled_at),
        on_the_way=sum(stages[stage] for stage in ON_THE_WAY),
        treated=stages[Stage.ARRIVED],
        stages=stages,
        asked_of_houses=asked_of(rows, at=at),
    )


def _has_nothing(row: AccessRequest, facts: Facts) -> bool:
    return row.status in ASKING and not (facts.scheduled_at or facts.boarded_at or facts.arrived_at)


def _is_later(row: AccessRequest, at: datetime) -> bool:
    """Say whether somebody is due on another day, as the board does; a critical person never is."""
    return not row.is_critical and row.arrive_at is not None and is_of_another_day(row.arrive_at, at)


def _grouped(waiting: list[AccessRequest], known: Mapping[UUID, Facts]) -> list[list[AccessRequest]]:
    """Join people of one place who wait for the same thing: the critical first, then by the longest wait."""
    groups: dict[tuple[str | None, bool, bool, str], list[AccessRequest]] = {}
    for row in sorted(waiting, key=lambda each: each.submitted_at):
        mover = _mover(row, known[row.pk])
        groups.setdefault((row.community_id, row.is_critical, row.need_kind in FIXED, mover), []).append(row)
    return sorted(groups.values(), key=lambda group: not group[0].is_critical)  # else where its first row came


def _minutes(row: AccessRequest, at: datetime) -> int:
    return int((at - row.submitted_at).total_seconds() // 60)


def _unmet(group: list[AccessRequest], facts: Facts, at: datetime) -> Unmet:
    """Put a group in words by whoever of it waits longest."""
    oldest = group[0]
    minutes = _minutes(oldest, at)
    return Unmet(
        minutes=minutes,
        need=_care(oldest),
        count=len(group),
        place=home_name(oldest),
        cause=_cause(oldest, facts),
        owner=_owner(oldest, facts),
        is_late=minutes > LIMIT_MIN,
    )


def _care(row: AccessRequest) -> str:
    """Say how pressing the care is: a cell of one person would tell the illness (authz/fields.csv, need.category)."""
    if row.is_critical:
        return _("急危重症")
    return _("定期治疗") if row.need_kind in FIXED else _("其他就医")


def _mover(row: AccessRequest, facts: Facts) -> str:
    return next_actor(facts, needs_vehicle=row.needs_vehicle)


def _cause(row: AccessRequest, facts: Facts) -> str:
    if row.status == RequestStatus.SUBMITTED:
        return _("等社区点头")
    if row.needs_person_reason:
        return unmet_words(row.needs_person_reason, row.needs_person_detail)
    return _("医院约好了，还没有车") if facts.booked_at else _("还没排医院和车")


def _owner(row: AccessRequest, facts: Facts) -> str:
    if _mover(row, facts) == Role.STAFF:
        return _("社区 %(p)s") % {"p": home_name(row)}
    return _("调度台")


def _streets(
    rows: list[AccessRequest], waiting: list[AccessRequest], known: Mapping[UUID, Facts]
) -> list[dict[str, object]]:
    """Count people by street: asked, without an arrangement, out."""
    asked = Counter(row.community.street_code for row in rows if row.community)
    nothing = Counter(row.community.street_code for row in waiting if row.community)
    out = Counter(row.community.street_code for row in rows if row.community and is_out(known[row.pk]))
    names = dict(Area.objects.filter(code__in=list(asked)).values_list("code", "name"))
    found = [
        {"name": names.get(code, code), "asked": asked[code], "nothing": nothing[code], "out": out[code]}
        for code in asked
    ]
    return sorted(found, key=lambda street: (-int(str(street["nothing"])), str(street["name"])))
