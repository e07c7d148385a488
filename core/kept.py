"""What many screens look at is read once for each state of its boards, and shared by everybody who asks the same.

The state is named by the change numbers of the boards shown, the minute and the question, as the mark of a fragment is
(core.http.mark_of): where a change names no board, a page is a minute old at most, and a reload reads afresh.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from threading import Lock
from typing import Any, Generic, TypeVar

from django.utils.translation import get_language

from core.actors import Actor

READERS = 16  # so many states are read side by side


@dataclass(frozen=True)
class KeptKey:
    """What is asked: equal questions of one post, in one minute and language, have equal answers.

    `version`: the change numbers of the boards shown, read before; "" to read afresh.
    """

    actor: Actor = field(compare=False)
    at: datetime = field(compare=False)
    version: str

    @property
    def key(self) -> tuple[str, ...]:
        """What else tells two answers apart: post, minute, language."""
        return self.actor.role, self.actor.place_code, f"{self.at:%d%H%M}", get_language() or ""


Q = TypeVar("Q", bound=KeptKey)
R = TypeVar("R")


class Kept(Generic[Q, R]):
    """The last `size` answers of `read`, in the memory of this process.

    Whoever asks for what somebody is reading waits for that one: all screens ask when a minute begins.
    """

    def __init__(self, read: Callable[[Q], R], *, size: int) -> None:
        self._read = read
        self._reading = tuple(Lock() for _ in range(READERS))
        self._kept: Any = lru_cache(size)(lambda question, _key: read(question))
        _ALL.append(self)

    def of(self, question: Q) -> R:
        """Return the answer, read now or a moment ago."""
        if not question.version:
            return self._read(question)
        with self._reading[hash((question, question.key)) % READERS]:
            answer: R = self._kept(question, question.key)
        return answer

    def forget(self) -> None:
        """Forget every answer."""
        self._kept.cache_clear()


_ALL: list[Kept[Any, Any]] = []


def forget() -> None:
    """Forget whatever is kept in this process: for a database that is another one now."""
    for each in _ALL:
        each.forget()
