"""Bring database, static files and demo city up to date, and skip each step whose inputs did not change."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ops.places import ROOT
from ops.process import Child
from ops.say import Refused, last_line, say, tail
from ops.services import Setup, manage

APPS = ("core", "accounts", "calls", "communities", "hospitals", "transport", "access", "dispatch", "command")
MIGRATE, GRANT = ("migrate", "--no-input", "-v", "1"), ("grant_app_role",)
COLLECT = ("collectstatic", "--no-input", "-v", "0")
REMEMBER = ("remember_installation",)
PREPARATION = (MIGRATE, GRANT, REMEMBER, COLLECT)  # what a container does before the others start
NOT_OURS = 78  # a process that must not work on this database (config.start)
DEMO_CITY = ROOT / "demo" / "dandong"


def fingerprint(files: Iterable[Path], *more: str) -> str:
    """Return a digest of the names and contents of files."""
    digest = hashlib.sha256("\0".join(more).encode())
    for file in sorted(files):
        name = file.relative_to(ROOT) if file.is_relative_to(ROOT) else file  # a checkout may move
        digest.update(f"{name}\0".encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


class Preparation:
    """The steps before the first page. What was done is kept beside the data it describes."""

    def __init__(
        self, setup: Setup, city: Path | None = None, *, should_stop: Callable[[], bool] = lambda: False
    ) -> None:
        self.setup, self.city, self.should_stop = setup, city, should_stop
        self.note = setup.places.data / "prepared.json"
        self.done: dict[str, str] = json.loads(self.note.read_text()) if self.note.exists() else {}

    def _is_done(self, step: str, mark: str) -> bool:
        return self.done.get(step) == mark

    def _keep(self, step: str, mark: str) -> None:
        self.done[step] = mark
        unfinished = self.note.with_suffix(".new")
        unfinished.write_text(json.dumps(self.done, indent=1))
        unfinished.replace(self.note)

    def _run(self, title: str, *commands: tuple[str, ...]) -> None:
        """Run Django commands as the owner of the tables, one after the other."""
        say(f"{title} …")
        for words in commands:
            self._wait(self._begin(words))

    def _begin(self, words: tuple[str, ...], log_name: str = "prepare") -> Child:
        """Start a Django command as the owner of the tables."""
        log = self.setup.places.log / f"{log_name}.log"
        child = Child(" ".join(words), manage(*words), log=log, env=self.setup.environment("owner"))
        child.start()
        return child

    def _wait(self, child: Child) -> None:
        """Wait for the end of a command; on failure show the end of its log. Raises Refused."""
        while not child.wait(0.1):
            if self.should_stop():
                child.stop()
                raise KeyboardInterrupt
        if child.exit_code == NOT_OURS:
            raise Refused(last_line(child.log))
        if child.exit_code != 0:
            raise Refused(f"{tail(child.log, 25)}`manage.py {child.name}` failed (its log: {child.log}).")

    def database(self) -> None:
        """Migrate and give the app role its rights."""
        migrations = [file for app in APPS for file in (ROOT / app / "migrations").glob("*.py")]
        grants = (ROOT / "core" / "management" / "commands").glob("grant_app_role.py")
        own = self.setup.databases.postgres is not None
        database = "own" if own else self.setup.databases.owner_url
        mark = fingerprint([*migrations, *grants, ROOT / "requirements.lock"], database)
        # a database elsewhere may have been emptied without our knowing
        if self._is_done("database", mark) and own:
            return
        self._run("Making the tables", MIGRATE, GRANT)
        self._keep("database", mark)

    def installation(self) -> None:
        """Write into the database what it belongs to; it says itself when it is something else (core.installation)."""
        own = self.setup.databases.postgres is not None
        mark = fingerprint([], str(self.setup.production), "own" if own else self.setup.databases.owner_url)
        if self._is_done("installation", mark) and own:
            return
        self._run("Writing down what this installation is", REMEMBER)
        self._keep("installation", mark)

    @contextmanager
    def static_files(self) -> Iterator[None]:
        """Collect the static files under names with hashes, beside the steps inside."""
        mark = fingerprint([*_files(ROOT / "static"), ROOT / "requirements.lock"])
        if self._is_done("static", mark) and (self.setup.places.data / "static").is_dir():
            yield
            return
        say("Collecting the static files …")
        child = self._begin(COLLECT, "static")
        try:
            yield
            self._wait(child)
        finally:
            if child.is_running:
                child.stop()
        self._keep("static", mark)

    def load_city(self) -> None:
        """Load the city. A demo city is looked at anew every day, so that its days stay those of this week."""
        if self.city is None:
            return
        # a demo: dates of this week, offset clock, sign-ins to try
        demo, day = ([], "") if self.setup.production else (["--demo"], time.strftime("%F"))
        loader = (ROOT / "drill" / "city").glob("*.py")
        mark = fingerprint([*_files(self.city), *loader], self.done.get("database", ""), day)
        if self._is_done("city", mark) and self.setup.databases.postgres is not None:
            return
        self._run(f"Loading the city {self.city.name}", ("load_city", str(self.city), *demo))
        self._keep("city", mark)
