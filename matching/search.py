"""Improve a legal plan."""

from __future__ import annotations

from matching.build import Board


def improve(board: Board, *, seed: int, iterations: int | None, seconds: float | None) -> int:
    """Improve the routes; returns the iterations done."""
    return 0
