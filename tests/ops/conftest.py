"""Checkouts for the tests of `./dev`."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ops.newcomer import Checkout


@pytest.fixture
def checkout(tmp_path: Path) -> Iterator[Checkout]:
    copy = Checkout(tmp_path)
    yield copy
    copy.clean()


@pytest.fixture
def odd_checkout() -> Iterator[Checkout]:
    """A checkout in a long path with spaces and Chinese characters."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "丹东 市" / "一来一回 There and Back (kopie)" / ("长" * 20)
        path.mkdir(parents=True)
        copy = Checkout(path)
        yield copy
        copy.clean()
