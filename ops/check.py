"""`./dev check`: style, types, layers, migrations, locks and generated pages."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from ops.commands import without_installation
from ops.floors import floors
from ops.places import ROOT
from ops.say import say
from ops.services import manage

PACKAGES = (
    "core",
    "messages",
    "accounts",
    "calls",
    "communities",
    "hospitals",
    "transport",
    "access",
    "dispatch",
    "command",
    "setup",
    "drill",
    "config",
    "matching",
    "ops",
)


@dataclass(frozen=True)
class Check:
    """One command that must end with 0."""

    name: str
    command: list[str]


def _tool(module: str, *words: str) -> list[str]:
    return [sys.executable, "-m", module, *words]


def checks() -> list[Check]:
    """Return what is checked here."""
    found = [
        Check("mypy", _tool("mypy", *PACKAGES)),
        Check("style", _tool("ruff", "check", ".")),
        Check("format", _tool("ruff", "format", "--check", ".")),
        Check("layers", [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"]),
        Check("migrations", manage("makemigrations", "--check", "--dry-run")),
    ]
    found.append(Check("generated pages", manage("state_pages", "--check")))
    found.append(Check("migrations beside", manage("lint_migrations")))
    for page in ("rule_table", "promise_table", "who_hears"):
        found.append(Check(page.replace("_", " "), manage(page, "--check")))
    return found


def addresses_in_locks() -> list[str]:
    """Return the lines of the lock files that name a server: a lock must work with any index."""
    return [
        f"{lock.name}:{number}: {line}"
        for lock in sorted(ROOT.glob("requirements*.lock"))
        for number, line in enumerate(lock.read_text().splitlines(), 1)
        if "://" in line or "--index" in line or "--find-links" in line
    ]


def run_checks() -> list[str]:
    """Run all checks, two at a time; print what fails; return the names of those."""

    def run(check: Check) -> tuple[Check, subprocess.CompletedProcess[str], float]:
        began = time.monotonic()
        ended = subprocess.run(
            check.command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, check=False, env=without_installation(),
        )  # fmt: skip
        return check, ended, time.monotonic() - began

    failed = []
    with ThreadPoolExecutor(2) as pool:
        for check, ended, seconds in pool.map(run, checks()):
            say(f"{check.name}: {'good' if ended.returncode == 0 else 'FAILED'} ({seconds:.1f} s)")
            if ended.returncode != 0:
                sys.stderr.write(f"{ended.stdout.rstrip()}\n")
                failed.append(check.name)
    lines = addresses_in_locks()
    if lines:
        sys.stderr.write("\n".join(lines) + "\n")
        failed.append("locks")
    return failed


def main(_arguments: Sequence[str]) -> int:
    """Run `./dev check`."""
    failed = run_checks()
    say(f"Floors of what the tests cover (./dev trust coverage): {'; '.join(map(str, floors()))}")
    say(f"Checks that failed: {', '.join(failed)}" if failed else "All checks are good.")
    return int(bool(failed))
