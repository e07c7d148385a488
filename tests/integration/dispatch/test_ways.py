"""The way of a plan and of calling the way home are as docs/explanation/ways.md draws them, and no longer than it says."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from django.conf import settings

from access.selectors import facts_of, with_facts
from core import outbox
from dispatch import tasks
from hospitals.services import intake
from tests import walkers
from tests.walkers import AT, MIN

pytestmark = pytest.mark.django_db
ROOT = Path(settings.BASE_DIR)
PAGE = ROOT / "docs" / "explanation" / "ways.md"
APPS = ("access", "calls", "communities", "dispatch", "hospitals", "transport")  # core, the engine, Django: tools
BOX = re.compile(r'\["(\w+)<br>([\w/]+\.py)"\]')
FIGURE = re.compile(r"\*\*(\d+) functions\*\*, (\d+) of them in `dispatch`")
ROOM = 3  # a function more or less is not worth a new figure


def a_plan() -> Callable[[], object]:
    """One person waits; the worker is rung for."""
    town = walkers.town()
    walkers.ask(town)
    return lambda: tasks.plan_area("main", at=AT.isoformat())


def the_way_home() -> Callable[[], object]:
    """Somebody's treatment is over; the relay hands the fact up."""
    case = walkers.walk(walkers.town(), to="treated")
    intake.release(case.intake, by=case.town.desk, at=case.at + MIN)
    return outbox.deliver_next


WAYS = {"The way of a plan": a_plan, "Calling the way home": the_way_home}


def followed(act: Callable[[], object]) -> dict[tuple[str, str], int]:
    """Do it; return every function of the apps that it enters, in the order of first entry."""
    seen: dict[tuple[str, str], int] = {}

    def note(frame: FrameType, event: str, _told: Any) -> None:
        code = frame.f_code
        if event == "call" and not code.co_name.startswith("<") and code.co_filename.startswith(f"{ROOT}{os.sep}"):
            path = os.path.relpath(code.co_filename, ROOT)
            if path.split(os.sep)[0] in APPS:
                seen.setdefault((code.co_name, path), len(seen))

    sys.setprofile(note)
    try:
        act()
    finally:
        sys.setprofile(None)
    return seen


def told(title: str) -> str:
    """Return the part of the page under a heading."""
    return next(part for part in PAGE.read_text().split("\n## ") if part.startswith(title))


@pytest.mark.parametrize("title", WAYS)
def test_a_way_is_as_it_is_drawn(title: str) -> None:
    """Each box is a function that is entered, in this order."""
    seen = followed(WAYS[title]())
    drawn = BOX.findall(told(title))

    assert len(drawn) >= 8
    assert [box for box in drawn if box not in seen] == []
    assert drawn == sorted(drawn, key=lambda box: seen[box])


@pytest.mark.parametrize("title", WAYS)
def test_a_way_is_no_longer_than_it_says(title: str) -> None:
    """The figure is what to look at before a helper is put between two others."""
    seen = followed(WAYS[title]())
    every, own = len(seen), sum(path.startswith("dispatch/") for _name, path in seen)
    said = FIGURE.search(told(title))

    assert said is not None, f"{every} functions, {own} of them in dispatch"
    assert every <= int(said[1]) + ROOM, f"{every} functions, the page says {said[1]}"
    assert own <= int(said[2]) + ROOM, f"{own} functions in dispatch, the page says {said[2]}"


def test_ways_end_where_they_should() -> None:
    """What is followed is the real thing: the plan stands, and the car home is called."""
    case = walkers.walk(walkers.town(), to="treated")
    intake.release(case.intake, by=case.town.desk, at=case.at + MIN)
    outbox.deliver_next()

    row = with_facts(type(case.request).objects.filter(pk=case.request.pk)).get()
    assert facts_of(row).ready_at
    assert case.trip("inbound").status == "scheduled"
