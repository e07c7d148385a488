"""What the pages 车辆 and 医院状态 show."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import F, Q, Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock
from core.actors import Actor
from core.phrases import label, listed
from core.vocabulary import ServiceKind, ZoneClass, hhmm
from dispatch.board.lanes import Group, groups, scale
from dispatch.hand import snapshot
from dispatch.hand.snapshot import Bar
from dispatch.limits import MINUTE, Limits, limits
from dispatch.shapes import Car
from hospitals.models import Service
from hospitals.states import ServiceStatus, ZoneRole
from transport.models import Vehicle
from transport.states import RunStatus, TripDirection, VehicleClass, VehicleStatus

_SHOWN = (
    ServiceKind.EMERGENCY,
    ServiceKind.FEVER_CLINIC,
    ServiceKind.HEMODIALYSIS,
    ServiceKind.CHEMOTHERAPY,
    ServiceKind.RADIOTHERAPY,
    ServiceKind.OBSTETRICS,
    ServiceKind.ANTENATAL,
    ServiceKind.PAEDIATRICS,
    ServiceKind.INTERNAL,
)
_SHORT = {ServiceKind.HEMODIALYSIS: gettext_lazy("血透"), ServiceKind.INTERNAL: gettext_lazy("内科门诊")}
COLUMNS: dict[str, Any] = {kind.value: _SHORT.get(kind, kind.label) for kind in _SHOWN}


@dataclass(frozen=True)
class VehicleRow:
    """One vehicle's day: all that its row shows."""

    code: str
    plate: str
    seats: int
    status: str
    kind: str
    state: str
    state_word: str
    driver: str
    shift: str
    zones: str
    equipment: str
    done: int
    ahead: int
    now: str


def vehicles(actor: Actor, *, at: datetime) -> list[tuple[Group, list[VehicleRow]]]:
    """Return the area's vehicles by loop with today's runs: two queries."""
    start, end = clock.day_bounds(clock.local_day(at))
    seen = snapshot.fleet(actor.place_code, since=start, until=end)
    cars = {car.code: car for car in seen.cars}
    found = []
    for group in groups(seen, scale(at)):
        codes = [lane.code for lane in (*group.busy, *group.idle)]
        found.append((group, [_vehicle(cars[code], seen.bars.get(code, []), at) for code in codes]))
    return found


@dataclass(frozen=True)
class Rider:
    """Somebody on an outing, with the hour they are fetched."""

    case_ref: UUID
    name: str
    way: str
    at: str


@dataclass(frozen=True)
class DayOuting:
    """One outing of a car, as its page shows it."""

    run_id: UUID
    starts: str
    state: str
    driver: str
    phone: str
    riders: tuple[Rider, ...]


@dataclass(frozen=True)
class CarDay:
    """One car's day; `losing` are those who need another car when it is taken off now."""

    outings: list[DayOuting]
    losing: list[str]


_AHEAD = (RunStatus.DRAFT, RunStatus.OFFERED, RunStatus.ACCEPTED)


def day_of(vehicle: Vehicle, *, at: datetime) -> CarDay:
    """Return today's and tomorrow's outings of one car: two queries."""
    start, end = clock.day_bounds(clock.local_day(at))
    seen = snapshot.fleet(vehicle.dispatch_area, since=start, until=end + timedelta(days=1))
    bars = seen.bars.get(vehicle.pk, [])
    names = {trip.case_ref: trip.name for bar in bars if bar.run.status in _AHEAD for trip in bar.trips}
    return CarDay([_outing(bar, seen) for bar in bars], list(names.values()))


def _outing(bar: Bar, seen: snapshot.Fleet) -> DayOuting:
    driver = seen.drivers.get(bar.run.driver_id)
    riders = [
        Rider(
            trip.case_ref,
            trip.name,
            label(TripDirection, trip.direction),
            hhmm(trip.pickup_planned_at or trip.reserved_from),
        )
        for trip in bar.trips
    ]
    return DayOuting(
        run_id=bar.run.pk,
        starts=hhmm(bar.run.occupied.lower),
        state=label(RunStatus, bar.run.status),
        driver=driver.name if driver else "",
        phone=driver.phone if driver else "",
        riders=tuple(riders),
    )


