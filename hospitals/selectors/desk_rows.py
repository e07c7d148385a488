"""What the desk's page shows, row by row."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypedDict
from uuid import UUID

from core.vocabulary import hhmm
from hospitals.models import Appointment, Intake, Service
from hospitals.states import INSIDE, AppointmentStatus


class OfDay(TypedDict):
    """What a service is read with for a day: its places, those taken, and whether its house hands anybody over."""

    places: int | None
    taken: int | None
    hands_over: bool


if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

    CountedService = WithAnnotations[Service, OfDay]
else:
    CountedService = Service


ODD_MIN = 20  # so long before the expected time a key asks before it acts


@dataclass(frozen=True)
class ArrivalRow:
    """All that the row of an expected patient shows."""

    pk: UUID
    is_first: bool
    is_proposed: bool
    time: str
    minutes: int
    name: str
    zone_class: str
    about: str
    need: str
    when_booked: str
    plate: str
    driver: str
    is_carried: bool
    has_test: bool
    precaution: str
    machine: str
    door_wait: int | None
    door_level: str

    @property
    def is_odd_now(self) -> bool:
        """Say whether somebody who arrives now is long before their time: a key asks first."""
        return self.minutes > ODD_MIN and self.door_wait is None

    @property
    def is_late(self) -> bool:
        """Say whether the expected time has passed."""
        return self.minutes < 0

    @property
    def late_by(self) -> int:
        """Return the minutes since the expected time."""
        return -self.minutes


@dataclass(frozen=True)
class Arrival:
    """One expected patient as the desk's row shows them."""

    appointment: Appointment
    expected_at: datetime
    minutes: int
    about: str
    need: Any
    when_booked: str
    has_test: bool
    precaution: Any
    machine: Any
    door_due_at: datetime | None = None
    door_wait: int | None = None
    door_level: str = ""

    @property
    def is_at_door(self) -> bool:
        """Say whether the driver stands at the door with the patient."""
        return self.door_wait is not None

    @property
    def is_late(self) -> bool:
        """Say whether the expected time has passed."""
        return self.minutes < 0

    @property
    def plate(self) -> str:
        """Return the vehicle's plate: the first word of who carries."""
        return self.appointment.carried_by.partition(" ")[0]

    @property
    def driver(self) -> str:
        """Return who drives: the rest of it."""
        return self.appointment.carried_by.partition(" ")[2]

    @property
    def late_by(self) -> int:
        """Return the minutes since the expected time."""
        return -self.minutes

    def row(self, *, is_first: bool) -> ArrivalRow:
        """Return what the patient's row shows."""
        row = self.appointment
        return ArrivalRow(
            pk=row.pk,
            is_first=is_first,
            is_proposed=row.status == AppointmentStatus.PROPOSED,
            time=hhmm(self.expected_at),
            minutes=self.minutes,
            name=row.name,
            zone_class=row.zone_class,
            about=self.about,
            need=str(self.need),
            when_booked=self.when_booked,
            plate=self.plate,
            driver=self.driver,
            is_carried=bool(row.carried_by),
            has_test=self.has_test,
            precaution=str(self.precaution or ""),
            machine=str(self.machine),
            door_wait=self.door_wait,
            door_level=self.door_level,
        )


@dataclass(frozen=True)
class Patient:
    """One patient in the house, or waiting for the way home."""

    intake: Intake
    about: str
    need: Any
    zone_class: str
    has_test: bool
    precaution: Any
    machine: Any
    hand_over_level: str
    waited: int
    is_wait_over: bool
    time_left: str
    is_odd_now: bool = False  # a treatment that ends now would end long before its time: a key asks first

    @property
    def way_home_plate(self) -> str:
        """Return the plate of the ride home."""
        return self.intake.way_home_by.partition(" ")[0]

    @property
    def is_handing_over(self) -> bool:
        """Say whether the hand-over clock runs."""
        return self.intake.status in INSIDE and self.intake.handed_over_at is None


@dataclass(frozen=True)
class Capacity:
    """Places of one service today."""

    label: Any
    booked: int
    places: int

    @property
    def is_tight(self) -> bool:
        """Say whether four fifths are taken."""
        return self.booked * 5 >= self.places * 4


@dataclass
class DeskDay:
    """Everything on the desk's page."""

    at: datetime
    arrivals: list[Arrival] = field(default_factory=list)
    under_way: list[Arrival] = field(default_factory=list)
    hand_overs: list[Patient] = field(default_factory=list)
    inside: list[Patient] = field(default_factory=list)
    waiting: list[Patient] = field(default_factory=list)
    arrived_count: int = 0
    brought_count: int = 0  # at the door, from another house
    hands_over: bool = True  # somebody is to come from another house, or to leave for one
    capacities: list[Capacity] = field(default_factory=list)
    confirmed_at: datetime | None = None
    confirmed_by: str = ""
    is_stale: bool = False

    @property
    def rows(self) -> list[ArrivalRow]:
        """Return the expected patients as they are drawn."""
        return [arrival.row(is_first=number == 0) for number, arrival in enumerate(self.arrivals)]

    @property
    def at_door_count(self) -> int:
        """Count who stands at the door and is not received."""
        return self.brought_count + sum(1 for row in (*self.arrivals, *self.under_way) if row.is_at_door)

    @property
    def inside_count(self) -> int:
        """Count the patients in the house whose hand-over clock is not on top."""
        return len(self.inside)

    @property
    def soon_count(self) -> int:
        """Count who is expected within two hours."""
        return sum(1 for row in (*self.arrivals, *self.under_way) if row.minutes <= 120)

    @property
    def first_due(self) -> Patient | None:
        """Return the hand-over whose limit comes first."""
        return min(self.hand_overs, key=lambda row: row.intake.hand_over_due_at or self.at, default=None)
