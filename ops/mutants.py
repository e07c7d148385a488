"""`./dev trust mutants`: change one thing in the rules at a time, in a copy of the tree, and see whether a test falls.

Why none of the packages for it: docs/adr/0026. What a change may be stands in `ops/mutations.py`.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from ops.databases import Databases
from ops.messages import compile_messages
from ops.mutations import Mutation, mutations
from ops.places import ROOT, RUN
from ops.process import follow_parent
from ops.say import Refused, result, say
from ops.services import Setup
from ops.testing import environment_of_tests, slot

COPY = RUN / "mutants"
PATIENCE_S = 20.0  # beyond three times what the tests take: whoever hangs then has noticed
FAILED = 1  # pytest's exit code for a test that fell


@dataclass(frozen=True)
class Target:
    """A set of rules: the files that hold it, and the tests nearest to it."""

    files: tuple[str, ...]
    tests: tuple[str, ...]


TARGETS = {
    "states": Target(
        ("access/states.py", "transport/states.py", "hospitals/states.py", "communities/states.py", "calls/states.py"),
        ("tests/unit/core/test_states.py", "tests/unit/access/test_states.py", "tests/unit/transport/test_states.py",
         "tests/unit/hospitals/test_states.py", "tests/unit/calls/test_states.py"),
    ),
    "policies": Target(
        ("access/policies.py", "transport/policies.py", "hospitals/policies.py", "communities/policies.py",
         "dispatch/policies.py"),
        ("tests/integration/access/test_refusals.py", "tests/integration/transport/test_refusals.py",
         "tests/integration/hospitals/test_refusals.py", "tests/integration/communities/test_refusals.py",
         "tests/integration/dispatch/test_refusals.py"),
    ),
    "gate": Target(("communities/gate_rules.py",), ("tests/unit/communities/test_gate_rules.py",)),
    "fit": Target(("transport/fit.py",), ("tests/unit/transport/test_fit.py",)),
    "tidying": Target(
        ("core/tidy.py", "core/phones.py", "core/written_days.py"),
        ("tests/unit/core/test_tidy.py", "tests/unit/core/test_phones.py", "tests/unit/core/test_written_days.py"),
    ),
    "booking": Target(
        ("hospitals/services/appointments.py", "hospitals/services/slots.py"),
        ("tests/integration/hospitals/test_appointments.py", "tests/integration/hospitals/test_machines.py",
         "tests/integration/hospitals/test_booking_told.py"),
    ),
    "arrangement": Target(
        ("dispatch/hand/arranging.py",),
        ("tests/integration/dispatch/test_arranging.py", "tests/integration/dispatch/test_arranging_refused.py",
         "tests/integration/dispatch/test_placement.py", "tests/integration/dispatch/test_by_hand.py",
         "tests/integration/dispatch/test_rescue.py"),
    ),
}  # fmt: skip


@dataclass
class Score:
    """How a target's mutants fared."""

    killed: int = 0
    survivors: list[Mutation] = field(default_factory=list)

    @property
    def total(self) -> int:
        """Count those tried."""
        return self.killed + len(self.survivors)

    @property
    def percent(self) -> float:
        """Say how many of a hundred were noticed."""
        return 100.0 * self.killed / self.total if self.total else 100.0


def copy_tree() -> None:
    """Make a fresh copy of what is versioned or new here, with the compiled words; the checkout is never changed."""
    shutil.rmtree(COPY, ignore_errors=True)
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True
    ).stdout
    words = [path.relative_to(ROOT).as_posix() for path in ROOT.glob("locale/**/*.mo")]
    for name in [*listed.splitlines(), *words]:
        if (ROOT / name).is_file():
            (COPY / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, COPY / name)


@contextmanager
def changed(mutation: Mutation) -> Iterator[None]:
    """Have one thing changed in the copy for a block, and as it was after it."""
    path = COPY / mutation.file
    before = path.read_bytes()
    path.write_bytes(mutation.applied(before))
    try:
        yield
    finally:
        path.write_bytes(before)


