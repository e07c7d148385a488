"""A value that no list has, a point that is none, a rhythm nobody can read: shown as they stand, and counted as nothing."""

from __future__ import annotations

import math
from datetime import date

import pytest

from access.models import CareNeed
from access.rhythm import Rhythm, session_min
from core.geo import NOWHERE_KM, Point, great_circle_km, travel_min
from core.phrases import label, odd, word_of
from core.vocabulary import NeedKind
from transport.models import Run, Vehicle

HERE = Point(40.1, 124.3)
NO_POINTS = [Point(math.nan, 124.3), Point(40.1, math.inf), Point(400, 124.3), Point(None, None)]  # type: ignore[arg-type]


@pytest.mark.parametrize("point", NO_POINTS)
def test_a_point_that_is_none_lies_beyond_every_reach(point: Point) -> None:
    assert not point.is_sound
    assert great_circle_km(HERE, point) == great_circle_km(point, point) == NOWHERE_KM
    assert 24 * 60 < travel_min(point, HERE) < math.inf


def test_a_point_of_the_earth_is_sound() -> None:
    assert HERE.is_sound
    assert Point(-90, 180).is_sound
    assert great_circle_km(HERE, HERE) == 0


@pytest.mark.parametrize(("value", "shown"), [("火箭", "？ 火箭"), ("dialysis", "血液透析"), ("", "")])
def test_an_unknown_word_is_shown_as_such(value: str, shown: str) -> None:
    assert label(NeedKind, value) == shown


def test_nothing_is_no_odd_value() -> None:
    assert (odd(None), odd(0)) == ("", "？ 0")


@pytest.mark.parametrize(("gone", "shown"), [(None, "？ NO-1"), ("", "")])
def test_a_row_that_is_gone_is_shown_by_its_key(gone: str | None, shown: str) -> None:
    run = Run(vehicle_id="NO-1")
    run._meta.get_field("vehicle").set_cached_value(run, None)  # as a joined query leaves it

    assert word_of(run, "vehicle", "plate", gone=gone) == shown
    assert word_of(Run(vehicle=Vehicle(code="V-1", plate="辽F1")), "vehicle", "plate") == "辽F1"


@pytest.mark.parametrize(
    ("kind", "days", "shown"),
    [
        ("weekly", "1,3,5", "每周一、三、五"),
        ("weekly", "一三八", "每周？ 一三八"),
        ("weekly", "every day", "每周？ every day"),
        ("weekly", "9,x,0", "每周？ 9、？ x、？ 0"),
        ("weekly", "²", "每周？ ²"),
        ("two_weekly", "2|x", "每周二 / ？ x"),
        ("two_weekly", "|2,4", "双周二、四"),
        ("two_weekly", "2|", "单周二"),
        ("cycle", "x", "每 x 天"),
    ],
)
def test_a_rhythm_nobody_can_read_is_shown_as_it_stands(kind: str, days: str, shown: str) -> None:
    assert CareNeed(schedule_kind=kind, schedule_days=days).days_label == shown


@pytest.mark.parametrize("days", ["一三八", "every day", "²", "0d", "-3d", "|", ","])
def test_a_rhythm_nobody_can_read_is_due_on_no_day(days: str) -> None:
    assert not any(Rhythm(kind, days).is_due(date(2022, 6, 28)) for kind in ("weekly", "two_weekly", "cycle"))


@pytest.mark.parametrize("hours", [math.nan, math.inf, -3.0, 400.0, None])
def test_hours_that_are_no_length_of_a_session_are_the_usual_ones(hours: float | None) -> None:
    assert session_min("dialysis", hours=hours) == 240
