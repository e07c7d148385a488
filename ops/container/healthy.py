"""Tell a container's health: `healthy.py PORT` asks the pages; without a port, whether our first process runs."""

from __future__ import annotations

import http.client
import sys
from pathlib import Path


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


if __name__ == "__main__":
    sys.exit(0 if (answers(int(sys.argv[1])) if len(sys.argv) > 1 else first_process_runs()) else 1)
