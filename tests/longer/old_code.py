"""The product as it was before a migration, out of the history, at work on the same databases as today's."""

from __future__ import annotations

import io
import subprocess
import sys
import tarfile
from pathlib import Path

from ops.places import ROOT, free_port
from ops.process import Child, wait_until
from ops.servers import Stack
from ops.services import Setup, command
from ops.up import first_page_status


def _git(*words: str) -> bytes:
    return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, check=True).stdout


def lacks_history() -> str:
    """Say why nothing older can be had here; "" in a whole clone."""
    try:
        shallow = _git("rev-parse", "--is-shallow-repository").decode().strip()
    except (OSError, subprocess.CalledProcessError):
        return "this is no clone: there is no history"
    return "the clone is shallow: its history ends too early" if shallow == "true" else ""


def before(path: str) -> str:
    """Return the commit before the one that added a file, as it was added last."""
    added = _git("log", "--diff-filter=A", "--format=%H", "-1", "--", path).decode().strip()
    if not added:
        raise ValueError(f"No commit of the history added {path}")
    return _git("rev-parse", f"{added}~1").decode().strip()


class OldCode:
    """The files of one commit in a folder of their own, and its processes beside those of an installation."""

    def __init__(self, commit: str, folder: Path, stack: Stack) -> None:
        self.commit, self.folder, self.stack = commit, folder, stack
        self.setup = Setup(stack.places, stack.databases, free_port())
        with tarfile.open(fileobj=io.BytesIO(_git("archive", "--format=tar", commit))) as files:
            files.extraction_filter = getattr(tarfile, "data_filter", None)  # Python 3.11.4 and later have it
            files.extractall(folder)

    def environment(self, role: str) -> dict[str, str]:
        """Return the installation's environment, in which the old modules are imported."""
        own = {"PYTHONPATH": str(self.folder), "STATIC_MANIFEST": "false", "EVENTS_URL": ""}
        return {**self.setup.environment(role), **own}

    def manage(self, *words: str) -> str:
        """Run one of its commands as the owner of the tables and return what it printed."""
        ended = subprocess.run(
            [sys.executable, str(self.folder / "manage.py"), *words], env=self.environment("owner"), cwd=self.folder,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
        )  # fmt: skip
        if ended.returncode != 0:
            raise RuntimeError(f"The old `manage.py {' '.join(words)}` failed:\n{ended.stdout}")
        return ended.stdout

    def web(self) -> str:
        """Start its pages; return their address once the first page answers."""
        words, log = command("web", data=self.stack.places.data, port=self.setup.port), self.stack.places.log
        child = Child("old-web", words, log=log / "old-web.log", env=self.environment("web"), cwd=self.folder)
        child.start()
        self.stack.children["old-web"] = child
        if not wait_until(lambda: first_page_status(self.setup) == 200, 90, child=child):
            raise RuntimeError(f"The old pages did not come:\n{child.last_words()}")
        return f"http://127.0.0.1:{self.setup.port}"
