"""`./dev test`: all tests or one group, with databases of their own and a browser where one is needed."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ops.check import run_checks
from ops.chromium import browser_environment
from ops.databases import Databases
from ops.messages import compile_messages
from ops.places import ROOT, RUN, Places
from ops.process import follow_parent
from ops.say import Refused, result, say
from ops.services import Setup

TESTS = ROOT / "tests"
GROUPS = {
    **{
        name: name
        for name in (
            "unit",
            "integration",
            "property",
            "architecture",
            "journeys",
            "faults",
            "ops",
            "drill",
            "trust",
            "longer",
        )
    },
    **{"races": "concurrency", "concurrency": "concurrency", "browser": "functional", "functional": "functional"},
}
LONGER = "longer"  # whole days under real workers: minutes each, run by name and not with the rest
LONG_FILES = ("drill", "journeys")  # begun first: a file stays with one worker, and the last one should not wait for it
ALONE = ("faults", "ops", LONGER)  # they stop, freeze and time whole servers, so nothing else runs beside them
BROWSER = ("functional", "journeys")
PLAIN_RUN = ("-n", "--numprocesses", "--pdb", "-s", "--capture=no", "--collect-only", "--co", "--trace")
NO_TESTS = 5  # pytest's exit code


@dataclass(frozen=True)
class Selection:
    """What was asked for: folders or files, the options for pytest, and whether it was everything."""

    targets: list[str]
    options: list[str]
    is_everything: bool
    is_path: bool = False

    def needs_browser(self) -> bool:
        """Tell whether a browser test is among them."""
        return any(f"tests/{folder}" in Path(target).as_posix() for target in self.targets for folder in BROWSER)


def has_tests(folder: Path) -> bool:
    """Tell whether a folder holds test files."""
    return any(folder.rglob("test_*.py"))


def select(arguments: Sequence[str]) -> Selection:
    """Read `[GROUP] [pytest arguments]`; a path among them replaces the group."""
    words = list(arguments)
    if words and words[0] in GROUPS:
        folder = TESTS / GROUPS[words[0]]
        if not has_tests(folder):
            raise Refused(f"There are no tests in {folder.relative_to(ROOT)}.")
        return Selection([f"tests/{folder.name}"], words[1:], is_everything=False)
    paths = [word for word in words if not word.startswith("-") and (ROOT / word.split("::")[0]).exists()]
    if paths:
        options = [word for word in words if word not in paths]
        return Selection(paths, options, is_everything=False, is_path=True)
    if words and not words[0].startswith("-"):
        raise Refused(f"There is no test group {words[0]}. Groups: {', '.join(GROUPS)}.")
    rest = [name for name in dict.fromkeys(GROUPS.values()) if name not in (*LONG_FILES, LONGER)]
    usual = [*LONG_FILES, *rest]
    folders = [f"tests/{name}" for name in usual if has_tests(TESTS / name)]
    return Selection(folders, words, is_everything=True)


def batches(selection: Selection) -> list[list[str]]:
    """Return the pytest runs: side by side what may be, then alone what must be."""
    if selection.is_path:
        return [[*selection.targets, *selection.options]]
    alone = [target for target in selection.targets if Path(target).name in ALONE]
    together = [target for target in selection.targets if target not in alone]
    plain = any(option.split("=")[0] in PLAIN_RUN or option in PLAIN_RUN for option in selection.options)
    workers = [] if plain else ["-n", str(max(2, min(4, os.cpu_count() or 2))), "--dist", "loadfile"]
    runs = [[*together, *workers, *selection.options]] if together else []
    return runs + ([[*alone, *selection.options]] if alone else [])


@contextmanager
def slot() -> Iterator[Places]:
    """Take a data folder for tests that no other test run of this checkout uses."""
    for number in range(1, 9):
        places = Places(RUN / f"test-{number}")
        places.prepare()
        with (places.data / "slot.lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                continue
            yield places
            return
    raise Refused(f"Eight test runs are under way in {RUN}.")


def environment_of_tests(setup: Setup) -> dict[str, str]:
    """Return what the tests' processes find in their environment."""
    return {
        **setup.environment("owner"),
        **{"STATIC_MANIFEST": "false", "EVENTS_URL": "", "PAGE_ORIGIN": ""},
        **{"IDLE_TRANSACTION_TIMEOUT_MS": "0"},  # a test is one transaction, and a busy machine may pause in it
        **{"OWNER_DATABASE_URL": setup.databases.owner_url, "APP_DATABASE_URL": setup.databases.app_url},
    }


def run_pytest(words: Sequence[str], environment: Mapping[str, str], counts: Path) -> tuple[int, Counter[str]]:
    """Run pytest once; return its exit code and counts."""
    counts.unlink(missing_ok=True)
    code = subprocess.run(
        [sys.executable, "-m", "pytest", *words],
        cwd=ROOT,
        env={**environment, "TEST_COUNTS": str(counts), "PYTEST_PLUGINS": "ops.pytest_counts"},
        check=False,
        preexec_fn=follow_parent,
    ).returncode
    return code, Counter(json.loads(counts.read_text()) if counts.exists() else {})


def closing_line(total: Counter[str], seconds: float) -> str:
    """Return one line in pytest's own form for several runs together."""
    kinds = [f"{total[kind]} {kind}" for kind in ("failed", "passed", "skipped", "xfailed", "xpassed") if total[kind]]
    if total["error"]:
        kinds.append(f"{total['error']} error{'s' if total['error'] > 1 else ''}")
    return f" {', '.join(kinds) or 'no tests ran'} in {seconds:.2f}s ".center(80, "=")


def main(arguments: Sequence[str]) -> int:
    """Run `./dev test`."""
    selection = select(arguments)
    started = time.monotonic()
    compile_messages()
    browser = browser_environment() if selection.needs_browser() else {}
    failed_checks = run_checks() if selection.is_everything and not selection.options else []
    codes, total = [], Counter[str]()
    with slot() as places:
        databases = Databases(places, durable=False)
        say("Starting the databases for the tests …")
        databases.start()
        environment = {**environment_of_tests(Setup(places, databases)), **browser}
        try:
            runs = batches(selection)
            for words in runs:
                code, counts = run_pytest(words, environment, places.data / "counts.json")
                codes.append(code)
                total.update(counts)
        finally:
            databases.stop()
    if failed_checks:
        say(f"Checks that failed: {', '.join(failed_checks)} (./dev check shows them alone).")
    if len(runs) > 1:
        result(closing_line(total, time.monotonic() - started))
    nothing_ran = total["passed"] + total["failed"] + total["error"] == 0
    bad = [code for code in codes if code not in (0, NO_TESTS)]
    return bad[0] if bad else int(bool(failed_checks) or (nothing_ran and NO_TESTS in codes))


def shots(arguments: Sequence[str]) -> int:
    """Run `./dev shots`: the tests that open every screen, at every size, this time keeping what they see.

    The pictures of the pages go to docs/pictures, those of every size, text and language to .run/sizes.
    """
    os.environ["SHOTS"] = str(ROOT / "docs" / "pictures")
    return main(["tests/functional/test_pictures.py", "tests/functional/test_sizes.py", *arguments])
