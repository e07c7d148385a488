"""A copy of the project, the way a newcomer has it, and `./dev` run inside it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from ops.places import ROOT, RUN, free_port
from ops.process import enter_user_namespace
from ops.services import without_addresses

ORDINARY_UID = 1000


def processes_of(folder: Path) -> list[int]:
    """Return the processes that work in a folder: by command line, environment or working directory."""
    name, found = os.fsencode(folder), []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            facts = [(process / "cmdline").read_bytes(), (process / "environ").read_bytes()]
            facts.append(os.fsencode(os.readlink(process / "cwd")))
            if any(name in fact for fact in facts) and "State:\tZ" not in (process / "status").read_text():
                found.append(int(process.name))
    return [pid for pid in found if pid != os.getpid()]


STOP_S = 16


def crowding() -> float:
    """Return how many times slower a process runs here now, because others want the processors too."""
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


class Checkout:
    """A fresh copy of the project; the packages are shared so that a test need not install them again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.process: subprocess.Popen[str] | None = None
        self.seconds_to_ready = 0.0
        files = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        ).stdout.split("\0")
        for name in filter(None, files):
            if (ROOT / name).is_file() and not name.startswith(("tests/", "docs/")):
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, folder / name)
        (folder / ".run").mkdir()
        (folder / ".run" / "venv").symlink_to((RUN / "venv").resolve())

    def dev(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run `./dev` to its end."""
        return subprocess.run(
            [str(self.folder / "dev"), *words], env=self.environment(), stdin=subprocess.DEVNULL, text=True,
            capture_output=True, timeout=300, check=False,
        )  # fmt: skip

    def environment(self) -> dict[str, str]:
        """Return an environment in which no server is named, marked as this checkout's."""
        return {**without_addresses(os.environ), "OF_CHECKOUT": str(self.folder)}

    def up(self, *options: str, before: Callable[[], None] | None = None) -> str:
        """Start `./dev up`, wait for its `Ready:` line, return the address in it."""
        began = time.monotonic()
        self.clean()
        with (self.folder / "stderr").open("w") as words:
            self.process = subprocess.Popen(
                [str(self.folder / "dev"), "up", "--port", str(self.port), *options],
                env=self.environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=words, text=True,
                preexec_fn=before,
            )  # fmt: skip
        for line in self.process.stdout:
            if line.startswith("Ready: "):
                self.seconds_to_ready = time.monotonic() - began
                return line.split()[1]
        raise AssertionError(self.words())

    def words(self) -> str:
        """Return what it has said on standard error."""
        return (self.folder / "stderr").read_text()

    def wait_for_words(self, words: str, seconds: float = 60) -> None:
        """Wait until it has said something on standard error."""
        self.wait_until(lambda: words in self.words(), seconds)

    def wait_until(self, condition: Callable[[], bool], seconds: float) -> None:
        """Wait for a condition, at most so long."""
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, self.words()
            time.sleep(0.05)

    def stop(self, number: int = signal.SIGINT) -> int:
        """Send a signal as Ctrl-C or a system would; return the exit code."""
        self.process.send_signal(number)
        return self.process.wait(STOP_S * crowding())

    def processes(self) -> list[int]:
        """Return every process that belongs to this checkout."""
        return processes_of(self.folder)

    def clean(self) -> None:
        """End whatever a failed test left."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process.stdout.close()
        for pid in self.processes():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def page_status(address: str, host: str = "") -> int:
    """Fetch a page as a browser would; with a host, as nginx hands it on."""
    headers = {"Host": host, "X-Forwarded-Proto": "https"} if host else {}
    try:
        with urllib.request.urlopen(urllib.request.Request(address, headers=headers), timeout=60) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        error.close()
        return error.code


def become_ordinary() -> None:
    """Run what follows as an ordinary user. As root: as uid 1000 without a name, in a user namespace."""
    if os.getuid() == 0:
        enter_user_namespace(ORDINARY_UID)
