"""Compile translations (`.po` to `.mo`) where the source is newer; no gettext program is needed."""

from __future__ import annotations

import os
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from ops.places import ROOT


def compile_messages(root: Path = ROOT) -> list[str]:
    """Compile every catalogue under `root` that changed; return their paths. Several may do so at once."""
    compiled = []
    for source in sorted((root / "locale").glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
            continue
        with source.open("rb") as file:
            catalog = read_po(file, abort_invalid=True)
        unfinished = target.with_suffix(f".{os.getpid()}.new")
        with unfinished.open("wb") as file:
            write_mo(file, catalog)
        unfinished.replace(target)
        compiled.append(str(source.relative_to(root)))
    return compiled


if __name__ == "__main__":
    compile_messages()
