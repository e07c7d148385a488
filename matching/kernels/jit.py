"""Mark a function as a kernel: left alone here, compiled where the package is loaded as `matching.compiled`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])

if __name__.startswith("matching.compiled"):
    import numba

    OPTIONS: dict[str, Any] = {"nogil": True, "cache": True, "_nrt": False, "no_cfunc_wrapper": True}

    def kernel(function: F) -> F:
        """Compile without the interpreter lock and keep the machine code on disk.

        No kernel allocates, so the reference counting of arrays is left out: with some fifty arrays in the arguments
        it would cost more than the work.
        """
        compiled: F = numba.njit(**OPTIONS)(function)
        return compiled

    def inner(function: F) -> F:
        """Compile a kernel that only kernels call: without the door for Python, which takes longest to compile."""
        compiled: F = numba.njit(**OPTIONS | {"no_cpython_wrapper": True})(function)
        return compiled

else:

    def kernel(function: F) -> F:
        """Return the function as it is."""
        return function

    def inner(function: F) -> F:
        """Return the function as it is."""
        return function
