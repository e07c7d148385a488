"""`./dev up`: everything a district needs on one machine, until Ctrl-C."""

from __future__ import annotations

import argparse
import http.client
import os
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from ops import installations
from ops.commands import SECRETS
from ops.databases import Claim, Databases
from ops.messages import compile_messages
from ops.places import DEFAULT_DATA, LEAST_FREE_MB, ROOT, Places, is_port_free
from ops.postgres import Postgres
from ops.prepare import DEMO_CITY, NOT_OURS, Preparation
from ops.process import Child, wait_until
from ops.say import Refused, last_line, result, say
from ops.services import NAMES, Setup, command, manage
from ops.supervisor import Supervisor
from ops.valkey import Valkey
from ops.watchdog import Watchdog

FIRST_PAGE_SECONDS = 120.0


def parser() -> argparse.ArgumentParser:
    """Return the options of `./dev up`."""
    options = argparse.ArgumentParser(prog="./dev up", description=__doc__)
    options.add_argument("--port", type=int, default=8000, help="port of the pages; the live stream takes the next one")
    options.add_argument("--data", type=Path, default=DEFAULT_DATA, help="folder of the data (default: .run/data)")
    options.add_argument("--city", default=None, help="city folder to load, or none (default: demo/dandong)")
    options.add_argument("--production", action="store_true", help="no demo city, no demo sign-ins, secrets from files")
    options.add_argument("--host", default="", help="with --production: the name under which people reach the pages")
    options.add_argument("--bind", default="127.0.0.1", help="address to listen on")
    options.add_argument("--least-free-mb", type=int, default=LEAST_FREE_MB, help="refuse to start with less room")
    return options


