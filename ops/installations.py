"""Which installation a command is for: the one that runs, or that DATA_DIR names; never a new one in silence."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from ops.databases import Databases
from ops.places import DEFAULT_DATA, RUN, Places
from ops.say import Refused, say
from ops.services import Setup

NOTE = "installation.json"
KNOWN = RUN / "installations"  # one file for each data folder that this checkout started, with its path
# where an installation has servers or secrets of its own, other shells do not know them
ADDRESSES = ("DATABASE_URL", "APP_DATABASE_URL", "REDIS_URL", "SECRETS_DIR")


def note(setup: Setup) -> None:
    """Write down how an installation is started, for the commands of other shells."""
    data = setup.places.data
    given = {name: os.environ[name] for name in ADDRESSES if os.environ.get(name)}
    facts = {"port": setup.port, "production": setup.production, "host": setup.host, "environment": given}
    path = data / NOTE
    path.touch(mode=0o600)
    path.write_text(json.dumps(facts))
    KNOWN.mkdir(parents=True, exist_ok=True)
    (KNOWN / hashlib.sha256(os.fsencode(data)).hexdigest()[:16]).write_text(str(data))


def noted(data: Path) -> dict[str, Any]:
    """Return how an installation was started last; nothing for one that never was."""
    with suppress(OSError, ValueError):
        return dict(json.loads((data / NOTE).read_text()))
    return {}


def is_running(data: Path) -> bool:
    """Tell whether `./dev up` holds this data folder now (ops.databases.Claim)."""
    with suppress(OSError, ValueError):
        pid, purpose = (data / "owner.lock").read_text().split(" ", 1)
        os.kill(int(pid), 0)
        return purpose.startswith("up")
    return False


def running() -> Iterator[Path]:
    """Return the data folders of this checkout's installations that run."""
    known = {DEFAULT_DATA}
    if KNOWN.is_dir():
        known |= {Path(file.read_text()) for file in KNOWN.iterdir()}
    return (data for data in sorted(known) if is_running(data))


def exists(data: Path) -> bool:
    """Tell whether there is an installation in a folder: a cluster of our own, or a note of how it was started."""
    return (data / "postgres" / "cluster").is_dir() or (data / NOTE).is_file()


def find() -> Setup:
    """Return the installation a command is for, and say which. Raises Refused when there is none, or more than one."""
    given = os.environ.get("DATA_DIR")
    if given:
        data = Path(given).expanduser().resolve()
    else:
        live = list(running())
        if len(live) > 1:
            raise Refused(f"Several installations run: set DATA_DIR to one of {', '.join(map(str, live))}.")
        data = live[0] if live else DEFAULT_DATA
    if not exists(data) and not os.environ.get("DATABASE_URL"):
        raise Refused(f"There is no installation in {data}: ./dev up makes one, DATA_DIR names one that is elsewhere.")
    setup = setup_of(data)
    what = "production" if setup.production else "demo"
    say(f"With the {what} installation in {data} ({'it runs' if is_running(data) else 'it does not run'}).")
    return setup


def setup_of(data: Path) -> Setup:
    """Return an installation as it was started last; what the environment names comes first."""
    facts = noted(data)
    for name, value in facts.get("environment", {}).items():
        os.environ.setdefault(name, value)
    places = Places(data)
    return Setup(
        places, Databases(places), facts.get("port", 8000), facts.get("production", False), facts.get("host", "")
    )
