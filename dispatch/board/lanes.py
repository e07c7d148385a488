"""The board's lanes: one per vehicle, its runs as bars in minutes from the left edge."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from core import lateness
from core.clock import CHINA
from core.vocabulary import ZoneClass, hhmm
from dispatch.hand.snapshot import Bar, Fleet
from dispatch.limits import leave_min
from dispatch.shapes import Car, RidePlan
from transport.states import RunStatus, TripDirection, TripStatus

SPAN_MIN = 390
BEFORE_MIN = 60
ROOM_MIN = 34  # so many minutes wide is a bar that shows its words
OFF_SHOWN_MIN = 15  # a shorter turn-round is not drawn
DISINFECTION = "off"  # the state of the bar that stands for one


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
    beside: int | None = None  # where its words stand that is too short for them, in minutes


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
        blocks = _with_words(blocks)
        lane = _lane(car, scale, tuple(blocks), is_chosen=car.code in chosen)
        group = found[_loop(car)]
        (group.busy if lane.blocks else group.idle).append(lane)
    for group in found.values():
        group.busy.sort(key=lambda lane: not lane.is_chosen)
    return [group for group in found.values() if group.count]


def _with_words(blocks: list[Block]) -> list[Block]:
    """Put the words of a bar that is too short for them beside it, where nothing follows at once."""
    ordered = sorted(blocks, key=lambda block: block.start)
    found = []
    for number, block in enumerate(ordered):
        follows = ordered[number + 1].start if number + 1 < len(ordered) else SPAN_MIN
        is_short = block.state != DISINFECTION and block.end - block.start < ROOM_MIN <= follows - block.end
        found.append(replace(block, beside=block.end) if is_short else block)
    return found


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
    only = str(last.case_ref) if len(bar.trips) == 1 else ""
    state, words = _state(bar, scale.now), _words(bar, scale.now)
    blocks = [_block(f"{run.pk}", state, run.occupied.lower, done_at, *words, scale, case=only)]
    if run.occupied.upper - over >= timedelta(minutes=OFF_SHOWN_MIN):
        blocks.append(_block(f"{run.pk}-off", DISINFECTION, over, run.occupied.upper, _("消杀"), "", scale))
    return [block for block in blocks if block.end > 0 and block.start < SPAN_MIN]


def _block(  # noqa: PLR0913 - one reading of the board
    key: str, state: str, begins: datetime, ends: datetime, words: str, small: str, scale: Scale, case: str = ""
) -> Block:
    start, end = max(0, scale.minute(begins)), min(SPAN_MIN, scale.minute(ends))
    label = f"{words} {small} {hhmm(begins)}–{hhmm(ends)}".replace("  ", " ")
    return Block(key, state, start, max(end, start + 4), words, small, label, case)


def _state(bar: Bar, now: datetime) -> str:
    """Say how a bar is drawn: done, late, now, kept, offered, or taken by its driver ("")."""
    if bar.run.status == RunStatus.COMPLETED:
        return "done"
    if _late_min(bar, now):
        return "late"
    if _is_going(bar):
        return "now"
    return {RunStatus.DRAFT: "kept", RunStatus.OFFERED: "offered"}.get(RunStatus(bar.run.status), "")


def _is_going(bar: Bar) -> bool:
    return bar.run.status == RunStatus.UNDER_WAY or any(trip.status == TripStatus.ON_BOARD for trip in bar.trips)


def _late_min(bar: Bar, now: datetime) -> int:
    """Say by how many minutes what was promised next is late; 0 while it is not, and of what is only kept."""
    if bar.run.status in {RunStatus.DRAFT, RunStatus.COMPLETED}:
        return 0
    ahead = [trip.pickup_planned_at for trip in bar.trips if trip.status == TripStatus.SCHEDULED]
    ahead += [trip.dropoff_planned_at for trip in bar.trips if trip.status == TripStatus.ON_BOARD]
    first = min((at for at in ahead if at), default=None)
    if first is None or not lateness.level_of(first, at=now):
        return 0
    return lateness.minutes_late(first, at=now)


def _words(bar: Bar, now: datetime) -> tuple[str, str]:
    """Return who and which way, and the time that matters now."""
    trip = bar.first
    ways: dict[str, str] = {TripDirection.INBOUND: _("返"), TripDirection.BETWEEN: _("转院")}
    way = ways.get(trip.direction, _("去"))
    who = bar.label if len(bar.trips) == 1 else _("拼车 %(n)s 人") % {"n": len(bar.trips)}
    if bar.run.status == RunStatus.DRAFT:
        return f"{who} {way}", _("预留")
    if late := _late_min(bar, now):
        return f"{who} {way}", _("晚 %(n)s 分") % {"n": late}
    if _is_going(bar) and bar.last.dropoff_planned_at:
        return f"{who} {way}", _("%(t)s 到") % {"t": hhmm(bar.last.dropoff_planned_at)}
    at = hhmm(trip.pickup_planned_at)
    return f"{who} {way}", _("%(t)s，司机没接") % {"t": at} if bar.run.status == RunStatus.OFFERED else at


def _ghost(ride: RidePlan, scale: Scale, name: str) -> Block:
    times = f"{hhmm(ride.leave_at)}–{hhmm(ride.dropoff_at)}"
    return _block(
        f"ghost-{ride.vehicle_code}-{ride.leave_at:%H%M}", "ghost", ride.leave_at, ride.dropoff_at, name, times, scale
    )
