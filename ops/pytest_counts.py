"""Pytest plugin: note how many tests passed and failed, so that `./dev test` can add up several runs."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

KINDS = ("failed", "passed", "error", "skipped", "xfailed", "xpassed", "deselected")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Write the counts where `./dev test` asked for them."""
    target = os.environ.get("TEST_COUNTS")
    if target:
        counts = {kind: len(terminalreporter.stats.get(kind, [])) for kind in KINDS}
        Path(target).write_text(json.dumps(counts))
