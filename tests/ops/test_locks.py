"""The lock files and the entry for the merge check."""

from __future__ import annotations

import os
import re
import tomllib

from ops.check import addresses_in_locks
from ops.places import ROOT


def _names(lock: str) -> set[str]:
    return set(re.findall(r"^([a-z0-9][a-z0-9._-]*)==", (ROOT / lock).read_text(), flags=re.MULTILINE))


def _wanted(requirements: list[str]) -> set[str]:
    return {re.split(r"[\[<>=!~ ]", name)[0].lower() for name in requirements}


def test_locks_hold_no_address() -> None:
    assert addresses_in_locks() == []


def test_locks_hold_every_dependency_with_hashes() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    groups = project["dependency-groups"]
    runtime = _wanted(project["project"]["dependencies"] + groups["embedded"])

    assert runtime <= _names("requirements.lock")
    assert runtime | _wanted(groups["test"]) <= _names("requirements-test.lock")
    assert _names("requirements.lock") <= _names("requirements-test.lock")
    for lock in ("requirements.lock", "requirements-test.lock"):
        text = (ROOT / lock).read_text()
        assert text.count("==") <= text.count("--hash=sha256:")


def test_merge_check_and_dev_can_be_run() -> None:
    assert os.access(ROOT / "dev", os.X_OK)
    assert "./dev test" in (ROOT / ".ci" / "run").read_text()
