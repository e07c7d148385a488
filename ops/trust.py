"""`./dev trust WORD`: how far the tests can be trusted."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module

from ops.say import Refused

WORDS = {"mutants": "ops.mutants", "coverage": "ops.covered"}


def main(arguments: Sequence[str]) -> int:
    """Run `./dev trust mutants …` or `./dev trust coverage …`."""
    if not arguments or arguments[0] not in WORDS:
        raise Refused(f"./dev trust WORD, where WORD is one of: {', '.join(WORDS)}")
    return int(import_module(WORDS[arguments[0]]).main(arguments[1:]))
