"""The engine's compiled kernels, made ready by workers in the background."""

from __future__ import annotations

from matching.warm import warm_up_in_background


def warm_up() -> None:
    """Compile or load the kernels beside the first tasks, which the interpreted form answers."""
    warm_up_in_background()
