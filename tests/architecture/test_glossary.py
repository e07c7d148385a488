"""Every name that the glossary gives is a name of the code."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass
from importlib import import_module

import pytest

from tests.architecture.test_layout import ROOT

PAGE = ROOT / "docs" / "reference" / "glossary.md"
NAME = re.compile(r"`([a-z_]+(?:\.\w+)+)`")


def named(text: str) -> list[str]:
    """Return the dotted names in the rows of a page's tables."""
    return [name for line in text.splitlines() if line.startswith("| ") for name in NAME.findall(line)]


def exists(name: str) -> bool:
    """Say whether a dotted name leads to a module, and from there to a thing, a member or a field."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        try:
            found: object = import_module(".".join(parts[:length]))
        except ModuleNotFoundError:
            continue
        for part in parts[length:]:
            if is_dataclass(found) and part in {field.name for field in fields(found)}:
                return True
            if not hasattr(found, part):
                return False
            found = getattr(found, part)
        return True
    return False


def test_every_name_of_the_glossary_exists() -> None:
    names = named(PAGE.read_text())

    assert len(names) > 60
    assert [name for name in names if not exists(name)] == []


@pytest.mark.parametrize("name", ["transport.models.Journey", "core.vocabulary.Role.NURSE", "nowhere.at.all"])
def test_a_name_that_is_gone_is_noticed(name: str) -> None:
    assert not exists(name)


def test_readers_find_it() -> None:
    assert "docs/reference/glossary.md" in (ROOT / "README.md").read_text()
    assert "docs/reference/glossary.md" in (ROOT / "CONTRIBUTING.md").read_text()
