"""What exists in a drilled day beside the database: where people and cars truly are, and what chance has in store."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from uuid import UUID

from access.models import AccessRequest
from communities.models import Gate
from core import clock
from core.actors import Actor
from core.geo import Point
from core.vocabulary import hhmm
from drill.agenda import Agenda

MIN = timedelta(minutes=1)


def person(role: str, kind: str, code: str, label: str, place: str = "") -> Actor:
    """Return somebody who works on a post in the drill."""
    return Actor(f"drill:{role}:{code}", label or code, role, kind, code, place)


@dataclass
class Tally:
    """What no row of the database tells."""

    km: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    km_empty: float = 0.0
    planning_s: list[float] = field(default_factory=list)
    urgent_s: list[float] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    locked_out: list[str] = field(default_factory=list)
    out_without_way: list[tuple[datetime, int, int]] = field(default_factory=list)  # at, people out, of them without
    by_hand: Counter[str] = field(default_factory=Counter)
    trouble: list[str] = field(default_factory=list)
    calls_without_owner: set[str] = field(default_factory=set)
    doubled_ways: set[str] = field(default_factory=set)


@dataclass
class DrilledParty:
    """One party: who they are to the drill, and what they will be like today."""

    case_ref: UUID
    name: str
    community: str
    gate: Gate | None
    late: timedelta  # at the door of the compound, beside the planned time
    misses: bool  # does not come down the first time
    is_found: bool  # when looked for, and comes down after all
    overrun: timedelta
    hand_over: timedelta
    is_admitted: bool
    walk: timedelta  # from the ward to the door
    ready_at: datetime | None = None
    is_out: bool = False
    is_inside: bool = False


@dataclass
class World:
    """The day, its seed, and everybody's true place."""

    day: date
    seed: int
    agenda: Agenda
    areas: tuple[str, ...]
    faults: frozenset[str] = frozenset()
    tally: Tally = field(default_factory=Tally)
    patients: dict[UUID, DrilledParty] = field(default_factory=dict)
    cars: dict[str, Point] = field(default_factory=dict)
    moving: set[str] = field(default_factory=set)  # cars that drive empty to a place where they are kept for somebody
    silent: set[str] = field(default_factory=set)  # drivers who do not answer
    offline: set[str] = field(default_factory=set)  # communities whose gates are offline
    slow: dict[str, datetime] = field(default_factory=dict)  # desks that cannot cope, until when
    left_to_climb: set[str] = field(default_factory=set)  # subjects of calls that their first owner does not see
    is_planning: bool = True  # somebody answers the bell
    has_bell: bool = True  # a message reaches whom it is for

    @property
    def now(self) -> datetime:
        """The drill's time."""
        return self.agenda.now

    def at(self, hhmm: str) -> datetime:
        """Return a time of the drilled day."""
        return clock.at_local(self.day, hhmm)

    def dice(self, *names: object) -> Random:
        """Return the chance of one thing: the same for the same seed, whatever else happens."""
        return Random(":".join(str(name) for name in (self.seed, *names)))

    def note(self, words: str) -> None:
        """Keep a line for the report."""
        self.tally.trouble.append(f"{hhmm(self.now)} {words}")

    def patient(self, case_ref: UUID) -> DrilledParty:
        """Return the party of a case, met for the first time or known."""
        if case_ref not in self.patients:
            self.patients[case_ref] = self._meet(case_ref)
        return self.patients[case_ref]

    def _meet(self, case_ref: UUID) -> DrilledParty:
        request = AccessRequest.objects.select_related("resident").get(case_ref=case_ref)
        ref = request.resident.ref if request.resident and request.resident.ref else request.name
        dice = self.dice("patient", ref, request.need_kind)
        return DrilledParty(
            case_ref=case_ref,
            name=request.name,
            community=request.community_id or "",
            gate=Gate.objects.filter(community_id=request.community_id).select_related("community").first(),
            late=_late(dice),
            misses=dice.random() < 0.012,
            is_found=False,
            overrun=_overrun(dice, request.session_min),
            hand_over=(dice.uniform(16, 24) if dice.random() < 0.02 else dice.uniform(3, 12)) * MIN,
            is_admitted=dice.random() < 0.006,
            walk=dice.uniform(2, 6) * MIN,
        )


def _late(dice: Random) -> timedelta:
    """Say how people come to the car: most in time, some some minutes late, few very late."""
    kind = dice.random()
    if kind < 0.86:
        return dice.uniform(-6, 1) * MIN
    return (dice.uniform(2, 10) if kind < 0.97 else dice.uniform(10, 20)) * MIN


def _overrun(dice: Random, session_min: int) -> timedelta:
    """Say how much longer a treatment takes than planned."""
    if dice.random() < 0.06:
        return dice.uniform(15, 60) * MIN
    spread = min(10.0, session_min * 0.1)
    return dice.uniform(-spread, spread) * MIN
