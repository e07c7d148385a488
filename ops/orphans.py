"""End every process group that a killed supervisor left behind. Runs beside it, holds the other end of a pipe."""

from __future__ import annotations

import os
import signal
import sys
import time

GRACE_SECONDS = 3.0


def end_groups(groups: dict[int, int]) -> None:
    """Ask each group to stop with its own signal, then kill what remains."""
    for group, stop_signal in groups.items():
        _send(group, stop_signal)
    deadline = time.monotonic() + GRACE_SECONDS
    while time.monotonic() < deadline and any(_send(group, 0) for group in groups):
        time.sleep(0.05)
    for group in groups:
        _send(group, signal.SIGKILL)


def _send(group: int, number: int) -> bool:
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def main() -> None:
    """Read `+group signal` and `-group` lines until the supervisor is gone."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    groups: dict[int, int] = {}
    for line in sys.stdin:
        word = line.split()
        if word[0] == "-":
            groups.pop(int(word[1]), None)
        else:
            groups[int(word[1])] = int(word[2])
    end_groups(groups)


if __name__ == "__main__":
    main()
