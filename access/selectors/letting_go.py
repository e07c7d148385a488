"""What a press would call off: the open requests named before somebody pauses, ends, archives or notes an absence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from access.models import AccessRequest
from access.models.request import OPEN
from core.phrases import label
from core.vocabulary import NeedKind


@dataclass(frozen=True)
class OpenRequest:
    """One line: the request's number, the kind of need in words, the hour of arrival (None: as soon as it can be)."""

    number: str
    need: str
    arrive_at: datetime | None


@dataclass(frozen=True)
class LetGo:
    """The requests that a press lets go; `of_one_need` when it stops one kind of need and not everything."""

    of_one_need: bool
    requests: tuple[OpenRequest, ...]


def let_go(asked: Iterable[AccessRequest], kind: str = "") -> LetGo:
    """Return what stopping a kind of need lets go of these requests; of every kind without one."""
    lines = (
        OpenRequest(each.number, label(NeedKind, each.need_kind), each.arrive_at)
        for each in asked
        if each.status in OPEN and kind in ("", each.need_kind)
    )
    return LetGo(bool(kind), tuple(lines))
