"""Whom the engine cannot read: found by halves, so that one faulty case never stops the others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from matching.problem import Problem


def found(problem: Problem, cases: list[str], solve: Callable[[Problem], object]) -> list[str]:
    """Return the cases that make `solve` raise; the rest of the problem stays as it is."""
    kept = problem.in_force.union(cases)
    try:
        solve(replace(problem, requests=tuple(request for request in problem.requests if request.id in kept)))
    except Exception:  # whatever it is, the halves tell whose it is
        if len(cases) <= 1:
            return cases
        half = len(cases) // 2
        return found(problem, cases[:half], solve) + found(problem, cases[half:], solve)
    return []
