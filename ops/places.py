"""Where things are: the checkout, the data folder and what lies in it, and sockets with short names."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import socket
import tempfile
from dataclasses import dataclass
from pathlib import Path

from ops.say import Refused

ROOT = Path(__file__).resolve().parent.parent
RUN = ROOT / ".run"
DEFAULT_DATA = RUN / "data"
SOCKET_PATH_LIMIT = 107  # bytes, sun_path of unix(7)
LEAST_FREE_MB = 200


@dataclass(frozen=True)
class Places:
    """The folders of one installation."""

    data: Path

    @property
    def log(self) -> Path:
        """Where every process writes its log."""
        return self.data / "log"

    @property
    def sockets(self) -> Path:
        """Where the databases listen: beside the data, or in a private short folder when that path is unfit."""
        beside = self.data / "sockets"
        longest = len(os.fsencode(beside)) + len("/.s.PGSQL.5432.lock")
        if longest <= SOCKET_PATH_LIMIT and re.fullmatch(r"[A-Za-z0-9_./-]+", str(beside)):
            return beside
        digest = hashlib.sha256(os.fsencode(self.data)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"there-and-back-{os.getuid()}-{digest}"

    def prepare(self, least_free_mb: int = LEAST_FREE_MB) -> None:
        """Make the folders; refuse, in one sentence, a place without permission or room."""
        try:
            for folder in (self.data, self.log):
                folder.mkdir(parents=True, exist_ok=True)
            self.sockets.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.sockets.chmod(0o700)
            probe = self.data / ".write"
            probe.write_text("")
            probe.unlink()
        except OSError as error:
            raise Refused(
                f"Cannot write to {error.filename or self.data} ({error.strerror}). "
                "Use a folder that belongs to you, or --data DIR."
            ) from None
        check_room(self.data, least_free_mb)


def check_room(folder: Path, least_free_mb: int = LEAST_FREE_MB) -> None:
    """Refuse to start on a full disk: databases stop badly there."""
    free = shutil.disk_usage(folder).free // 2**20
    if free < least_free_mb:
        raise Refused(
            f"The disk is almost full: {free} MB free at {folder}, at least {least_free_mb} MB needed. "
            "Free some room, or use --data DIR on another disk."
        )


def is_port_free(port: int, host: str = "127.0.0.1") -> bool:
    """Tell whether a server could listen there now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """Return a port whose successor is free as well."""
    for _ in range(50):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        if port < 65535 and is_port_free(port) and is_port_free(port + 1):
            return port
    raise Refused("No two neighbouring free ports were found on 127.0.0.1.")
