"""What the board's right side shows, as its template reads it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from access.models import AccessRequest
from dispatch.board.placed import PlacedRide
from dispatch.board.waiting import Waiting
from dispatch.hand.receiving import Option, Times
from dispatch.shapes import RidePlan


@dataclass(frozen=True)
class Choice:
    """What the address says was chosen."""

    slot_id: int | None = None
    facility: str = ""
    car: str = ""


@dataclass(frozen=True)
class ReasonLine:
    """One reason: kind yes, but or no, its sentence, and the rule it comes from."""

    kind: str
    text: str
    source: str


@dataclass(frozen=True)
class Offer:
    """One car, or one hospital, as a row of the panel."""

    code: str
    title: str
    verdict: str
    lines: tuple[ReasonLine, ...]
    is_possible: bool
    is_chosen: bool = False
    number: int = 0
    rule: str = ""  # of a barred one: what bars it


@dataclass(frozen=True)
class BarredGroup:
    """The cars that one rule bars, with its words for the first of them."""

    code: str
    words: str
    plates: tuple[str, ...]


@dataclass(frozen=True)
class DeskToAsk:
    """The desk that is rung when no car comes in time: it may receive somebody later."""

    name: str
    phone: str


@dataclass
class Panel:
    """Everything the panel shows; `ghosts` are the rides drawn dashed on the lanes."""

    waiting: Waiting
    hospitals: list[Offer] = field(default_factory=list)
    hospitals_barred: list[Offer] = field(default_factory=list)
    times: list[Times] = field(default_factory=list)
    slot: Times | None = None
    hospital: Option | None = None
    cars: list[Offer] = field(default_factory=list)
    cars_barred: list[Offer] = field(default_factory=list)
    instead: str = ""  # what of the choice cannot be kept
    pickup_at: datetime | None = None  # when the car offered fetches them: the press is held to it
    out_code: str = ""
    back_code: str = ""
    press: str = ""
    after: str = ""
    stuck: str = ""
    desk: DeskToAsk | None = None
    handed_up: str = ""  # to command: whose it is, who has taken it up
    hand_up_reasons: list[tuple[str, str]] = field(default_factory=list)  # (value, words) of each press
    ghosts: list[RidePlan] = field(default_factory=list)
    placed: list[PlacedRide] = field(default_factory=list)

    @property
    def groups_barred(self) -> list[BarredGroup]:
        """The barred cars by the rule that bars them, the rule of the fewest first: that one is nearest to be met."""
        found: dict[str, list[Offer]] = {}
        for each in self.cars_barred:
            found.setdefault(each.rule, []).append(each)
        groups = [
            BarredGroup(code, each[0].lines[0].text if each[0].lines else "", tuple(car.title for car in each))
            for code, each in found.items()
        ]
        return sorted(groups, key=lambda group: (len(group.plates), group.code))

    @property
    def chooses_hospital(self) -> bool:
        """Say whether the hospital is chosen with the car: of those who wait at home."""
        return self.waiting.kind in {"out", "own", "move"} and self.request.community is not None

    @property
    def request(self) -> AccessRequest:
        """Whom it is for."""
        return self.waiting.request
