"""Which house and hour the panel begins with, above all after a lost race."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from core.geo import Point
from dispatch.board import preset
from dispatch.board.shown import Choice
from dispatch.hand.receiving import Option, Receiver, Times

NOON = datetime(2022, 6, 28, 4, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def house(code: str, *numbers: int, full: tuple[int, ...] = ()) -> Option:
    """A house with one hour for each number, that many hours after noon; those in `full` have no place."""
    times = tuple(
        Times(number, NOON + number * HOUR, NOON + (number + 4) * HOUR, "PM", 0 if number in full else 2)
        for number in numbers
    )
    receiver = Receiver(code, f"医院{code}", "ordinary", Point(40.1, 124.4), "open", times=times)
    free = tuple(each for each in times if each.free)
    return Option(receiver, bool(free), (), free, 10)


FIRST, CHOSEN = house("a", 11, 12), house("b", 1, 2, 3, 4, full=(3,))


@pytest.mark.parametrize(
    ("choice", "held", "code", "slot"),
    [
        (Choice(), None, "a", 11),
        (Choice(), 2, "b", 2),
        (Choice(slot_id=12), 2, "a", 12),
        (Choice(facility="b"), None, "b", 1),
        (Choice(facility="a"), 2, "a", 11),  # a house pressed goes before the place held elsewhere
        (Choice(slot_id=3, facility="b"), None, "b", 2),  # lost to somebody else: the same house, the hour nearest
        (Choice(slot_id=3), None, "b", 2),
        (Choice(slot_id=99, facility="b"), None, "b", 1),
    ],
)
def test_the_panel_begins_with_what_was_pressed(choice: Choice, held: int | None, code: str, slot: int) -> None:
    hospital, time = preset.of([FIRST, CHOSEN], choice, held=held)

    assert hospital is not None
    assert time is not None
    assert (hospital.receiver.code, time.slot_id) == (code, slot)


def test_what_cannot_be_kept_is_said_with_what_stands_in_its_place() -> None:
    lost = Choice(slot_id=3, facility="b")
    hospital, time = preset.of([FIRST, CHOSEN], lost, held=None)
    assert preset.words([FIRST, CHOSEN], lost, hospital, time) == "您选的 15:00 刚被约满，下面换成了最近的 14:00。"

    shut = replace(CHOSEN, is_possible=False)
    hospital, time = preset.of([FIRST], lost, held=None)
    assert preset.words([FIRST, shut], lost, hospital, time) == "您选的医院b现在不能接，下面换成了医院a。"


def test_what_stands_as_pressed_says_nothing() -> None:
    for choice in (Choice(), Choice(slot_id=12), Choice(slot_id=2, facility="b"), Choice(facility="b")):
        assert preset.words([FIRST, CHOSEN], choice, *preset.of([FIRST, CHOSEN], choice, held=None)) == ""
    assert preset.of([], Choice(slot_id=3), held=None) == (None, None)