def _vehicle(car: Car, bars: list[Bar], at: datetime) -> VehicleRow:
    duty = next((each for each in car.duties if each.starts_at <= at < each.ends_at), None) or car.duties[0]
    on_duty = duty.starts_at <= at < duty.ends_at
    running = next((bar for bar in bars if bar.run.status == RunStatus.UNDER_WAY), None)
    state, word = _state(car, running=running is not None, on_duty=on_duty)
    has = [
        (car.wheelchairs, _("坡板")),
        (car.stretchers, _("担架")),
        (car.has_oxygen, _("氧气")),
        (car.takes_positive, _("负压")),
    ]
    return VehicleRow(
        code=car.code,
        plate=car.plate,
        seats=car.seats,
        status=car.status,
        kind=label(VehicleClass, car.vehicle_class),
        state=state,
        state_word=word,
        driver=duty.driver_name,
        shift=f"{hhmm(duty.starts_at)}–{hhmm(duty.ends_at)}",
        zones=listed(label(ZoneClass, zone) for zone in _in_order(car.zones_allowed)),
        equipment=listed(label for held, label in has if held),
        done=sum(1 for bar in bars if bar.run.status == RunStatus.COMPLETED),
        ahead=sum(1 for bar in bars if bar.run.status in {RunStatus.DRAFT, RunStatus.OFFERED, RunStatus.ACCEPTED}),
        now=running.label if running else "",
    )


def _in_order(zones: Iterable[str]) -> list[str]:
    """Return zones as the product orders them, and behind them whatever is none: it is shown, not dropped."""
    known = set(zones)
    return [*(zone for zone in ZoneClass.values if zone in known), *sorted(known - set(ZoneClass.values))]


def _state(car: Car, *, running: bool, on_duty: bool) -> tuple[str, str]:
    """Return the family of colour and the word."""
    if car.status != VehicleStatus.AVAILABLE:
        return "wait", label(VehicleStatus, car.status)
    if running:
        return "info", _("在跑")
    return ("quiet", _("空着")) if on_duty else ("quiet", _("没到班"))


@dataclass(frozen=True)
class Cell:
    """One service of one facility: open, limited, diverting, closed, with free places from now to midnight."""

    status: str
    word: str
    free: int | None
    until: str


@dataclass
class FacilityRow:
    """One facility's cells in the order of the columns; None where it has no such service."""

    name: str
    role: str
    stale: str
    cells: list[Cell | None] = field(default_factory=list)


@dataclass(frozen=True)
class Matrix:
    """Facilities against services."""

    columns: list[Any]
    rows: list[FacilityRow]


def facilities(*, at: datetime) -> Matrix:
    """Return the city's facilities with the services patients are driven to: two queries."""
    _start, end = clock.day_bounds(clock.local_day(at))
    today = Q(slots__starts_at__gt=at, slots__starts_at__lt=end)
    free = Sum(F("slots__capacity") - F("slots__booked"), filter=today)
    services: dict[str, dict[str, Any]] = {}
    for row in Service.objects.filter(kind__in=COLUMNS).select_related("facility").annotate(free=free):
        services.setdefault(row.facility_id, {})[row.kind] = row
    known_limits = limits(place="", at=at)
    rows = [_facility(known, known_limits, at) for known in services.values()]
    return Matrix(list(COLUMNS.values()), sorted(rows, key=lambda row: -sum(cell is not None for cell in row.cells)))


def _facility(known: dict[str, Any], limits: Limits, at: datetime) -> FacilityRow:
    first = next(iter(known.values()))
    said = [service.confirmed_at for service in known.values() if service.confirmed_at]
    role = "" if first.facility.zone_role == ZoneRole.ORDINARY else str(first.facility.get_zone_role_display())
    row = FacilityRow(first.facility.name, role, _stale(max(said) if said else None, limits, at))
    row.cells = [_cell(known[kind]) if kind in known else None for kind in COLUMNS]
    return row


def _stale(said: datetime | None, limits: Limits, at: datetime) -> str:
    if said is None:
        return _("还没报过")
    late = at - said
    if late > timedelta(days=2):
        return _("%(n)s 天没更新") % {"n": late.days}
    hours = {"h": int(late.total_seconds() // 3600)}
    return _("%(h)s 小时没更新") % hours if late > limits.fresh * MINUTE else ""


def _cell(service: Any) -> Cell:
    until = hhmm(service.status_until) if service.status != ServiceStatus.OPEN else ""
    return Cell(service.status, label(ServiceStatus, service.status), service.free, until)
