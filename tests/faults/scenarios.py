"""What is done to a server while people ask, and how long it takes until nobody waits unseen after it has ended."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable

from ops.postgres import SUPERUSER
from tests.faults.work import UNSEEN, Asking, Works, count

Fault = Callable[[Works, str, float], None]
STOPPED_S, RUNNING_S = 0.45, 0.05  # a slow server: nine tenths of the time it stands
PATIENCE_S = 90.0


def freeze(works: Works, server: str, seconds: float) -> None:
    """Stop it where it stands, then let it go on."""
    works.stack.freeze(server)
    works.wait(seconds)
    works.stack.thaw(server)


def kill(works: Works, server: str, seconds: float) -> None:
    """End it as a power cut would, then start it again."""
    works.stack.kill(server)
    works.wait(seconds)
    works.stack.restart(server)


def empty(works: Works, server: str, seconds: float) -> None:
    """Let the broker forget all it holds, again and again; of a database, only the sessions."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if server == "valkey":
            code = "import os, redis; redis.Redis.from_url(os.environ['REDIS_URL']).flushall()"
            subprocess.run([sys.executable, "-c", code], env=works.stack.environment("owner"), check=True)
        else:
            with works.stack.connect(SUPERUSER, autocommit=True) as connection:
                connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
                )
        works.wait(1)


def slow(works: Works, server: str, seconds: float) -> None:
    """Let it run a tenth of the time."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        works.stack.freeze(server)
        time.sleep(STOPPED_S)
        works.stack.thaw(server)
        time.sleep(RUNNING_S)
        works.look()


def refuse(works: Works, server: str, seconds: float) -> None:
    """Let it answer and refuse what is written: the broker a replica after a failover, then full; the database read-only."""
    if server == "valkey":
        for command in ("replicaof 127.0.0.1 1", "config set maxmemory 1"):
            _tell_valkey(works, command)
            works.wait(seconds / 2)
            _tell_valkey(works, "replicaof no one")
        _tell_valkey(works, "config set maxmemory 0")
        return
    with works.stack.connect(SUPERUSER, autocommit=True) as connection:
        connection.execute("SET default_transaction_read_only = off")
        connection.execute("ALTER SYSTEM SET default_transaction_read_only = on")
        connection.execute("SELECT pg_reload_conf()")
        works.wait(seconds)
        connection.execute("ALTER SYSTEM RESET default_transaction_read_only")
        connection.execute("SELECT pg_reload_conf()")


def _tell_valkey(works: Works, command: str) -> None:
    code = "import os, sys, redis; redis.Redis.from_url(os.environ['REDIS_URL']).execute_command(*sys.argv[1:])"
    words = [sys.executable, "-c", code, *command.split()]
    subprocess.run(words, env=works.stack.environment("owner"), check=True)


FAULTS: dict[str, Fault] = {"freeze": freeze, "kill": kill, "empty": empty, "slow": slow, "refuse": refuse}


def play(works: Works, server: str, fault: Fault, seconds: float) -> float:
    """Do it while people ask; return how long after its end somebody still waited unseen."""
    asking = Asking(works.stack, each_s=2.0)
    works.until(lambda: len(asking.asked) >= 3, 60)
    fault(works, server, seconds)
    ended = time.monotonic()
    works.wait(3)
    cases = asking.stop()
    if not cases:
        raise RuntimeError("nobody asked: the round proves nothing")
    works.until(lambda: count(works.stack, UNSEEN, cases) == 0, PATIENCE_S)
    took = time.monotonic() - ended
    sys.stderr.write(
        f"\n{server} {fault.__name__} {seconds:.0f} s: {len(cases)} asked, nobody unseen after {took:.1f} s\n"
    )
    return took
