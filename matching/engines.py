"""Which form of the kernels to run: interpreted at once, compiled once they are ready.

The first use of a compiled kernel would hold its caller for seconds, so nothing asks for it before `warm_up` has
finished in the background; until then, and on hosts without numba, the interpreted form answers.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import os
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import matching.kernels
from matching.kernels import construct, insert, nearby, remove, schedule, search, transport

_ready = threading.Event()
_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class Engine:
    """The kernel modules of one form."""

    is_compiled: bool
    schedule: ModuleType
    insert: ModuleType
    construct: ModuleType
    transport: ModuleType
    remove: ModuleType
    search: ModuleType
    nearby: ModuleType


INTERPRETED = Engine(False, schedule, insert, construct, transport, remove, search, nearby)


def why_interpreted() -> str:
    """Say why no machine code can be made here: numba is missing or switched off; "" where it can."""
    for switch in ("MATCHING_INTERPRETED", "NUMBA_DISABLE_JIT"):
        if os.environ.get(switch, "0") not in ("", "0"):
            return f"{switch} is set"
    return "" if importlib.util.find_spec("numba") is not None else "numba is not installed"


def has_compiler() -> bool:
    """Tell whether numba is installed and not switched off by ``MATCHING_INTERPRETED=1`` or its own switch."""
    return not why_interpreted()


def cache_folder() -> Path:
    """Return where machine code is kept: one folder per state of the kernel sources.

    numba notices a change of a function's own file, but not of a function it calls; hence the folder's name.
    ``MATCHING_CACHE`` names another parent than the user's cache folder.
    """
    digest = hashlib.sha256()
    package = Path(__file__).parent
    for source in sorted([*package.glob("kernels/*.py"), package / "arrays.py", package / "memory.py"]):
        digest.update(source.read_bytes())
    parent = os.environ.get("MATCHING_CACHE") or os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    folder = Path(parent) / "there-and-back" / "kernels" / digest.hexdigest()[:16]
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        folder = Path(tempfile.mkdtemp(prefix="kernels-"))
    return folder


def compiled() -> Engine:
    """Return the compiled form, loading the kernel sources once more under the name `matching.compiled`."""
    with _lock:
        if "matching.compiled" not in sys.modules:
            importlib.import_module("numba").config.CACHE_DIR = str(cache_folder())
            found = matching.kernels.__path__
            spec = importlib.util.spec_from_file_location(
                "matching.compiled", matching.kernels.__file__, submodule_search_locations=list(found)
            )
            assert spec is not None
            assert spec.loader is not None
            package = importlib.util.module_from_spec(spec)
            sys.modules["matching.compiled"] = package
            spec.loader.exec_module(package)
        names = ("schedule", "insert", "construct", "transport", "remove", "search", "nearby")
        return Engine(True, *(importlib.import_module(f"matching.compiled.{name}") for name in names))


def current(*, wait: bool = True) -> Engine:
    """Return the form to use now; with `wait` False never the one that would still have to compile."""
    if not has_compiler() or (not wait and not _ready.is_set()):
        return INTERPRETED
    return compiled()


def mark_ready() -> None:
    """Note that every kernel has been compiled or read from the cache."""
    _ready.set()


def is_ready() -> bool:
    """Tell whether the compiled kernels answer at once."""
    return _ready.is_set()
