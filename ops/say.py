"""Words to the person at the terminal: progress on standard error, results on standard output."""

from __future__ import annotations

import sys
import time
from collections import deque
from pathlib import Path

LINE_LIMIT = 400
_started = time.monotonic()


class Refused(Exception):
    """Stop the command with one clear sentence and a non-zero exit."""


def say(words: str) -> None:
    """Report progress."""
    print(f"{time.monotonic() - _started:6.1f} s  {words}", file=sys.stderr, flush=True)


def result(words: str) -> None:
    """Print what others may read."""
    print(words, flush=True)


def tail(log: Path, lines: int = 12) -> str:
    """Return the last lines of a log."""
    try:
        with log.open(errors="replace") as file:
            return "".join(f"    {line.rstrip()[:LINE_LIMIT]}\n" for line in deque(file, lines))
    except OSError:
        return ""


def last_line(log: Path) -> str:
    """Return the last line of a log that says something."""
    lines = tail(log, 5).split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), "")
