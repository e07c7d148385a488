"""`./dev bench WHAT`: measure a part of the product by itself, the engine beside its peers."""

from __future__ import annotations

import filecmp
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence

from ops.bootstrap import pip_command
from ops.places import ROOT, RUN
from ops.process import follow_parent
from ops.say import Refused, say

WHAT = {
    "engine": ("benchmarks.engine.run", "published instances, by the engine and its peers; goes on where it stopped"),
    "city": ("benchmarks.engine.city", "whole made-up cities"),
    "rolling": ("benchmarks.engine.rolling", "a day planned anew every few minutes, by ways of sharing the way home"),
    "urgent": ("benchmarks.engine.urgent", "one urgent request, a lost vehicle and a closed unit in a running city"),
    "matching": ("benchmarks.matching.run", "a day arranged by real workers; an emergency behind a backlog"),
    "service": ("benchmarks.service.run", "pages beside a bare application; all roles at work"),
}
PEERS = RUN / "peers"
WANTED = ROOT / "benchmarks" / "requirements.txt"


def main(arguments: Sequence[str]) -> int:
    """Run one benchmark; its options follow its name."""
    word, options = (arguments[0], arguments[1:]) if arguments else ("", [])
    if word not in WHAT:
        lines = "\n".join(f"  {name:8} {words}" for name, (_, words) in WHAT.items())
        raise Refused(f"./dev bench WHAT, where WHAT is one of:\n{lines}")
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    if word == "engine":
        environment["PYTHONPATH"] = os.pathsep.join([str(ROOT), *with_peers()])
    command = [sys.executable, "-m", WHAT[word][0], *options]
    return subprocess.run(command, env=environment, check=False, preexec_fn=follow_parent).returncode


def with_peers() -> list[str]:
    """Install the other solvers in a folder of their own, once; without them only the engine is measured."""
    noted = PEERS / WANTED.name
    if not (noted.is_file() and filecmp.cmp(noted, WANTED, shallow=False)):
        say("Installing the other solvers into .run/peers (once) …")
        shutil.rmtree(PEERS, ignore_errors=True)
        pip = [*pip_command(), "install", "--quiet", "--disable-pip-version-check", "--no-input"]
        pip += ["--no-deps", "--only-binary", ":all:", "--target", str(PEERS), "-r", str(WANTED)]
        if subprocess.run(pip, check=False).returncode != 0:
            say("The other solvers could not be installed; only the engine is measured.")
            return []
        shutil.copyfile(WANTED, noted)
    return [str(PEERS)]
