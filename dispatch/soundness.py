"""Whether a row can be put to the engine at all, and what is wrong with one that cannot.

No form, loader or constraint lets such a row in; one that came in past them is set aside and named, and the others
are planned. What is wrong is said in words, with the value as it stands; a column's word is translated only then, as
thousands of rows are judged for a plan.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from access.models import AccessRequest
from access.states import TransportMode
from core.geo import Point
from core.phrases import listed
from core.vocabulary import Mobility, NeedKind, Precaution, ZoneClass
from hospitals.models import Facility, Service, Slot
from hospitals.states import ServiceStatus, ZoneRole
from transport.models import Run, Shift, Vehicle
from transport.states import VehicleClass

LONGEST_MIN = 1440  # nobody is treated for longer than a day without being admitted
MOST = 10_000  # seats, machines, places: more than this nobody has


class Unsound(ValueError):
    """A row nobody can plan with; the text says what is wrong, for people."""


def of_vehicle(row: Vehicle) -> list[str]:
    """Say what is wrong with a car."""
    zones = row.zones_allowed if isinstance(row.zones_allowed, list) else [row.zones_allowed]
    return [
        *_place(row.point),
        *_word(noop("车型"), row.vehicle_class, VehicleClass),
        *(found for zone in zones for found in _word(noop("去的区"), zone, ZoneClass)),
        *_count(noop("座位"), row.seats),
        *_count(noop("轮椅位"), row.wheelchairs),
        *_count(noop("担架位"), row.stretchers),
    ]


def of_shift(row: Shift) -> list[str]:
    """Say what is wrong with a shift and its car."""
    is_short = row.starts_at is None or row.ends_at is None or row.ends_at <= row.starts_at
    return [*of_vehicle(row.vehicle), *([_("下班要晚于上班。")] if is_short else ())]


def of_run(row: Run) -> list[str]:
    """Say what is wrong with an outing that stands: its car cannot be planned on from there."""
    stops = list(row.stops.all())
    found = [each for stop in stops for each in _place(stop.point)]
    is_open = row.occupied is None or row.occupied.lower is None or row.occupied.upper is None
    is_open = is_open or any(stop.planned_at is None for stop in stops)
    zone = _word(noop("区"), row.zone_class, ZoneClass) if row.zone_class else []
    return [*found, *zone, *([_("时间 空")] if is_open else ())]


def of_facility(row: Facility) -> list[str]:
    """Say what is wrong with a hospital."""
    return [*_place(row.point), *_word(noop("收哪一类人"), row.zone_role, ZoneRole)]


def of_service(row: Service) -> list[str]:
    """Say what is wrong with a service of a hospital."""
    return [
        *_word(noop("状态"), row.status, ServiceStatus),
        *_count(noop("乙肝机位"), row.hbv_places),
        *_count(noop("丙肝机位"), row.hcv_places),
    ]


def of_slot(row: Slot) -> list[str]:
    """Say what is wrong with a bookable time."""
    is_short = row.starts_at is None or row.ends_at is None or row.ends_at <= row.starts_at
    taken = row.booked if isinstance(row.booked, int) and isinstance(row.capacity, int) else 0
    over = [] if taken <= (row.capacity or 0) else [_odd(noop("已约"), row.booked)]
    return [
        *_count(noop("名额"), row.capacity),
        *_count(noop("已约"), row.booked),
        *over,
        *([_("结束要晚于开始。")] if is_short else ()),
    ]


def of_request(row: AccessRequest) -> list[str]:
    """Say what is wrong with a request: where its person lives, what is needed, in what shape they travel."""
    words = [
        *_word(noop("怎么走"), row.mobility, Mobility),
        *_word(noop("区"), row.zone_class, ZoneClass),
        *_word(noop("需要什么"), row.need_kind, NeedKind),
        *_word(noop("出行方式"), row.mode, TransportMode),
    ]
    flag = row.resident.precaution if row.resident else ""
    place = _place(row.community.point) if row.community else [_odd(noop("住哪"), None)]
    length = [] if 0 < row.session_min <= LONGEST_MIN else [_odd(noop("治疗分钟数"), row.session_min)]
    return [
        *place,
        *length,
        *words,
        *(_word(noop("防护"), flag, Precaution) if flag else ()),
        *_count(noop("陪同"), row.escorts),
    ]


def require(found: Iterable[str]) -> None:
    """Raise Unsound when something is wrong."""
    if said := list(found):
        raise Unsound(listed(dict.fromkeys(said)))


def _place(point: Point) -> list[str]:
    return [] if point.is_sound else [_odd(noop("经纬度"), f"{point.lat}, {point.lon}")]


def _word(label: str, value: Any, kinds: type[TextChoices]) -> list[str]:
    return [] if value in kinds.values else [_odd(label, value)]


def _count(label: str, value: Any) -> list[str]:
    return [] if isinstance(value, int) and 0 <= value <= MOST else [_odd(label, value)]


def _odd(label: str, value: Any) -> str:
    return _("%(column)s“%(value)s”") % {"column": _(label), "value": "" if value is None else value}
