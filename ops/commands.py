"""`./dev manage`, `./dev python`, `./dev run` and `./dev lock`: commands that work beside a running installation."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from ops.databases import Databases, running
from ops.messages import compile_messages
from ops.places import DEFAULT_DATA, ROOT, Places
from ops.prepare import Preparation
from ops.say import Refused, say
from ops.services import NAMES, Setup, command
from ops.services import manage as manage_command

# These must work on a database that is empty or behind, or without one.
UNPREPARED = {"migrate", "makemigrations", "showmigrations", "grant_app_role", "help", "check", "makemessages"}
UNPREPARED |= {"compilemessages", "collectstatic", "--help", "--version"}


def own_setup() -> Setup:
    """Return the installation of this checkout; DATA_DIR names another folder."""
    places = Places(Path(os.environ.get("DATA_DIR") or DEFAULT_DATA).expanduser().resolve())
    return Setup(places, Databases(places))


def manage(arguments: Sequence[str]) -> int:
    """Run a Django command with databases that run and tables that are up to date."""
    setup = own_setup()
    setup.places.prepare()
    with running(setup.databases):
        compile_messages()
        if arguments and arguments[0] not in UNPREPARED:
            Preparation(setup).database()
        environment = {**setup.environment("owner"), "STATIC_MANIFEST": "false"}
        return subprocess.run(manage_command(*arguments), env=environment, check=False).returncode


def python(arguments: Sequence[str]) -> int:
    """Become the environment's Python, with every address set; nothing is started."""
    setup = own_setup()
    environment = {**setup.environment("owner"), "STATIC_MANIFEST": "false"}
    os.execve(sys.executable, [sys.executable, *arguments], environment)


def run(arguments: Sequence[str]) -> int:
    """Become one of the product's processes (what containers and units call); addresses come from the environment."""
    name = arguments[0] if arguments else ""
    if name not in NAMES:
        raise Refused(f"./dev run NAME, where NAME is one of: {', '.join(NAMES)}")
    data = Path(os.environ.get("DATA_DIR") or DEFAULT_DATA)
    words = command(name, data=data, port=int(os.environ.get("PORT", "8000")), bind=os.environ.get("BIND", "127.0.0.1"))
    os.chdir(ROOT)
    os.execv(words[0], words)


def lock(_arguments: Sequence[str]) -> int:
    """Make both lock files anew from pyproject.toml: versions and hashes, no addresses."""
    uv = [sys.executable, "-m", "uv"]
    if subprocess.run([*uv, "--version"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode:
        say("Installing uv into .run/venv …")
        subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "uv"], check=True)
    plain = ["--no-emit-project", "--no-emit-index-url", "--no-header", "--no-annotate", "--no-dev", "--quiet"]
    subprocess.run([*uv, "lock"], cwd=ROOT, check=True)
    for target, groups in (("requirements.lock", ["embedded"]), ("requirements-test.lock", ["embedded", "test"])):
        chosen = [word for group in groups for word in ("--group", group)]
        subprocess.run(
            [*uv, "export", "--frozen", *plain, *chosen, "-o", target], cwd=ROOT, check=True, stdout=subprocess.DEVNULL
        )
        if "://" in (ROOT / target).read_text():
            raise Refused(f"{target} holds an address; a lock must work with whatever index a machine uses.")
    return 0
