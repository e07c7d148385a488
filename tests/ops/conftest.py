"""Checkouts for the tests of `./dev`."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from ops.servers import NOT_COPIED, Stack
from tests.ops.newcomer import Checkout


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of an installation with tables and roles, stopped."""
    folder = tmp_path_factory.mktemp("prepared")
    with Stack(folder):
        pass
    return folder


@pytest.fixture
def used_checkout(checkout: Checkout, prepared: Path) -> Checkout:
    """A checkout that was started before: its tables are made."""
    shutil.copytree(prepared, checkout.folder / ".run" / "data", ignore=NOT_COPIED)
    return checkout


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
