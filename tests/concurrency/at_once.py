"""Several people do one thing at the same moment, for certain: all have looked before anybody writes.

Each acts on a connection of its own. Before the first statement that writes the thing, everybody waits until each of
the others has come as far, waits for a lock in PostgreSQL, or is through. So a guard that is off doubles the thing every
time, and a guard that is on is asked at the worst moment.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from threading import Event, Lock
from typing import Any

from django.db import connection, connections

from core.errors import DomainError

ROWS, NAMES = "rows", "names"  # the kinds of lock that can be taken out: on rows, and by name
_ROW_LOCK = re.compile(r" FOR (?:NO KEY )?UPDATE(?: OF [^ ,]+(?:, [^ ,]+)*)?(?: SKIP LOCKED)?")
_PATIENCE = 20
ROUNDS = int(os.environ.get("RACE_ROUNDS", "2"))
TWIN_ROUNDS = 10  # without its guard a shape may still come out right by chance
PRESSES = 3


class _Gate:
    """The place between the question and the writing."""

    def __init__(self, count: int, before: str, off: frozenset[str]) -> None:
        self.count, self.before, self.off = count, re.compile(before), off
        self.pids: dict[int, int] = {}
        self.here: set[int] = set()
        self.through: set[int] = set()
        self.opened, self.lock = Event(), Lock()

    def pass_by(self, number: int) -> Callable[..., Any]:
        """Return what stands around each statement of one of them."""

        def around(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            if NAMES in self.off and "pg_advisory_xact_lock" in sql:
                sql, params = "SELECT 1", None
            if ROWS in self.off:
                sql = _ROW_LOCK.sub("", sql)
            if not self.opened.is_set() and self.before.search(sql):
                with self.lock:
                    self.here.add(number)
                self.opened.wait(_PATIENCE)
            return execute(sql, params, many, context)

        return around

    def watch(self) -> None:
        """Open once everybody stands here, waits for a lock, or is through."""
        until = time.monotonic() + _PATIENCE
        while time.monotonic() < until:
            with self.lock:
                counted = self.here | self.through
                others = [pid for number, pid in self.pids.items() if number not in counted]
                is_known = len(self.pids) == self.count
            if is_known and len(counted) + _waiting(others) >= self.count:
                break
            time.sleep(0.004)
        self.opened.set()


def _waiting(pids: list[int]) -> int:
    if not pids:
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted AND pid = ANY(%s)", [pids])
        return int(cursor.fetchone()[0])


def wait_for_lock(pids: list[int]) -> None:
    """Wait until each of these connections waits for a lock."""
    until = time.monotonic() + _PATIENCE
    while not pids or _waiting(pids) < len(pids):
        assert time.monotonic() < until, "nobody waits"
        time.sleep(0.004)


def at_once(press: Callable[[int], Any], count: int, *, before: str, off: frozenset[str] = frozenset()) -> list[str]:
    """Let `count` people press; return what each was told: "done", the code of a refusal, or the error nobody caught.

    `before`: what the statement that writes begins with; `off`: the locks taken out.
    """
    gate = _Gate(count, before, off)

    def act(number: int) -> str:
        try:
            with connection.cursor() as cursor:  # a busy machine may keep the one who holds it from the processor
                cursor.execute("SELECT set_config('lock_timeout', %s, false)", [f"{_PATIENCE}s"])
            with gate.lock:
                gate.pids[number] = connection.connection.info.backend_pid
            with connection.execute_wrapper(gate.pass_by(number)):
                press(number)
        except DomainError as error:
            return error.code
        except Exception as error:
            return f"{type(error).__name__}: {error}"
        finally:
            with gate.lock:
                gate.through.add(number)
            connections.close_all()
        return "done"

    with ThreadPoolExecutor(count) as pool:
        told = [pool.submit(act, number) for number in range(count)]
        gate.watch()
        return [each.result(_PATIENCE) for each in told]


@contextmanager
def without(names: tuple[str, ...]) -> Iterator[None]:
    """Take constraints and unique indexes out, and put them back over emptied tables."""
    back: list[str] = []
    tables: set[str] = set()
    with connection.cursor() as cursor:
        for name in names:
            cursor.execute(
                "SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s",
                [name],
            )
            if found := cursor.fetchone():
                back.append(f'ALTER TABLE {found[0]} ADD CONSTRAINT "{name}" {found[1]}')
                cursor.execute(f'ALTER TABLE {found[0]} DROP CONSTRAINT "{name}"')
            else:
                cursor.execute("SELECT tablename, indexdef FROM pg_indexes WHERE indexname = %s", [name])
                found = cursor.fetchone()
                assert found, f"no constraint and no index is called {name}"
                back.append(found[1])
                cursor.execute(f'DROP INDEX "{name}"')
            tables.add(found[0])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            if tables:
                cursor.execute(f"TRUNCATE {', '.join(sorted(tables))} CASCADE")
            for statement in back:
                cursor.execute(statement)


@dataclass(frozen=True)
class Shape:
    """One race: what stands before it, what each presses, how many there are after it, and what guards it.

    `before` begins the statement that writes; `told` is what whoever comes too late may read, "done" when the first
    one's result is theirs too; `off` and `constraints` are the guard, which the twin takes out.
    """

    name: str
    build: Callable[[], Any]
    press: Callable[[Any, int], Any]
    count: Callable[[Any], int]
    before: str
    told: frozenset[str] = frozenset()
    off: frozenset[str] = frozenset()
    constraints: tuple[str, ...] = ()


def prove(shape: Shape) -> None:
    """With its guard it is made once, and whoever is too late reads so, in RACE_ROUNDS rounds; without, it is doubled."""
    for _round in range(ROUNDS):
        made = shape.build()
        told = at_once(partial(shape.press, made), PRESSES, before=shape.before)
        assert shape.count(made) == 1, told
        assert "done" in told
        assert set(told) <= {"done"} | shape.told, told

    with without(shape.constraints):
        for _round in range(TWIN_ROUNDS):
            made = shape.build()
            told = at_once(partial(shape.press, made), PRESSES, before=shape.before, off=shape.off)
            if shape.count(made) > 1:
                break
        assert shape.count(made) > 1, f"the twin: without its guard it must be made twice; {told}"
