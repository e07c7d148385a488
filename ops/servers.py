"""A private installation for tests of faults: its own databases and product processes, to kill, freeze and restart.

    with Stack(tmp_path) as stack:          # durable PostgreSQL and Valkey, tables made
        url = stack.web()                   # waits until the first page answers
        stack.relay(); stack.worker()
        stack.freeze("valkey"); ...; stack.thaw("valkey")
        stack.kill("postgres"); stack.restart("postgres")
        stack.manage("check_invariants")

Start processes from the main thread: the kernel ends a child together with the thread that started it.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any

import psycopg

from ops.databases import Databases
from ops.places import ROOT, Places, free_port
from ops.postgres import APP, OWNER, Postgres
from ops.prepare import Preparation
from ops.process import Child, wait_until
from ops.say import tail
from ops.services import Setup, command, manage
from ops.up import first_page_status
from ops.valkey import Valkey

NOT_COPIED = shutil.ignore_patterns("*.lock", "sockets", "log", "postmaster.pid")


def descendants(pid: int) -> list[int]:
    """Return the process ids below `pid`, parents first (Linux: from /proc)."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
            children.setdefault(parent, []).append(int(stat.parent.name))
    found, waiting = [], [pid]
    while waiting:
        below = children.get(waiting.pop(0), [])
        found += below
        waiting += below
    return found


class Stack:
    """Databases and product processes of one folder. `start` is needed first; `stop` (or `with`) ends everything."""

    def __init__(self, folder: Path, *, template: Path | None = None, extra: Mapping[str, str] | None = None) -> None:
        self.places = Places(folder.resolve())
        self.template = template  # a stopped installation whose files are copied, to save making the tables again
        self.extra = dict(extra or {})  # environment of every product process
        self.databases = Databases(self.places, external=False)
        self.setup = Setup(self.places, self.databases, free_port())
        self.children: dict[str, Child] = {}

    def __enter__(self) -> Stack:
        """Start the databases and make the tables."""
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End everything."""
        self.stop()

    # --- databases ----------------------------------------------------------------------------------------------
    def start(self) -> None:
        """Start PostgreSQL (with fsync) and Valkey (with its append-only file), and make the tables."""
        if self.template is not None and not self.places.data.joinpath("postgres").exists():
            shutil.copytree(self.template, self.places.data, dirs_exist_ok=True, ignore=NOT_COPIED)
        self.places.prepare()
        self.start_databases()
        Preparation(self.setup).database()

    def start_databases(self) -> None:
        """Start the two servers without looking at the tables."""
        for server in self.databases.own:
            self._start_server(server)

    def _start_server(self, server: Postgres | Valkey) -> None:
        server.start()
        if server.child is not None:
            self.children[server.name] = server.child

    def connect(self, role: str = OWNER, **options: Any) -> psycopg.Connection[Any]:
        """Open a plain connection as owner, app or the server's own superuser (ops.postgres.SUPERUSER)."""
        server = self.databases.postgres
        if server is None:
            raise RuntimeError("a stack has a PostgreSQL of its own")
        return psycopg.connect(server.url(role), **options)

    # --- product processes -----------------------------------------------------------------------------------------
    def environment(self, role: str) -> dict[str, str]:
        """Return the environment of a product process, or of the `owner`."""
        return {**self.setup.environment(role), "STATIC_MANIFEST": "false", **self.extra}

    def run(self, name: str, port: int = 0) -> Child:
        """Start one product process by its name (services.NAMES)."""
        words = command(name, data=self.places.data, port=port)
        log = self.places.log / f"{name}.log"
        child = Child(name, words, log=log, env=self.environment(name), cwd=ROOT)
        child.start()
        self.children[name] = child
        return child

    def web(self) -> str:
        """Start the pages; return their address once the first page answers."""
        child = self.run("web", self.setup.port)
        if not wait_until(lambda: first_page_status(self.setup) == 200, 90, child=child):
            raise RuntimeError(f"The pages did not come:\n{tail(child.log, 30)}")
        return f"http://127.0.0.1:{self.setup.port}"

    def live(self) -> str:
        """Start the live stream; return its address (it may need a moment)."""
        self.run("live", self.setup.port + 1)
        return f"http://127.0.0.1:{self.setup.port + 1}/events/"

    def worker(self) -> Child:
        """Start the planning worker and wait until it takes tasks."""
        return self._wait_for_worker(self.run("worker"))

    def urgent(self) -> Child:
        """Start the worker for urgent requests and wait until it takes tasks."""
        return self._wait_for_worker(self.run("worker-urgent"))

    def _wait_for_worker(self, child: Child) -> Child:
        def is_ready() -> bool:
            return b" ready." in child.log.read_bytes()[child.log_starts_at :]

        if not wait_until(is_ready, 90, child=child):
            raise RuntimeError(f"The worker did not come:\n{tail(child.log, 30)}")
        return child

    def relay(self) -> Child:
        """Start the relay."""
        return self.run("relay")

    def beat(self) -> Child:
        """Start the timed jobs."""
        return self.run("beat")

    def manage(self, *words: str, role: str = "owner", check: bool = True) -> str:
        """Run a Django command and return what it printed."""
        ended = subprocess.run(
            manage(*words), env=self.environment(role), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, check=False,
        )  # fmt: skip
        if check and ended.returncode != 0:
            raise RuntimeError(f"`manage.py {' '.join(words)}` failed:\n{ended.stdout}")
        return ended.stdout

    # --- faults -------------------------------------------------------------------------------------------------------
    def pids(self, name: str) -> list[int]:
        """Return the process ids of a child and of everything below it."""
        child = self.children[name]
        return [child.pid, *descendants(child.pid)]

    def kill(self, name: str) -> None:
        """End a process and everything below it at once, as a power cut would."""
        self._signal_all(name, signal.SIGKILL)
        self.children[name].wait(10)

    def freeze(self, name: str) -> None:
        """Stop a process and everything below it where they stand; connections stay open and nothing answers."""
        self._signal_all(name, signal.SIGSTOP)

    def thaw(self, name: str) -> None:
        """Let it go on."""
        self._signal_all(name, signal.SIGCONT)

    def _signal_all(self, name: str, number: int) -> None:
        for pid in self.pids(name):
            with suppress(ProcessLookupError):
                os.kill(pid, number)

    def restart(self, name: str) -> None:
        """Start a killed process again; a database is waited for, web too."""
        for server in self.databases.own:
            if server.name == name:
                self._start_server(server)
                return
        if name == "web":
            self.web()
        else:
            self.children[name].start()

    def stop(self) -> None:
        """End everything, the product first."""
        servers = {server.name for server in self.databases.own}
        for name in sorted(self.children, key=lambda name: name in servers):
            if self.children[name].is_running:
                self.thaw(name)
                self.children[name].stop(3)
        shutil.rmtree(self.places.sockets, ignore_errors=True)


__all__ = ["APP", "OWNER", "Stack", "descendants"]
