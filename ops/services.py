"""The product's own processes: which command each is, and with which environment. The supervisor, the container
and the fault tests all start them from here."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ops.databases import Databases
from ops.places import ROOT, Places

WEB_WORKERS, WEB_THREADS = 2, 8
POOLS = {
    "web": WEB_THREADS,
    "live": 4,
    "relay": 3,  # deliveries, and the thread that feeds the live stream
}  # connections kept per process; commands and workers open one when needed
# glibc gives freed memory back: threads share arenas, a page's text of some hundred kilobytes is mapped by itself
MEMORY = {"MALLOC_ARENA_MAX": "2", "MALLOC_MMAP_THRESHOLD_": "262144", "MALLOC_TRIM_THRESHOLD_": "262144"}
# what plans everybody's day gives way to pages and to the urgent worker where the machine is full; it still gets a
# quarter of a processor that somebody else wants as well
PLANNING_NICENESS = 5
NAMES = ("web", "live", "worker", "worker-urgent", "relay", "beat")


def _celery(data: Path, queues: str, name: str) -> list[str]:
    return [
        *(sys.executable, "-m", "celery", "-A", "config", "worker", "-Q", queues, "-n", f"{name}@%h"),
        *("--concurrency", "1", "--without-gossip", "--without-mingle", "--loglevel", "INFO"),
    ]


def command(name: str, *, data: Path, port: int = 8000, bind: str = "127.0.0.1") -> list[str]:
    """Return the command line of a process. Live listens on `port` itself: the caller adds one where both share it."""
    if name == "web":
        heartbeat = ("--worker-tmp-dir", "/dev/shm") if os.access("/dev/shm", os.W_OK) else ()
        return [
            *(sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", f"{bind}:{port}", "--preload"),
            *("--worker-class", "gthread", "--workers", str(WEB_WORKERS), "--threads", str(WEB_THREADS)),
            # never accept what no thread can take: it would wait unseen instead of going to the other worker
            *("--worker-connections", str(WEB_THREADS + 2), "--graceful-timeout", "5", "--timeout", "30"),
            *("--no-control-socket", "--log-level", "warning", *heartbeat),
        ]
    if name == "live":
        return [
            *(sys.executable, "-m", "uvicorn", "config.asgi:application", "--host", bind, "--port", str(port)),
            *("--lifespan", "off", "--no-access-log", "--log-level", "warning", "--timeout-graceful-shutdown", "2"),
        ]
    if name == "worker":
        return ["nice", "-n", str(PLANNING_NICENESS), *_celery(data, "dispatch", "worker")]
    if name == "worker-urgent":
        return _celery(data, "urgent", "urgent")
    if name in {"relay", "beat"}:
        return [sys.executable, str(ROOT / "manage.py"), name]
    raise ValueError(f"No process is called {name}")


@dataclass(frozen=True)
class Setup:
    """How one installation runs: its folder, its addresses, its mode."""

    places: Places
    databases: Databases
    port: int = 8000
    production: bool = False
    host: str = ""

    def environment(self, role: str) -> dict[str, str]:
        """Return the environment of a process; role is `owner`, or the name of a product process."""
        data = self.places.data
        chosen = {
            "PYTHONPATH": str(ROOT),
            "PYTHONUNBUFFERED": "1",
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DATABASE_URL": self.databases.owner_url if role == "owner" else self.databases.app_url,
            "DATABASE_POOL": str(POOLS.get(role, 0)),
            "REDIS_URL": self.databases.redis_url,
            "DATA_DIR": str(data),
            "PAGE_ORIGIN": f"http://127.0.0.1:{self.port}",
            "EVENTS_URL": f"http://127.0.0.1:{self.port + 1}/events/",
            "STATIC_MANIFEST": "true",
            "NUMBA_CACHE_DIR": str(data / "numba"),
            **MEMORY,
        }
        if self.production:
            origin = f"https://{self.host}"
            chosen |= {
                **{
                    "PRODUCTION": "true",
                    "DEMO": "false",
                    "BEHIND_PROXY": "true",
                    "EVENTS_URL": f"{origin}/events/",
                    "PAGE_ORIGIN": origin,
                },
                **{"ALLOWED_HOSTS": f"{self.host},127.0.0.1", "CSRF_TRUSTED_ORIGINS": origin},
            }
        return {**os.environ, **chosen}


def manage(*words: str) -> list[str]:
    """Return the command line of a Django command."""
    return [sys.executable, str(ROOT / "manage.py"), *words]


def without_addresses(environment: Mapping[str, str]) -> dict[str, str]:
    """Return an environment in which no server is named, so that a new installation starts its own."""
    names = ("DATABASE_URL", "APP_DATABASE_URL", "REDIS_URL", "DATA_DIR", "SECRETS_DIR")
    return {key: value for key, value in environment.items() if key not in names}
