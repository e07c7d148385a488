"""Whether a car may carry a party, and several together: the hard rules, none of which can be forced (E12,
E18). Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from core.stored import said, stored, stored_label
from core.vocabulary import INFECTIOUS, Mobility
from transport.states import VehicleStatus

NOT_SERVING = stored("%(plate)s 现在%(status)s，请换一辆。")
OTHER_ZONE = stored("%s 不接这一类区的人，请换一辆。")
NOT_FOR_POSITIVE = stored("%s 没有阳性转运条件，请换一辆。")
NO_OXYGEN = stored("%s 没有氧气，请换一辆。")
NO_STRETCHER = stored("%s 放不下担架，请换一辆。")
NO_WHEELCHAIR = stored("%s 没有空的轮椅位，请换一辆。")
TOO_FEW_SEATS = stored("%(plate)s 座位不够：要 %(need)s 个，有 %(has)s 个。请换一辆。")
OTHER_CLASS = stored("%s 这一趟坐着另一类区的人，不能同车。请另派一趟。")


class Carrier(Protocol):
    """What is asked of a vehicle."""

    plate: str
    status: str
    seats: int
    wheelchairs: int
    stretchers: int
    has_oxygen: bool
    zones_allowed: list[str]
    takes_positive: bool

    @property
    def is_ambulance(self) -> bool:
        """Say whether it belongs to 120."""


class Party(Protocol):
    """What is asked of a trip."""

    mobility: str
    party_size: int
    needs_oxygen: bool
    zone_class: str
    infection_class: str


@dataclass(frozen=True)
class Misfit:
    """The first rule that keeps a party out of a car: a code for programs, the sentence as a row keeps it."""

    code: str
    words: str

    @property
    def sentence(self) -> str:
        """Say the rule in the reader's language."""
        return said(self.words)


@dataclass(frozen=True)
class Load:
    """Places taken in a car."""

    seats: int
    wheelchairs: int = 0
    stretchers: int = 0

    def __add__(self, other: Load) -> Load:
        return Load(self.seats + other.seats, self.wheelchairs + other.wheelchairs, self.stretchers + other.stretchers)


@dataclass(frozen=True)
class Aboard:
    """A party in a car from one time to another."""

    party: Party
    since: datetime
    until: datetime


def load_of(vehicle: Carrier, party: Party) -> Load:
    """Return the places a party takes: its patient lies, sits in the own wheelchair or takes a seat."""
    lies = party.mobility == Mobility.STRETCHER or (vehicle.is_ambulance and vehicle.stretchers > 0)
    if lies:
        return Load(party.party_size - 1, 0, 1)
    if party.mobility == Mobility.WHEELCHAIR:
        return Load(party.party_size - 1, 1, 0)
    return Load(party.party_size, 0, 0)


def bar_of(vehicle: Carrier, party: Party) -> Misfit | None:
    """Return the first rule that bars a party from an empty car: status, zone, infection, room, oxygen."""
    plate = vehicle.plate
    if vehicle.status != VehicleStatus.AVAILABLE:
        status = stored_label(VehicleStatus, vehicle.status)
        return Misfit("vehicle.status", NOT_SERVING % {"plate": plate, "status": status})
    if party.zone_class not in vehicle.zones_allowed:
        return Misfit("vehicle.zone", OTHER_ZONE % plate)
    if party.infection_class in INFECTIOUS and not vehicle.takes_positive:
        return Misfit("vehicle.infection", NOT_FOR_POSITIVE % plate)
    if bar := bar_of_load(vehicle, load_of(vehicle, party)):
        return bar
    if party.needs_oxygen and not vehicle.has_oxygen:
        return Misfit("vehicle.oxygen", NO_OXYGEN % plate)
    return None


def bar_of_load(vehicle: Carrier, load: Load) -> Misfit | None:
    """Return the first kind of place that a load exceeds."""
    if load.stretchers > vehicle.stretchers:
        return Misfit("vehicle.stretcher", NO_STRETCHER % vehicle.plate)
    if load.wheelchairs > vehicle.wheelchairs:
        return Misfit("vehicle.wheelchair", NO_WHEELCHAIR % vehicle.plate)
    if load.seats > vehicle.seats:
        figures = {"plate": vehicle.plate, "need": load.seats, "has": vehicle.seats}
        return Misfit("vehicle.seats", TOO_FEW_SEATS % figures)
    return None


def bar_together(vehicle: Carrier, aboard: Sequence[Aboard], newcomer: Aboard) -> Misfit | None:
    """Return the rule that keeps a newcomer from a car already carrying others: class, then places at each moment."""
    for other in aboard:
        same_zone = other.party.zone_class == newcomer.party.zone_class
        if not same_zone or other.party.infection_class != newcomer.party.infection_class:
            return Misfit("run.class", OTHER_CLASS % vehicle.plate)
    for moment in [newcomer.since, *(each.since for each in aboard if newcomer.since <= each.since < newcomer.until)]:
        load = load_of(vehicle, newcomer.party)
        for each in aboard:
            if each.since <= moment < each.until:
                load = load + load_of(vehicle, each.party)
        if bar := bar_of_load(vehicle, load):
            return bar
    return None
