"""The figures of a place as all its command posts share them (core.kept)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import get_language

from command.selectors.overview import Overview, overview
from core.actors import Actor
from core.kept import Kept

SIZE = 4


@dataclass(frozen=True)
class OverviewKey:
    """What a command post asks. `version`: the change numbers read before it; "" to read afresh."""

    actor: Actor = field(compare=False)
    at: datetime = field(compare=False)
    version: str

    @property
    def key(self) -> tuple[str, ...]:
        """What else tells two overviews apart."""
        return self.actor.role, self.actor.place_code, f"{self.at:%d%H%M}", get_language() or ""


def _read(question: OverviewKey) -> Overview:
    return overview(question.actor, at=question.at)


kept = Kept(_read, size=SIZE).of
