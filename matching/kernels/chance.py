"""Random numbers that are the same everywhere: two multiplicative generators combined.

L'Ecuyer (1988, Communications of the ACM 31:742-749). The state is two integers, so a search can stop and go on.
"""

from __future__ import annotations

from typing import Any

from .jit import inner


@inner
def uniform(state: Any) -> float:
    """Return a number in (0, 1)."""
    state[0] = state[0] * 40014 % 2147483563
    state[1] = state[1] * 40692 % 2147483399
    mixed = state[0] - state[1]
    if mixed < 1:
        mixed += 2147483562
    return float(mixed) * 4.656613057e-10


@inner
def below(state: Any, limit: int) -> int:
    """Return an integer from 0 up to, not including, `limit`."""
    number = int(uniform(state) * limit)
    return min(number, limit - 1)
