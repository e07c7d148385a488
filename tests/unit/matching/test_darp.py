"""Published instances: both layouts, the command, the instance checker."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from matching.__main__ import main
from matching.darp import read, solve_file
from matching.darp_check import check_result
from matching.engines import INTERPRETED, why_interpreted
from matching.errors import BadFile

INSTANCES = Path(__file__).parents[3] / "benchmarks" / "instances"
A = INSTANCES / "cordeau2006" / "a2-16.txt"
PR = INSTANCES / "cordeau_laporte2003" / "pr01.txt"


@pytest.mark.parametrize(("path", "requests", "vehicles"), [(A, 16, 2), (PR, 24, 3)], ids=["2006", "2003"])
def test_both_layouts_are_read(path: Path, requests: int, vehicles: int) -> None:
    instance = read(path)

    assert (instance.requests, instance.vehicles) == (requests, vehicles)
    assert instance.nodes[1][3] == -instance.nodes[1 + requests][3]


@pytest.mark.parametrize("path", [A, PR], ids=["2006", "2003"])
def test_insertion_plan_is_legal(path: Path) -> None:
    result = solve_file(path, seconds=None, iterations=0, seed=0, engine=INTERPRETED)

    assert result["unserved"] == []
    assert check_result(read(path), result) == []


@pytest.mark.parametrize("spoil", ["time", "order", "cost", "twice"])
def test_checker_finds_a_spoilt_plan(spoil: str) -> None:
    result = solve_file(A, seconds=None, iterations=0, seed=0, engine=INTERPRETED)
    route = result["routes"][0]
    if spoil == "time":
        route[2][2] += 200.0
    elif spoil == "order":
        route[1], route[-2] = route[-2], route[1]
    elif spoil == "cost":
        result["cost"] -= 1.0
    else:
        route.insert(2, route[1])

    assert check_result(read(A), result)


@pytest.mark.parametrize("switch", ["MATCHING_INTERPRETED", "NUMBA_DISABLE_JIT"])
def test_command_writes_routes_and_says_that_it_is_interpreted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], switch: str
) -> None:
    monkeypatch.setenv(switch, "1")
    out = tmp_path / "out.json"

    assert main(["darp", str(A), "--iterations", "0", "--seed", "1", "--json", str(out)]) == 0
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 2
    assert said[0].startswith(f"Interpreted, because {switch} is set: ")
    result = json.loads(out.read_text())
    assert len(result["routes"]) == 2
    assert all(len(row) == 5 for route in result["routes"] for row in route)


def test_interpreted_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    assert why_interpreted() == ""
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    assert why_interpreted() == "numba is not installed"


def test_broken_file_is_refused_in_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = tmp_path / "bad.txt"
    bad.write_text("2 16 480 3 30\n0 0 0 0 0 0 480\n")

    with pytest.raises(BadFile):
        read(bad)
    assert main(["darp", str(bad), "--seconds", "1"]) == 1
    assert capsys.readouterr().err.count("\n") == 1
