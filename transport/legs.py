"""What a driver reads of a ride: place, time, who and how to carry; never why, whole name or number (trust.md C2)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote

from django.utils.translation import gettext as _

from core.geo import travel_min
from core.phrases import clauses, label, listed
from core.vocabulary import Mobility, PlaceKind, hhmm
from transport.models import Run, Stop, Trip
from transport.states import RunStatus, StopKind

NEXT_SHOWN = 6
_MOBILITY_ICON: dict[str, str] = {
    Mobility.WALK: "walk",
    Mobility.ASSISTED: "user",
    Mobility.WHEELCHAIR: "chair",
    Mobility.STRETCHER: "bed",
}


@dataclass(frozen=True)
class Step:
    """The one button of the moment: its word, and what it does to the run or the stop."""

    name: str
    label: str
    on_run: bool = False


@dataclass(frozen=True)
class Instruction:
    """One thing to do, with its icon."""

    icon: str
    text: str


@dataclass(frozen=True)
class NextStop:
    """One line of what comes after the current leg."""

    at: datetime
    title: str
    note: str
    icon: str


@dataclass(frozen=True)
class CurrentStop:
    """The current leg: one stop and its button."""

    run: Run
    stop: Stop
    trip: Trip
    caption: str
    place: list[str]
    time_word: str
    who: str
    minutes: int
    step: Step
    instructions: list[Instruction] = field(default_factory=list)

    @property
    def is_pickup(self) -> bool:
        """Say whether somebody is fetched here."""
        return self.stop.kind == StopKind.PICKUP

    @property
    def geo_url(self) -> str:
        """The address that opens the phone's own map."""
        return geo_url(self.stop)


@dataclass(frozen=True)
class LaterStep:
    """A step to come at a stop."""

    stop: Stop
    step: Step
    caption: str


def geo_url(stop: Stop) -> str:
    """Return the address that opens the phone's own map at a stop; by its name alone where its point is none."""
    if not stop.point.is_sound:
        return f"geo:0,0?q={quote(stop.label)}"
    at = f"{stop.lat:.5f},{stop.lon:.5f}"
    return f"geo:{at}?q={at}({quote(stop.label)})"


def leg_of(run: Run) -> CurrentStop | None:
    """Return the current leg of a run whose stops are loaded in order; None when all is done."""
    stops = list(run.stops.all())
    left = [stop for stop in stops if stop.departed_at is None]
    if not left:
        return None
    stop = left[0]
    done = [each for each in stops if each.departed_at is not None]
    start = done[-1].point if done else run.vehicle.point
    return CurrentStop(
        run=run,
        stop=stop,
        trip=stop.trip,
        caption=_caption(run, stop),
        place=place_lines(stop),
        time_word=_time_word(stop),
        who=who(stop.trip),
        minutes=round(travel_min(start, stop.point)),
        step=_step(run, stop),
        instructions=_instructions(stop),
    )


def place_lines(stop: Stop) -> list[str]:
    """Return the place in at most two lines: the compound and the building, or the facility and its door."""
    first, _space, rest = stop.label.partition(" ")
    building = stop.trip.building if stop.place_kind == PlaceKind.COMMUNITY and not rest else ""
    return [line for line in (first, rest or building) if line]


def who(trip: Trip) -> str:
    """Return how the rider moves and who comes along, without the name."""
    parts = [label(Mobility, trip.mobility)]
    if trip.party_size > 1:
        count = trip.party_size - 1
        parts.append(_("一人陪同") if count == 1 else _("%s 人陪同") % count)
    return clauses(parts)


def _caption(run: Run, stop: Stop) -> str:
    if run.status != RunStatus.UNDER_WAY:
        return _("下一趟，准备出发")
    return _stop_caption(stop, has_arrived=stop.arrived_at is not None)


def _stop_caption(stop: Stop, *, has_arrived: bool) -> str:
    if stop.kind == StopKind.PICKUP:
        return _("等人上车") if has_arrived else _("现在去接人")
    if stop.place_kind == PlaceKind.FACILITY:
        return _("交给接诊台") if has_arrived else _("现在送去医院")
    return _("送到家门口") if has_arrived else _("现在送回家")


def _time_word(stop: Stop) -> str:
    if stop.kind == StopKind.PICKUP:
        return _("到楼下") if stop.place_kind == PlaceKind.COMMUNITY else _("去接")
    return _("送到")


def _step(run: Run, stop: Stop) -> Step:
    if run.status != RunStatus.UNDER_WAY:
        return Step("start", _("出发"), on_run=True)
    return _stop_step(stop, has_arrived=stop.arrived_at is not None)


def _stop_step(stop: Stop, *, has_arrived: bool) -> Step:
    if not has_arrived:
        word = {"community": _("到楼下了"), "facility": _("到医院了")}.get(stop.place_kind, _("到了"))
        return Step("arrive", word)
    if stop.kind == StopKind.PICKUP:
        return Step("depart", _("人已上车"))
    word = {"community": _("到家了"), "facility": _("交给接诊台了")}.get(stop.place_kind, _("送到了"))
    return Step("depart", word)


