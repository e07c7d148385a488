"""Choosing place and hour again once the routes are known (matching.md section 6): who may move, and whither."""

from __future__ import annotations

from typing import Any

from matching.board import Board
from matching.build import build
from matching.check import check
from matching.engines import INTERPRETED
from matching.facilities import assign
from matching.place import construct, place_leftovers
from matching.rechoose import rechoose
from matching.report import report
from matching.travel import GreatCircle
from tests.unit.matching.small import hospital, patient, slot, town

EARLY, LATE, CHEMO = slot("s1", 540.0, capacity=1), slot("s2", 600.0), slot("c1", 600.0, need="chemo")


def constructed(**changes: Any) -> Board:
    """Return the board of a town with its first plan."""
    problem = town(**changes)
    board = build(problem, GreatCircle(), INTERPRETED)
    board.choice.update(assign(problem, board.options, INTERPRETED))
    construct(board)
    place_leftovers(board)
    return board


def hours(board: Board) -> dict[str, str | None]:
    """Return each patient's slot in a plan that is legal."""
    plan = report(board)

    assert check(board.problem, plan) == []
    return {item.request: item.slot for item in plan.arranged}


def two_neighbours(**changes: Any) -> Board:
    """Return two neighbours of whom the flow gave one the early hour, which has a single place."""
    people = (patient(0, asked_min=540.0), patient(1, asked_min=540.0))
    return constructed(facilities=(hospital(slots=(EARLY, LATE)),), requests=people, **changes)


def test_an_hour_later_a_neighbour_drives_there_anyway() -> None:
    board = two_neighbours()
    before, km = hours(board), report(board).statistics.km

    assert set(before.values()) == {"s1", "s2"}
    assert rechoose(board) == 1
    assert set(hours(board).values()) == {"s2"}
    assert report(board).statistics.km < km


def test_a_full_hour_takes_nobody_more() -> None:
    full = slot("s2", 600.0, capacity=1)
    people = (patient(0, asked_min=540.0), patient(1, asked_min=540.0))
    board = constructed(facilities=(hospital(slots=(EARLY, full)),), requests=people)

    assert rechoose(board) == 0
    assert set(hours(board).values()) == {"s1", "s2"}


def test_nobody_comes_three_hours_later_for_it() -> None:
    """The twin of the first: two hours are the most somebody's hour moves to spare a car the way."""
    people = (patient(0, asked_min=540.0), patient(1, asked_min=540.0))
    board = constructed(facilities=(hospital(slots=(EARLY, slot("s2", 720.0))),), requests=people)

    assert rechoose(board) == 0
    assert set(hours(board).values()) == {"s1", "s2"}


def test_a_booked_hour_stands() -> None:
    people = (patient(0, fixed_facility="hospital", fixed_slot="s1"), patient(1, asked_min=600.0))
    board = constructed(facilities=(hospital(slots=(EARLY, LATE)),), requests=people)

    rechoose(board)
    assert hours(board)["p0"] == "s1"


def beside_another_hospital(usual: str | None) -> Board:
    """Return p1, near to the hospital, and p0, who may go to the yellow one alone and drives past p1's door."""
    sites = (hospital(slots=(LATE,)), hospital("yellow", needs=frozenset({"dialysis", "chemo"}), slots=(LATE, CHEMO)))
    people = (patient(0, need="chemo", asked_min=600.0), patient(1, asked_min=600.0, usual_facility=usual))
    return constructed(facilities=sites, requests=people)


def test_who_has_no_usual_hospital_rides_along_to_another_one() -> None:
    """The twin of the next test: without the rule the same patient moves."""
    board = beside_another_hospital(None)

    assert hours(board)["p1"] == "s2"
    rechoose(board)
    assert board.choice["p1"] is not None
    assert board.choice["p1"].facility.id == "yellow"


def test_nobody_leaves_the_usual_hospital_to_spare_a_car_the_way() -> None:
    board = beside_another_hospital("hospital")

    assert rechoose(board) == 0
    assert board.choice["p1"] is not None
    assert board.choice["p1"].facility.id == "hospital"


def test_who_cannot_move_stands_as_before() -> None:
    board = constructed(facilities=(hospital(slots=(slot(), LATE)),))
    before = report(board)

    assert rechoose(board) == 0
    assert report(board).routes == before.routes
