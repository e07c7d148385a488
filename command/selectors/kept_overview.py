"""The figures of a place as all its command posts share them (core.kept)."""

from __future__ import annotations

from command.selectors.overview import Overview, overview
from core.kept import Kept, KeptKey

SIZE = 4


def _read(question: KeptKey) -> Overview:
    return overview(question.actor, at=question.at)


kept = Kept(_read, size=SIZE).of
