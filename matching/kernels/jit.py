"""Mark a function as a kernel: left alone here, compiled where the package is loaded as `matching.compiled`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])

if __name__.startswith("matching.compiled"):
    import numba

    def kernel(function: F) -> F:
        """Compile without the interpreter lock and keep the machine code on disk."""
        return numba.njit(nogil=True, cache=True)(function)  # type: ignore[return-value]

else:

    def kernel(function: F) -> F:
        """Return the function as it is."""
        return function
