"""What a decorator did to a view stands on the view, where tests and the tables of who may do what read it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

V = TypeVar("V", bound=Callable[..., Any])


def marked(view: V, **marks: object) -> V:
    """Write `marks` on a view as its attributes (`roles`, `is_idempotent`, `views`), and return it."""
    vars(view).update(marks)
    return view