def run_tests(paths: Sequence[str], environment: Mapping[str, str], *, limit_s: float | None, fresh: bool) -> int:
    """Run tests in the copy up to the first that falls; return pytest's code, FAILED for those that hang."""
    database = ["--create-db"] if fresh else []
    words = ["-m", "pytest", "-x", "-q", "--no-header", "-p", "no:cacheprovider", "--reuse-db", *database, *paths]
    started = subprocess.Popen(
        [sys.executable, *words], cwd=COPY, env=dict(environment), preexec_fn=follow_parent,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        return started.wait(limit_s)
    except subprocess.TimeoutExpired:
        started.kill()
        started.wait()
        return FAILED


def chosen(target: Target, sample: int, seed: int) -> list[Mutation]:
    """Return the changes to try in a target: all of them, or so many drawn with a seed, in the order of the files."""
    found = [each for name in target.files for each in mutations(name, (ROOT / name).read_bytes())]
    if sample and sample < len(found):
        drawn = random.Random(seed).sample(range(len(found)), sample)
        found = [found[number] for number in sorted(drawn)]
    return found


def score(target: Target, tried: Sequence[Mutation], environment: Mapping[str, str]) -> Score:
    """Try each change; refuse to begin when the tests fall without any."""
    began = time.monotonic()
    if code := run_tests(target.tests, environment, limit_s=None, fresh=True):
        raise Refused(f"The tests fall before anything is changed (pytest says {code}): {' '.join(target.tests)}")
    limit_s = 3 * (time.monotonic() - began) + PATIENCE_S
    found = Score()
    for mutation in tried:
        with changed(mutation):
            survived = run_tests(target.tests, environment, limit_s=limit_s, fresh=False) == 0
        if survived:
            found.survivors.append(mutation)
            result(f"  survived  {mutation}")
        else:
            found.killed += 1
    return found


def _asked(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev trust mutants", description=__doc__)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"of {', '.join(TARGETS)}; all when none is named")
    parser.add_argument("--sample", type=int, default=0, metavar="N", help="try N of each target, drawn with the seed")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--least", type=float, default=0.0, metavar="PERCENT", help="fail below so many killed")
    parser.add_argument("--list", action="store_true", help="name the changes and try none")
    asked = parser.parse_args(arguments)
    if unknown := set(asked.targets) - set(TARGETS):
        raise Refused(f"No such target: {', '.join(sorted(unknown))}. There are {', '.join(TARGETS)}.")
    return asked


def main(arguments: Sequence[str]) -> int:
    """Run `./dev trust mutants [TARGET …] [--sample N] [--seed S] [--least PERCENT] [--list]`."""
    asked = _asked(arguments)
    names = asked.targets or list(TARGETS)
    tried = {name: chosen(TARGETS[name], asked.sample, asked.seed) for name in names}
    if asked.list:
        for name in names:
            result("\n".join([f"{name}: {len(tried[name])}", *(f"  {each}" for each in tried[name])]))
        return 0
    compile_messages()
    copy_tree()
    scores: dict[str, Score] = {}
    with slot() as places:
        databases = Databases(places, durable=False)
        databases.start()
        ours = environment_of_tests(Setup(places, databases))
        environment = {**os.environ, **ours, "PYTHONPATH": str(COPY), "PYTHONDONTWRITEBYTECODE": "1"}
        try:
            for name in names:
                say(f"{name}: {len(tried[name])} changes …")
                scores[name] = score(TARGETS[name], tried[name], environment)
                result(f"{name}: {scores[name].killed} of {scores[name].total} noticed ({scores[name].percent:.0f} %)")
        finally:
            databases.stop()
    shutil.rmtree(COPY, ignore_errors=True)
    return int(any(each.percent < asked.least for each in scores.values()))
