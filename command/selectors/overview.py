"""What command sees: needs without an arrangement and whose move each is, people out without a way home, counts."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _

from access.journey import is_out, next_actor, stage_of
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
from dispatch.board.waiting import home_name
from dispatch.hand.rescues import of_board
from dispatch.words import unmet_words

LIMIT_MIN = 15  # a new request is within its time for as long as a car may take to be named
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
    people: int
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
    waiting = [row for row in rows if _has_nothing(row)]
    unmet = _grouped(waiting, at)
    facts = [facts_of(row) for row in rows]
    stages = Counter(str(stage_of(each)) for each in facts)
    lost = [each for each in people_out(actor, at=at) if each.has_no_way_home]
    return Overview(
        unmet=unmet,
        people=sum(each.count for each in unmet),
        longest=max((each.minutes for each in unmet), default=0),
        without_way_home=lost,
        rescues=of_board(rows, at=at),
        streets=_streets(rows, waiting),
        due=len(rows),
        arranged=sum(1 for each in facts if each.scheduled_at),
        on_the_way=sum(stages[stage] for stage in ON_THE_WAY),
        treated=stages[Stage.ARRIVED],
        stages=stages,
        asked_of_houses=asked_of(rows, at=at),
    )


def _has_nothing(row: AccessRequest) -> bool:
    open_ones = {RequestStatus.SUBMITTED, RequestStatus.TRIAGED, RequestStatus.APPROVED, RequestStatus.UNMET}
    facts = facts_of(row)
    return row.status in open_ones and not (facts.scheduled_at or facts.boarded_at or facts.arrived_at)


def _grouped(waiting: list[AccessRequest], at: datetime) -> list[Unmet]:
    """Join people of one street who wait for the same thing; the longest wait first."""
    groups: dict[tuple[str | None, str, str], list[AccessRequest]] = {}
    for row in waiting:
        groups.setdefault((row.community_id, _care(row), _mover(row)), []).append(row)
    return sorted((_unmet(rows, at) for rows in groups.values()), key=lambda each: -each.minutes)


def _unmet(rows: list[AccessRequest], at: datetime) -> Unmet:
    oldest = min(rows, key=lambda row: row.submitted_at)
    minutes = int((at - oldest.submitted_at).total_seconds() // 60)
    return Unmet(
        minutes=minutes,
        need=_care(oldest),
        count=len(rows),
        place=home_name(oldest),
        cause=_cause(oldest),
        owner=_owner(oldest),
        is_late=minutes > LIMIT_MIN,
    )


def _care(row: AccessRequest) -> str:
    """Say how pressing the care is: a cell of one person would tell the illness (authz/fields.csv, need.category)."""
    if row.is_critical:
        return _("急危重症")
    return _("定期治疗") if row.need_kind in FIXED else _("其他就医")


def _mover(row: AccessRequest) -> str:
    return next_actor(facts_of(row), needs_vehicle=row.needs_vehicle)


def _cause(row: AccessRequest) -> str:
    if row.status == RequestStatus.SUBMITTED:
        return _("等社区点头")
    if row.needs_person_reason:
        return unmet_words(row.needs_person_reason, row.needs_person_detail)
    return _("医院约好了，还没有车") if facts_of(row).booked_at else _("还没排医院和车")


def _owner(row: AccessRequest) -> str:
    labels = {Role.STAFF: _("社区 %(p)s") % {"p": home_name(row)}, Role.DISPATCH: _("调度台")}
    return str(labels.get(Role(_mover(row) or Role.DISPATCH), _("调度台")))


def _streets(rows: list[AccessRequest], waiting: list[AccessRequest]) -> list[dict[str, object]]:
    """Count people by street: asked, without an arrangement, out."""
    asked = Counter(row.community.street_code for row in rows if row.community)
    nothing = Counter(row.community.street_code for row in waiting if row.community)
    out = Counter(row.community.street_code for row in rows if row.community and is_out(facts_of(row)))
    names = dict(Area.objects.filter(code__in=list(asked)).values_list("code", "name"))
    found = [
        {"name": names.get(code, code), "asked": asked[code], "nothing": nothing[code], "out": out[code]}
        for code in asked
    ]
    return sorted(found, key=lambda street: (-int(str(street["nothing"])), str(street["name"])))
