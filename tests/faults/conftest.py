"""Private installations for the tests of faults. Their tables are made and filled once and copied for each test."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ops.places import ROOT
from ops.servers import Stack
from tests.drill.conftest import county
from tests.faults.work import people

LONG = float(os.environ.get("FAULTS_LONGER", "1"))  # how many times longer each fault lasts than the default


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of an installation with tables, roles and one side of a town, stopped."""
    folder = tmp_path_factory.mktemp("prepared")
    with Stack(folder) as stack:
        filled = subprocess.run(
            [sys.executable, "-m", "tests.faults.seed"],
            env=stack.environment("owner"), cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        if filled.returncode != 0:
            raise RuntimeError(filled.stderr)
        (folder / "seed.json").write_text(filled.stdout)
    return folder


@pytest.fixture(scope="session")
def seed(prepared: Path) -> dict[str, Any]:
    """What the town's rows are called."""
    return json.loads((prepared / "seed.json").read_text())


@pytest.fixture(scope="session")
def installation(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The one installation that all faults are done to, one after another."""
    with Stack(tmp_path_factory.mktemp("faults") / "installation", template=prepared) as started:
        yield started


@pytest.fixture
def stack(installation: Stack) -> Iterator[Stack]:
    """The installation with its databases and its pages up, without a relay; broken or not, it is mended afterwards."""
    mend(installation)
    yield installation
    mend(installation)


@pytest.fixture
def address(stack: Stack) -> str:
    """Where the pages are."""
    return f"http://127.0.0.1:{stack.setup.port}"


def mend(stack: Stack) -> None:
    """Bring back what a test broke and end what it added."""
    for server in ("postgres", "valkey"):
        stack.thaw(server)
        if not stack.children[server].is_running:
            stack.restart(server)
    for name in [name for name in stack.children if name.startswith("relay")]:
        stack.kill(name)
    if "web" not in stack.children or not stack.children["web"].is_running:
        stack.web()


@pytest.fixture(scope="session")
def district(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """One county of the demo city at five in the morning, its databases up, nothing at work yet. Leases are short."""
    folder = tmp_path_factory.mktemp("district")
    city = county(folder / "city")
    with Stack(folder / "installation", extra={"PLAN_LEASE_S": "6", "MATCHING_INTERPRETED": "1"}) as started:
        started.manage("load_city", str(city))
        people(started, "morning")
        yield started
