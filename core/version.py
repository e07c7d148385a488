"""Which release this is: its version from pyproject.toml, and the commit it was built from."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

SHORT = 9
_COMMIT = re.compile(r"[0-9a-f]{7,40}")


@dataclass(frozen=True)
class Release:
    """A version and the short name of a commit, "" where nobody knows it."""

    version: str
    commit: str

    def __str__(self) -> str:
        return f"{self.version} · {self.commit}" if self.commit else self.version


def release_of(folder: Path, commit: str = "") -> Release:
    """Return the release in a folder; `commit` is what an image was built from, else the checkout says it."""
    version = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    known = commit.strip().lower() or _checked_out(folder / ".git")
    return Release(str(version), known[:SHORT] if _COMMIT.fullmatch(known) else "")


def _checked_out(git: Path) -> str:
    """Return the commit that a repository has checked out, by its files alone: git need not be installed."""
    try:
        head = (git / "HEAD").read_text().strip()
        if not head.startswith("ref: "):
            return head
        name = head.removeprefix("ref: ")
        if (git / name).is_file():
            return (git / name).read_text().strip()
        packed = (git / "packed-refs").read_text().splitlines()
    except OSError:
        return ""
    return next((line.split()[0] for line in packed if line.endswith(f" {name}")), "")