class Up:
    """One run of `./dev up`."""

    def __init__(self, options: argparse.Namespace) -> None:
        if options.production:
            self._check_production(options)
        self.bind: str = options.bind
        self.least_free_mb: int = options.least_free_mb
        self.places = Places(options.data.expanduser().resolve())
        self.setup = Setup(self.places, Databases(self.places), options.port, options.production, options.host)
        self.city = self._city(options.city)

    def _check_production(self, options: argparse.Namespace) -> None:
        if not options.host:
            raise Refused("With --production, --host NAME says under which name people reach the pages.")
        folder = Path(os.environ.get("SECRETS_DIR") or options.data / "secrets")
        missing = [name for name in SECRETS if not has_secret(name, folder)]
        if missing:
            raise Refused(
                f"Production makes no secrets by itself, and {folder} lacks {', '.join(missing)}. "
                f"Run ./dev secrets {folder} once, and keep a copy of that folder."
            )

    def _city(self, given: str | None) -> Path | None:
        if given == "none" or (given is None and (self.setup.production or not DEMO_CITY.is_dir())):
            return None
        folder = Path(given).resolve() if given else DEMO_CITY
        if not folder.is_dir():
            raise Refused(f"There is no city folder {folder}. Use --city DIR or --city none.")
        return folder

    def run(self) -> None:
        """Start all, say so, watch, and stop all at the end."""
        self.places.prepare(self.least_free_mb)
        claim = Claim(self.places.data)
        if not claim.take(f"up on port {self.setup.port}"):
            raise Refused(
                f"This installation already runs (process {claim.holder() or 'unknown'}) with the data in "
                f"{self.places.data}. Stop that one first, or use --data DIR and --port N for a second one."
            )
        self._check_ports()
        supervisor = Supervisor(self.places.data)
        supervisor.catch_signals()
        try:
            self._start(supervisor)
            supervisor.watch()
        except KeyboardInterrupt:
            pass
        finally:
            say("Stopping …")
            supervisor.stop(NAMES)
            say("Stopped; nothing is left running.")
            claim.release()

    def _check_ports(self) -> None:
        for port, use in ((self.setup.port, "the pages"), (self.setup.port + 1, "the live stream")):
            # what a killed run left behind goes within seconds
            if not wait_until(partial(is_port_free, port, self.bind), 2.5):
                raise Refused(
                    f"Port {port}, for {use}, is taken by another program. "
                    f"Choose another pair: ./dev up --port {self.setup.port + 10}"
                )

    def _start(self, supervisor: Supervisor) -> None:
        for server in self.setup.databases.own:
            say(f"Starting {server.name} …")
            server.start()
            if server.child is not None:
                supervisor.add_database(server.child, _again(server))
            supervisor.check_stop()
        compile_messages()
        preparation = Preparation(self.setup, self.city, should_stop=supervisor.is_stopping)
        with preparation.static_files():
            preparation.database()
            preparation.installation()
        supervisor.check_stop()
        say("Starting the pages …")
        supervisor.add(self._child("web", self.setup.port))
        preparation.load_city()
        supervisor.check_stop()
        installations.note(self.setup)  # not before it is known to be what was asked for
        self._wait_for_first_page(supervisor)
        result(f"Ready: http://127.0.0.1:{self.setup.port}")
        supervisor.add(self._child("live", self.setup.port + 1))
        supervisor.add(self._child("relay"))
        self._show_sign_ins(supervisor)
        for name in ("worker-urgent", "worker", "beat"):
            supervisor.add(self._child(name))
        supervisor.watchdog = Watchdog(self.setup.databases.app_url)
        supervisor.watchdog.start()
        say(f"All is running. Logs: {self.places.log}. Ctrl-C stops everything.")

    def _child(self, name: str, port: int = 0) -> Child:
        return Child(
            name,
            command(name, data=self.places.data, port=port, bind=self.bind),
            log=self.places.log / f"{name}.log",
            env=self.setup.environment(name),
            cwd=ROOT,
        )

    def _wait_for_first_page(self, supervisor: Supervisor) -> None:
        web = supervisor.kept["web"].child
        deadline = time.monotonic() + FIRST_PAGE_SECONDS
        while time.monotonic() < deadline and web.is_running:
            supervisor.check_stop()
            status = first_page_status(self.setup)
            if status == 200:
                return
            if status >= 500:
                break
            time.sleep(0.05)
        if web.exit_code == NOT_OURS:
            raise Refused(last_line(web.log))
        raise Refused(f"{web.last_words()}The first page did not come (its log: {web.log}).")

    def _show_sign_ins(self, supervisor: Supervisor) -> None:
        if self.setup.production or self.city is None:
            return
        log = self.places.log / "sign-ins.log"
        log.unlink(missing_ok=True)
        child = Child("sign-ins", manage("demo_sign_ins"), log=log, env=self.setup.environment("owner"))
        child.start()
        while not child.wait(0.1):
            if supervisor.is_stopping():
                child.kill()
        supervisor.check_stop()
        if words := log.read_text().strip():
            result(words)


def has_secret(name: str, folder: Path) -> bool:
    """Tell whether a secret is set, in one of the ways that the settings read it."""
    variable = name.upper()
    return bool(os.environ.get(variable)) or Path(os.environ.get(f"{variable}_FILE") or folder / name).is_file()


def _again(server: Postgres | Valkey) -> Callable[[], Child]:
    def again() -> Child:
        server.start()
        if server.child is None:
            raise RuntimeError(f"{server.name} has no process after its start")
        return server.child

    return again


def first_page_status(setup: Setup, path: str = "/") -> int:
    """Fetch a page as a browser would, following redirects; return its status, 0 when nobody answers."""
    headers = {"Host": setup.host or f"127.0.0.1:{setup.port}", "Accept": "text/html"}
    if setup.production:
        headers["X-Forwarded-Proto"] = "https"
    status = 0
    for _ in range(5):
        connection = http.client.HTTPConnection("127.0.0.1", setup.port, timeout=15)
        try:
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            connection.close()
        status = answer.status
        if status not in (301, 302, 303, 307, 308):
            break
        path = answer.headers.get("Location", "/")
    return status


def main(arguments: Sequence[str]) -> int:
    """Run `./dev up`."""
    Up(parser().parse_args(arguments)).run()
    return 0
