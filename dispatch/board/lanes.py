"""The board's lanes: one per vehicle, its runs as bars in minutes from the left edge."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from core.clock import CHINA
from core.vocabulary import ZoneClass, hhmm
from dispatch.hand.snapshot import Bar, Fleet
from dispatch.limits import leave_min
from dispatch.shapes import Car, RidePlan
from transport.states import RunStatus, TripDirection, TripStatus

SPAN_MIN = 390
BEFORE_MIN = 60
OFF_SHOWN_MIN = 15  # a shorter turn-round is not drawn


@dataclass(frozen=True)
class Scale:
    """What the lanes show: from when, how long, and now."""

    starts_at: datetime
    now: datetime

    def minute(self, at: datetime) -> int:
        """Return a time as minutes from the left edge."""
        return round((at - self.starts_at) / timedelta(minutes=1))

    @property
    def ends_at(self) -> datetime:
        """The right edge."""
        return self.starts_at + timedelta(minutes=SPAN_MIN)

    @property
    def first_hour(self) -> int:
        """Minutes to the first full hour."""
        return -self.starts_at.minute % 60

    @property
    def now_minute(self) -> int:
        """Where the now line stands."""
        return self.minute(self.now)

    @property
    def ticks(self) -> list[tuple[int, str]]:
        """The full hours with room for their words."""
        hours = range(self.first_hour, SPAN_MIN, 60)
        marks = [(minute, self.starts_at + timedelta(minutes=minute)) for minute in hours]
        return [
            (minute, hhmm(at))
            for minute, at in marks
            if 15 < minute < SPAN_MIN - 10 and abs(minute - self.now_minute) > 28
        ]


def scale(at: datetime) -> Scale:
    """Return a window that begins on a half hour, about an hour before now."""
    start = (at - timedelta(minutes=BEFORE_MIN)).astimezone(CHINA)
    return Scale(start.replace(minute=start.minute // 30 * 30, second=0, microsecond=0), at)


@dataclass(frozen=True)
class Block:
    """One bar."""

    key: str
    state: str
    start: int
    end: int
    words: str
    small: str
    label: str
    case: str = ""


@dataclass(frozen=True)
class Lane:
    """One vehicle's row: all that its template shows."""

    code: str
    plate: str
    driver: str
    about: str
    icon: str
    blocks: tuple[Block, ...]
    is_chosen: bool = False


@dataclass
class Group:
    """The vehicles of one loop."""

    key: str
    title: str
    busy: list[Lane]
    idle: list[Lane]

    @property
    def count(self) -> int:
        """Vehicles on duty in it."""
        return len(self.busy) + len(self.idle)


def groups(fleet: Fleet, scale: Scale, *, ghosts: Iterable[RidePlan] = (), name: str = "") -> list[Group]:
    """Return the lanes by loop; lanes without a run and not chosen stand folded under the others."""
    planned = {(ghost.vehicle_code, ghost.leave_at): ghost for ghost in ghosts}
    chosen = {code for code, _leave in planned}
    titles = {
        "sealed": _("能进封控区的车，一趟只坐一类区"),
        "controlled": _("只去管控区、防范区的车"),
        "ambulance": _("120 急救"),
    }
    found = {key: Group(key, title, [], []) for key, title in titles.items()}
    for car in sorted(fleet.cars, key=lambda each: each.plate):
        if not car.duties or (car.seats == 0 and not fleet.bars.get(car.code)):
            continue
        blocks = [block for bar in fleet.bars.get(car.code, []) for block in _blocks(bar, scale)]
        blocks += [_ghost(ghost, scale, name) for (code, _leave), ghost in planned.items() if code == car.code]
        lane = _lane(car, scale, tuple(blocks), is_chosen=car.code in chosen)
        group = found[_loop(car)]
        (group.busy if lane.blocks else group.idle).append(lane)
    for group in found.values():
        group.busy.sort(key=lambda lane: not lane.is_chosen)
    return [group for group in found.values() if group.count]


def _loop(car: Car) -> str:
    if car.is_ambulance:
        return "ambulance"
    return ZoneClass.SEALED if ZoneClass.SEALED in car.zones_allowed else ZoneClass.CONTROLLED


def _lane(car: Car, scale: Scale, blocks: tuple[Block, ...], *, is_chosen: bool) -> Lane:
    icon = "siren" if car.is_ambulance else "bed" if car.stretchers else "chair" if car.wheelchairs else "walk"
    about = _("担架") if car.stretchers else _("坡板") if car.wheelchairs else ""
    duty = next((each for each in car.duties if each.starts_at <= scale.now < each.ends_at), car.duties[0])
    return Lane(car.code, car.plate, duty.driver_name, about, icon, blocks, is_chosen)


def _blocks(bar: Bar, scale: Scale) -> list[Block]:
    """Return a run's bar and, after it, the disinfection."""
    run, last = bar.run, bar.last
    done_at = last.dropped_off_at or last.dropoff_planned_at
    if done_at is None:
        done_at = run.occupied.upper
    over = done_at + timedelta(minutes=leave_min(last.mobility))
    blocks = [
        _block(f"{run.pk}", _state(bar), run.occupied.lower, done_at, *_words(bar), scale, case=str(last.case_ref))
    ]
    if run.occupied.upper - over >= timedelta(minutes=OFF_SHOWN_MIN):
        blocks.append(_block(f"{run.pk}-off", "off", over, run.occupied.upper, _("消杀"), "", scale))
    return [block for block in blocks if block.end > 0 and block.start < SPAN_MIN]


def _block(  # noqa: PLR0913 - one reading of the board
    key: str, state: str, begins: datetime, ends: datetime, words: str, small: str, scale: Scale, case: str = ""
) -> Block:
    start, end = max(0, scale.minute(begins)), min(SPAN_MIN, scale.minute(ends))
    label = f"{words} {small} {hhmm(begins)}–{hhmm(ends)}".replace("  ", " ")
    return Block(key, state, start, max(end, start + 4), words, small, label, case)


def _state(bar: Bar) -> str:
    if bar.run.status == RunStatus.COMPLETED:
        return "done"
    if bar.run.status == RunStatus.UNDER_WAY or any(trip.status == TripStatus.ON_BOARD for trip in bar.trips):
        return "now"
    return ""


def _words(bar: Bar) -> tuple[str, str]:
    """Return who and which way, and the time that matters now."""
    trip = bar.first
    ways: dict[str, str] = {TripDirection.INBOUND: _("返"), TripDirection.BETWEEN: _("转院")}
    way = ways.get(trip.direction, _("去"))
    who = bar.label if len(bar.trips) == 1 else _("拼车 %(n)s 人") % {"n": len(bar.trips)}
    if bar.run.status == RunStatus.DRAFT:
        return f"{who} {way}", _("预留")
    if _state(bar) == "now" and bar.last.dropoff_planned_at:
        return f"{who} {way}", _("%(t)s 到") % {"t": hhmm(bar.last.dropoff_planned_at)}
    return f"{who} {way}", hhmm(trip.pickup_planned_at)


def _ghost(ride: RidePlan, scale: Scale, name: str) -> Block:
    times = f"{hhmm(ride.leave_at)}–{hhmm(ride.dropoff_at)}"
    return _block(
        f"ghost-{ride.vehicle_code}-{ride.leave_at:%H%M}", "ghost", ride.leave_at, ride.dropoff_at, name, times, scale
    )
