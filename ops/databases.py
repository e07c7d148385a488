"""The two databases of an installation: the ones named in the environment, or our own from wheels."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from ops.places import Places
from ops.postgres import APP, Postgres
from ops.process import wait_until
from ops.say import Refused
from ops.valkey import Valkey


class Databases:
    """PostgreSQL and Valkey of one data folder; each is left alone when its address is set in the environment."""

    def __init__(self, places: Places, *, durable: bool = True, external: bool = True) -> None:
        self.places = places
        external_database = os.environ.get("DATABASE_URL") if external else None
        external_redis = os.environ.get("REDIS_URL") if external else None
        self.postgres = None if external_database else Postgres(places, durable=durable)
        self.valkey = None if external_redis else Valkey(places, durable=durable)
        self._database_url = external_database or ""
        self._redis_url = external_redis or ""

    @property
    def own(self) -> list[Postgres | Valkey]:
        """Return the servers that we start, in their order."""
        return [server for server in (self.postgres, self.valkey) if server is not None]

    @property
    def owner_url(self) -> str:
        """Return the address of the role that owns the tables."""
        return self.postgres.url() if self.postgres else self._database_url

    @property
    def app_url(self) -> str:
        """Return the address of the role that works in them; APP_DATABASE_URL beside an external DATABASE_URL."""
        return self.postgres.url(APP) if self.postgres else os.environ.get("APP_DATABASE_URL", self._database_url)

    @property
    def redis_url(self) -> str:
        """Return the address of Valkey or Redis."""
        return self.valkey.url if self.valkey else self._redis_url

    def start(self) -> None:
        """Start what is ours."""
        for server in self.own:
            server.start()

    def stop(self) -> None:
        """Stop what is ours, the doorbell before the truth."""
        for server in reversed(self.own):
            if server.child is not None:
                server.child.stop(10)

    def answer(self) -> bool:
        """Tell whether all that is ours answers (whoever started it)."""
        return all(server.answers() for server in self.own)


class Claim:
    """The right to run the servers of a data folder: one process at a time, ended with the process."""

    def __init__(self, data: Path) -> None:
        self.path = data / "owner.lock"
        self.file: IO[str] | None = None

    def take(self, purpose: str) -> bool:
        """Take it and note who we are; False when somebody else has it."""
        file = self.path.open("a+")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            return False
        file.truncate(0)
        file.write(f"{os.getpid()} {purpose}")
        file.flush()
        self.file = file
        return True

    def release(self) -> None:
        """Give it back."""
        if self.file is not None:
            self.file.truncate(0)
            self.file.close()
            self.file = None

    def holder(self) -> str:
        """Return process id and purpose of the one who has it."""
        return self.path.read_text().strip()


@contextmanager
def running(databases: Databases) -> Iterator[None]:
    """Have the databases for one command: join those that run, else start them and stop them at the end.

    Several commands may share what the first one started: it waits for the others before it stops the servers.
    """
    claim = Claim(databases.places.data)
    with (databases.places.data / "users.lock").open("a") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        started = False

        def have() -> bool:
            nonlocal started
            if databases.answer():
                return True
            if claim.take("command"):
                databases.start()
                started = True
            return started

        if not wait_until(have, 30):
            raise Refused(f"The databases of {databases.places.data} do not answer (held by {claim.holder()}).")
        try:
            yield
        finally:
            if started:
                fcntl.flock(users, fcntl.LOCK_UN)
                fcntl.flock(users, fcntl.LOCK_EX)
                databases.stop()
                claim.release()
