"""`./dev manage`, `./dev python`, `./dev run` and `./dev lock`: commands that work beside a running installation."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from secrets import token_hex
from urllib.parse import quote, urlsplit

from ops.bootstrap import pip_command
from ops.databases import running
from ops.installations import find, setup_of
from ops.installations import running as running_ones
from ops.messages import compile_messages
from ops.places import DEFAULT_DATA, ROOT, RUN
from ops.prepare import PREPARATION, Preparation
from ops.process import follow_parent
from ops.say import Refused, say
from ops.services import NAMES, POOLS, command
from ops.services import manage as manage_command

# These must work on a database that is empty or behind, or without one.
UNPREPARED = {"migrate", "showmigrations", "grant_app_role", "remember_installation", "collectstatic"}
# These read and write the checkout alone.
WITHOUT_DATABASE = {"makemigrations", "makemessages", "compilemessages", "help", "check", "--help", "--version"}
WITHOUT_DATABASE |= {"rule_table", "promise_table", "state_pages", "who_hears", "lint_migrations", "words"}


def manage(arguments: Sequence[str]) -> int:
    """Run a Django command for the installation found, with databases that run and tables that are up to date."""
    if not arguments or arguments[0] in WITHOUT_DATABASE:
        return subprocess.run(manage_command(*arguments), env=without_installation(), check=False).returncode
    setup = find()
    setup.places.prepare()
    with running(setup.databases):
        compile_messages()
        if arguments[0] not in UNPREPARED:
            Preparation(setup).database()
        environment = {**setup.environment("owner"), "STATIC_MANIFEST": "false"}
        return subprocess.run(
            manage_command(*arguments), env=environment, check=False, preexec_fn=follow_parent
        ).returncode


def python(arguments: Sequence[str]) -> int:
    """Become the environment's Python, with every address set; nothing is started."""
    data = Path(os.environ.get("DATA_DIR") or next(running_ones(), DEFAULT_DATA)).expanduser().resolve()
    setup = setup_of(data)
    environment = {**setup.environment("owner"), "STATIC_MANIFEST": "false"}
    os.execve(sys.executable, [sys.executable, *arguments], environment)


def without_installation() -> dict[str, str]:
    """Return an environment with throw-away secrets and without a database."""
    nowhere = {"DATA_DIR": str(RUN / "check"), "DATABASE_URL": "postgres://127.0.0.1:9/none", "PYTHONPATH": str(ROOT)}
    quiet = {"PYTHONWARNINGS": "ignore::RuntimeWarning"}  # makemigrations would like to compare with a database
    return {**os.environ, **nowhere, **quiet, "DJANGO_SETTINGS_MODULE": "config.settings"}


def with_password(url: str, password: str) -> str:
    """Return a database address with the password in it."""
    parts = urlsplit(url)
    user = f"{parts.username}:{quote(password, safe='')}@"
    return parts._replace(netloc=user + parts.netloc.rpartition("@")[2]).geturl()


def run(arguments: Sequence[str]) -> int:
    """Become one of the product's processes or a Django command, or `prepare` database and static files for them.

    What containers and system units call: addresses come from the environment, the password of the database from
    the file that DATABASE_PASSWORD_FILE names.
    """
    name = arguments[0] if arguments else ""
    if name not in (*NAMES, "prepare", "manage"):
        raise Refused(f"./dev run NAME, where NAME is one of: prepare, manage COMMAND, {', '.join(NAMES)}")
    missing = [variable for variable in ("DATABASE_URL", "REDIS_URL") if not os.environ.get(variable)]
    if missing:
        raise Refused(f"./dev run needs {' and '.join(missing)} in the environment (./dev up brings its own servers).")
    if secret := os.environ.get("DATABASE_PASSWORD_FILE"):
        os.environ["DATABASE_URL"] = with_password(os.environ["DATABASE_URL"], Path(secret).read_text().strip())
    os.environ.setdefault("DATABASE_POOL", str(POOLS.get(name, 0)))
    os.chdir(ROOT)
    if name == "manage":
        django = manage_command(*arguments[1:])
        os.execv(django[0], django)
    if name != "prepare":
        data, bind = Path(os.environ.get("DATA_DIR") or DEFAULT_DATA), os.environ.get("BIND", "127.0.0.1")
        product = command(name, data=data, port=int(os.environ.get("PORT", "8000")), bind=bind)
        os.execvp(product[0], product)
    return max(subprocess.run(manage_command(*words), check=True).returncode for words in PREPARATION)


SECRETS = ("session_key", "field_kek", "blind_index_key", "pass_signing_key")
PASSWORDS = ("postgres_password", "owner_password", "app_password")


def secrets(arguments: Sequence[str]) -> int:
    """Make the secret files of a production installation in a folder; those that exist are kept.

    The folder is closed to others. The files in it can be read, because a container sees them under another uid.
    """
    if len(arguments) != 1:
        raise Refused("./dev secrets FOLDER makes the secret files of a production installation there.")
    folder = Path(arguments[0])
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in (*SECRETS, *PASSWORDS):
        path = folder / name
        if not path.exists():
            path.touch(mode=0o600)
            path.write_text(token_hex(32))
            path.chmod(0o444)
            say(f"Made {path}.")
    say("Keep a copy of this folder apart from the database's backups: without it, names cannot be read again.")
    return 0


def lock(_arguments: Sequence[str]) -> int:
    """Make both lock files anew from pyproject.toml: versions and hashes, no addresses."""
    uv = [sys.executable, "-m", "uv"]
    if subprocess.run([*uv, "--version"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode:
        say("Installing uv into .run/venv …")
        subprocess.run([*pip_command(), "install", "--quiet", "uv"], check=True)
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