def later_steps(leg: CurrentStop) -> list[LaterStep]:
    """Return the steps of this run after the current one: what a phone shows on while it has no network."""
    found: list[LaterStep] = []
    for stop in leg.run.stops.all():
        if stop.departed_at is None:
            for has_arrived in (False, True):
                step = _stop_step(stop, has_arrived=has_arrived)
                past = stop.arrived_at is not None and not has_arrived
                now = stop.pk == leg.stop.pk and step.name == leg.step.name
                if not past and not now:
                    found.append(LaterStep(stop, step, _stop_caption(stop, has_arrived=has_arrived)))
    return found


def _instructions(stop: Stop) -> list[Instruction]:
    trip, pickup = stop.trip, stop.kind == StopKind.PICKUP
    if stop.place_kind == PlaceKind.FACILITY:
        return _at_facility(stop, pickup=pickup)
    if not pickup:
        return [
            Instruction("gate", _("进小区门，门岗扫一下，记他回来了")),
            Instruction("user", _("送到楼下，看着人进单元门")),
            Instruction("shield", _("点“到家了”，这一趟才算完")),
        ]
    carried = trip.mobility in (Mobility.WHEELCHAIR, Mobility.STRETCHER)
    if trip.has_stairs and carried:
        door = Instruction("people", _("楼里没电梯，请社区帮忙抬下来"))
    elif trip.party_size > 1:
        door = Instruction("shield", _("您不用下车进楼，家人送到车边"))
    else:
        door = Instruction("shield", _("您不用进楼，在车边等"))
    return [_how(trip), Instruction("gate", _("走小区门，门岗扫通行证")), door]


def _at_facility(stop: Stop, *, pickup: bool) -> list[Instruction]:
    if pickup:
        others = list(stop.run.reserved_trips.values_list("rider", flat=True))
        last = Instruction("shield", _("直接送回家，中途不停"))
        if others:
            words = {"at": hhmm(stop.planned_at), "who": listed(others)}
            last = Instruction("people", _("等到 %(at)s 再走：%(who)s 快好了，也坐这趟") % words)
        return [Instruction("hosp", _("停在接诊入口，护士送出来")), _how(stop.trip), last]
    return [
        Instruction("hosp", _("开到接诊入口，停稳再开门")),
        Instruction("user", _("把人交到接诊台，说车牌就行")),
        Instruction("shield", _("回家的车会另派，您不用等")),
    ]


def _how(trip: Trip) -> Instruction:
    if trip.needs_oxygen:
        return Instruction("drip", _("带着氧气，上车先接好、固定好"))
    words: dict[str, str] = {
        Mobility.WHEELCHAIR: _("放坡板，轮椅四点固定"),
        Mobility.STRETCHER: _("担架先固定，头朝前"),
        Mobility.ASSISTED: _("扶着上车，坐稳了再关门"),
        Mobility.WALK: _("自己能上车，坐后排"),
    }
    unknown = words[Mobility.ASSISTED]  # a word that slipped in: help them aboard
    return Instruction(_icon(trip), words.get(trip.mobility, unknown))


def _icon(trip: Trip) -> str:
    return _MOBILITY_ICON.get(trip.mobility, "user")


def next_stops(current: CurrentStop | None, runs: Iterable[Run]) -> list[NextStop]:
    """Return what comes after the current leg: the rest of its run, then the runs to come,
    reservations last said so.
    """
    found: list[NextStop] = []
    for run in runs:
        if run.status == RunStatus.COMPLETED:
            continue
        for stop in run.stops.all():
            past = stop.departed_at is not None or (current is not None and stop.pk == current.stop.pk)
            if not past and (run.status != RunStatus.DRAFT or stop.kind == StopKind.PICKUP):
                found.append(_next(run, stop))
    return sorted(found, key=lambda each: each.at)[:NEXT_SHOWN]


def _next(run: Run, stop: Stop) -> NextStop:
    trip, place = stop.trip, " ".join(place_lines(stop))
    if run.status == RunStatus.DRAFT:
        title = _("返程 %(rider)s，回%(place)s") % {"rider": trip.rider, "place": trip.to_label}
        return NextStop(stop.planned_at, title, _("医院说结束才出发"), "carback")
    if stop.kind == StopKind.PICKUP:
        title = _("接 %(rider)s，%(place)s") % {"rider": trip.rider, "place": place}
        return NextStop(stop.planned_at, title, who(trip), _icon(trip))
    if stop.place_kind == PlaceKind.FACILITY:
        return NextStop(stop.planned_at, _("送到 %s") % place, _("接诊台有人接"), "hosp")
    return NextStop(stop.planned_at, _("送到 %s") % place, _("送到楼下，点到家了"), "home")


def day_text(runs: Sequence[Run], *, plate: str, driver: str, hotline: str) -> str:
    """Return the day in words to send into a chat group: times, places, riders by title."""
    lines = [_("%(plate)s %(driver)s，今天 %(count)s 趟") % {"plate": plate, "driver": driver, "count": len(runs)}]
    for number, run in enumerate(runs, start=1):
        for stop in run.stops.all():
            act = _("接") if stop.kind == StopKind.PICKUP else _("送")
            at = hhmm(stop.planned_at)
            place = " ".join(place_lines(stop))
            lines.append(f"{number}. {at} {act} {stop.trip.rider} · {who(stop.trip)} · {place}")
    lines.append(_("点对点接送，中途不停、不带别人。") + (_("有事打 %s") % hotline if hotline else ""))
    return "\n".join(lines)
