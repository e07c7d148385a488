"""Tell a container's health.

`healthy PORT` asks the pages; `healthy NAME`, of worker, worker-urgent, relay or beat, whether it does its work, and
ends it when it does not, so that the container is started again; without a word, whether our first process runs.
"""

from __future__ import annotations

import http.client
import os
import signal
import sys
from pathlib import Path

import psycopg

from ops.commands import with_password
from ops.watchdog import silent

STARTING_S = 60.0


def answers(port: int) -> bool:
    """Tell whether the process behind this port answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=4)
    try:
        connection.request("GET", "/health/live", headers={"Host": "127.0.0.1", "X-Forwarded-Proto": "https"})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def first_process_runs(status: Path = Path("/proc/1/status")) -> bool:
    """Tell whether process 1 of the container is neither stopped nor dead."""
    state = next((line for line in status.read_text().splitlines() if line.startswith("State:")), "")
    return bool(state) and state.split()[1] in "RSD"


def age(process: Path = Path("/proc/1/stat"), uptime: Path = Path("/proc/uptime")) -> float:
    """Return how many seconds ago process 1 of the container began."""
    ticks = int(process.read_text().rpartition(")")[2].split()[19])
    return float(uptime.read_text().split()[0]) - ticks / os.sysconf("SC_CLK_TCK")


def works(name: str) -> bool:
    """Tell whether a process does its work, by what the database holds; a database that is away accuses nobody."""
    url = os.environ["DATABASE_URL"]
    if secret := os.environ.get("DATABASE_PASSWORD_FILE"):
        url = with_password(url, Path(secret).read_text().strip())
    try:
        with psycopg.connect(url, connect_timeout=2) as connection:
            queues, loops = silent(connection)
    except psycopg.Error:
        return True
    return name not in queues | loops


def main(word: str) -> int:
    """Return 0 when it is well."""
    if word.isdigit():
        return 0 if answers(int(word)) else 1
    if word and not works(word):
        if age() > STARTING_S:  # whoever has just been started may not have answered yet
            os.kill(1, signal.SIGTERM)
        return 1
    return 0 if first_process_runs() else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else ""))
