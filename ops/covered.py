"""`./dev trust coverage`: which branches the tests of unit and integration take, against the floors of the last time.

Not a part of `./dev test`: what it costs there, and why, stands in docs/adr/0026.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from ops.databases import Databases
from ops.floors import Floor, floors
from ops.messages import compile_messages
from ops.places import ROOT, RUN
from ops.process import follow_parent
from ops.say import result
from ops.services import Setup
from ops.testing import environment_of_tests, slot

DATA = RUN / "coverage"
TESTS = ("tests/unit", "tests/integration", "tests/concurrency")
WORKERS = ("-n", "2", "--dist", "loadfile")
COVERAGE = (sys.executable, "-m", "coverage")


@dataclass(frozen=True)
class Covered:
    """How a group stands, and where it lacks something: a file with the branches nobody took."""

    percent: float
    lacking: tuple[str, ...]


def covered(floor: Floor, files: Mapping[str, Any]) -> Covered:
    """Add up the files of a group, as `coverage json` gives them."""
    done = total = 0
    lacking = []
    for name, each in _of(floor, files):
        figures = each["summary"]
        done += figures["covered_branches"]
        total += figures["num_branches"]
        if floor.of == "all":
            done += figures["covered_lines"]
            total += figures["num_statements"]
        if missing := each["missing_branches"]:
            lacking.append(f"{name}: {', '.join(_arrow(*pair) for pair in missing)}")
    return Covered(100.0 * done / total if total else 100.0, tuple(lacking))


def _of(floor: Floor, files: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, each in sorted(files.items()):
        if any(fnmatch(Path(name).as_posix(), pattern) for pattern in floor.patterns):
            yield name, each


def _arrow(line: int, to: int) -> str:
    return f"{line}→{'end' if to < 0 else to}"


def measure(words: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run pytest with every process measured; return its code."""
    return subprocess.run(
        [*COVERAGE, "run", "-m", "pytest", *words],
        cwd=ROOT,
        env=dict(environment),
        check=False,
        preexec_fn=follow_parent,
    ).returncode


def _report() -> dict[str, Any]:
    """Join what the processes wrote; return the figures by file."""
    target = RUN / "covered.json"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.run([*COVERAGE, "combine", "--append"], cwd=ROOT, check=False, **quiet)  # type: ignore[call-overload]
    subprocess.run([*COVERAGE, "json", "-q", "-o", str(target)], cwd=ROOT, check=True)
    files: dict[str, Any] = json.loads(target.read_text(encoding="utf-8"))["files"]
    return files


def main(arguments: Sequence[str]) -> int:
    """Run `./dev trust coverage [--add] [--all] [PATH …]`.

    `--add` adds to what was measured before, so that a slow machine may do it in pieces; `--all` lists every branch.
    """
    flags, paths = {w for w in arguments if w in ("--add", "--all")}, [w for w in arguments if w[:2] != "--"]
    if "--add" not in flags:
        for old in RUN.glob("cover*"):
            old.unlink()
    compile_messages()
    with slot() as places:
        databases = Databases(places, durable=False)
        databases.start()
        try:
            environment = {**os.environ, **environment_of_tests(Setup(places, databases))}
            code = measure([*(paths or TESTS), *WORKERS, "-q"], environment)
        finally:
            databases.stop()
    files, is_below = _report(), False
    for floor in floors():
        found = covered(floor, files)
        is_low = found.percent < floor.least - 0.05
        is_below |= is_low
        mark = "BELOW" if is_low else "good"
        result(f"{floor.name:24} {found.percent:6.1f} % of {floor.of:8} (floor {floor.least:g}) {mark}")
        for line in found.lacking if (is_low and floor.of == "branches") or "--all" in flags else ():
            result(f"    {line}")
    return code or int(is_below)
