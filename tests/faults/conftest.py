"""Private installations for the tests of faults. Their tables are made once and copied for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ops.servers import Stack


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of an installation with tables and roles, stopped."""
    folder = tmp_path_factory.mktemp("prepared")
    with Stack(folder):
        pass
    return folder


@pytest.fixture
def stack(prepared: Path, tmp_path: Path) -> Iterator[Stack]:
    """An installation of its own: durable databases that run, tables made, no product process yet."""
    with Stack(tmp_path / "installation", template=prepared) as started:
        yield started
