"""The schematic map beside the list: dots for the person, the hospital and the cars offered. Not a survey map."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from math import cos, radians

from core.geo import Point
from dispatch.board.shown import Panel
from dispatch.hand.snapshot import Fleet
from dispatch.shapes import Car
from transport.states import TripDirection

WIDTH, HEIGHT, MARGIN, FOOT = 360, 232, 26, 26  # the foot holds the words that explain the marks
LINE = 15  # from one line of words to the next
NEAREST_KM = 1.5  # the picture never shows less than this, so that near things do not fly apart


@dataclass(frozen=True)
class Dot:
    """One mark with its words; `anchor` keeps the words inside the picture."""

    x: int
    y: int
    label: str
    kind: str
    anchor: str
    text_y: int

    @property
    def text_x(self) -> int:
        """Where its words begin or end."""
        return self.x + (10 if self.anchor == "start" else -10)


@dataclass(frozen=True)
class Sketch:
    """The picture's marks, and the way as a path of straight lines."""

    dots: list[Dot]
    path: str
    width: int = WIDTH
    height: int = HEIGHT


def sketch(panel: Panel, fleet: Fleet, at: datetime) -> Sketch | None:
    """Draw the person, the hospital, the chosen car and its way, and the other cars offered; not what is nowhere."""
    request, trip = panel.request, panel.waiting.trip
    if request.community is None or panel.waiting.kind == TripDirection.BETWEEN:
        return None
    hospital = panel.hospital.receiver.point if panel.hospital else trip.origin.point if trip else None
    name = panel.hospital.receiver.name if panel.hospital else trip.from_label if trip else ""
    cars = [car for offer in panel.cars if (car := fleet.car(offer.code))]
    stands = {car.code: _stands(car, at) for car in cars}
    marks = [(stands[car.code], car.plate, _kind(car, panel)) for car in cars]
    marks += [(hospital, name, "hospital")] if hospital else []
    marks = [mark for mark in (*marks, (request.community.point, request.name, "person")) if mark[0].is_sound]
    if not marks:
        return None
    frame = _Frame.around(point for point, _plate, _how in marks)
    dots = [_dot(frame, *mark) for mark in marks]
    chosen = stands.get(panel.out_code)
    way = [chosen, request.community.point, hospital] if panel.waiting.kind != "back" else [chosen, hospital]
    if panel.waiting.kind == "back":
        way.append(request.community.point)
    return Sketch(_apart(dots), _path(frame, [point for point in way if point and point.is_sound]))


def _kind(car: Car, panel: Panel) -> str:
    return "car chosen" if car.code == panel.out_code else "car"


def _stands(car: Car, at: datetime) -> Point:
    """Return where a car stands by its plan: the last drop-off, else its base."""
    over = [run for run in car.busy if run.ends_at <= at]
    return over[-1].last if over else car.base


@dataclass(frozen=True)
class _Frame:
    """Degrees to picture units."""

    lat: float
    lon: float
    scale: float
    squeeze: float

    @classmethod
    def around(cls, points: Iterable[Point]) -> _Frame:
        """Fit the picture around points, north up."""
        known = list(points)
        lat = (max(p.lat for p in known) + min(p.lat for p in known)) / 2
        lon = (max(p.lon for p in known) + min(p.lon for p in known)) / 2
        squeeze = cos(radians(lat))
        tall = max(max(p.lat for p in known) - min(p.lat for p in known), NEAREST_KM / 111)
        wide = max((max(p.lon for p in known) - min(p.lon for p in known)) * squeeze, NEAREST_KM / 111)
        scale = min((HEIGHT - FOOT - 2 * MARGIN) / tall, (WIDTH - 4 * MARGIN) / wide)
        return cls(lat, lon, scale, squeeze)

    def place(self, point: Point) -> tuple[int, int]:
        """Return where a point lies in the picture."""
        x = WIDTH / 2 + (point.lon - self.lon) * self.squeeze * self.scale
        return round(x), round((HEIGHT - FOOT) / 2 - (point.lat - self.lat) * self.scale)


def _dot(frame: _Frame, point: Point, label: str, kind: str) -> Dot:
    x, y = frame.place(point)
    return Dot(x, y, label, kind, "start" if x < WIDTH * 0.55 else "end", y + 4)


def _apart(dots: list[Dot]) -> list[Dot]:
    """Move words that would lie on each other a little down, so that each can be read."""
    placed: list[Dot] = []
    for dot in sorted(dots, key=lambda each: each.y):
        line = dot.text_y
        while any(abs(line - other.text_y) < LINE and other.anchor == dot.anchor for other in placed):
            line += LINE
        placed.append(replace(dot, text_y=min(line, HEIGHT - FOOT)))
    return placed


def _path(frame: _Frame, points: list[Point]) -> str:
    return " ".join(f"{'ML'[number > 0]}{x},{y}" for number, (x, y) in enumerate(map(frame.place, points)))
