"""`./dev doctor`: what is missing or wrong on this machine, and the one line that mends it."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence

from ops.chromium import HOW, found_browser, has_chinese_font
from ops.databases import Claim
from ops.places import DEFAULT_DATA, LEAST_FREE_MB, ROOT, RUN, Places, is_port_free
from ops.postgres import binaries
from ops.process import unprivileged
from ops.say import Refused, result
from ops.valkey import binary

Finding = tuple[bool, str]  # good or not, and the words


def _python() -> Finding:
    return sys.version_info >= (3, 11), f"Python {sys.version.split()[0]} (3.11 or newer)"


def _room() -> Finding:
    free = shutil.disk_usage(ROOT).free // 2**20
    return free > LEAST_FREE_MB, f"{free} MB free on the disk" + ("" if free > LEAST_FREE_MB else "; free some room")


def _place() -> Finding:
    places = Places(DEFAULT_DATA)
    places.prepare()
    return True, f"The data folder can be written: {places.data}; sockets in {places.sockets}"


def _postgres() -> Finding:
    if os.environ.get("DATABASE_URL"):
        return True, "PostgreSQL: the one in DATABASE_URL"
    step = unprivileged(RUN)
    way = {"enter_user_namespace": ", in a user namespace", "become_nobody": ", as the user nobody"}
    return True, f"PostgreSQL from the packages: {binaries()}{way.get(step.__name__, '') if step else ''}"


def _valkey() -> Finding:
    if os.environ.get("REDIS_URL"):
        return True, "Redis: the one in REDIS_URL"
    return True, f"Valkey from the packages: {binary()}"


def _ports() -> Finding:
    claim = Claim(DEFAULT_DATA)
    if claim.path.exists() and claim.holder():
        return True, f"An installation runs here: process {claim.holder()}"
    taken = [str(port) for port in (8000, 8001) if not is_port_free(port)]
    if taken:
        return False, f"Port {' and '.join(taken)} taken by another program; use ./dev up --port 8010"
    return True, "Ports 8000 and 8001 are free"


def _browser() -> Finding:
    browser = found_browser()
    if browser and has_chinese_font():
        return True, f"Browser tests: {browser}, and a Chinese font"
    lacking = "no Chromium" if not browser else "no Chinese font"
    return True, f"Browser tests: {lacking} yet; ./dev test tries to install it. {HOW}"


CHECKS: tuple[Callable[[], Finding], ...] = (_python, _room, _place, _postgres, _valkey, _ports, _browser)


def findings() -> Iterator[Finding]:
    """Run every check; a refusal is its finding."""
    for check in CHECKS:
        try:
            yield check()
        except Refused as error:
            yield False, str(error)


def main(_arguments: Sequence[str]) -> int:
    """Run `./dev doctor`; exit 1 when something must be mended."""
    bad = 0
    for good, words in findings():
        bad += not good
        result(f"{'good ' if good else 'WRONG'}  {words}")
    return int(bad > 0)
