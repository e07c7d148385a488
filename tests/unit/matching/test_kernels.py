"""A kernel that only kernels may call has no door for Python: whoever calls one ends the process."""

from __future__ import annotations

import re
from pathlib import Path

import matching

PACKAGE = Path(matching.__file__).parent


def decorated(word: str) -> set[str]:
    """Return the names of the kernels with a decorator."""
    found = (re.findall(rf"@{word}\ndef (\w+)\(", path.read_text()) for path in PACKAGE.glob("kernels/*.py"))
    return {name for names in found for name in names}


def test_python_calls_only_kernels_with_a_door() -> None:
    callers = [*PACKAGE.glob("*.py"), *PACKAGE.parent.glob("benchmarks/engine/*.py")]
    modules = "schedule|insert|construct|transport|remove|search|nearby|kernels"
    called = {name for path in callers for name in re.findall(rf"\b(?:{modules})\.(\w+)\(", path.read_text())}

    assert called & decorated("inner") == set()
    assert called >= decorated("kernel"), "a door nobody uses only costs seconds of compiling"
