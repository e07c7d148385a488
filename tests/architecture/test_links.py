"""What a newcomer looks for is three links away from the README, and no page leads nowhere."""

from __future__ import annotations

import re
from collections import deque
from pathlib import Path

import pytest
from django.conf import settings

from tests.architecture.test_layout import short, tracked

ROOT = Path(settings.BASE_DIR)
README = ROOT / "README.md"
LINK = re.compile(r"\]\(([^)\s#]+)(?:#[^)]*)?\)")
NAMED = re.compile(r"`((?:[\w.-]+/)+[\w.-]+\.(?:py|md|json|csv|sql|js|html|toml))`")
HOPS = 3
PLACES = {
    "a rule's number": ("communities/data/rulebook.json", '"driver.wait_min"'),
    "who hears an event": ("config/handlers.py", "HANDLERS: Handlers"),
    "why a car is barred": ("transport/fit.py", "def bar_of"),
    "where a pass is revoked": ("communities/services/passes.py", "def void_for_case"),
    "how a plan is written": ("dispatch/planning/apply.py", "def apply"),
}


def links(page: Path, text: str | None = None) -> set[Path]:
    """Return the files and folders of the tree that a page leads to, whether they are there or not."""
    found = set(LINK.findall(text if text is not None else page.read_text()))
    return {(page.parent / each).resolve() for each in found if not re.match(r"[a-z]+:|/", each)}


def hops(start: Path) -> dict[Path, int]:
    """Return every file within reach of a page, and how many links away it is."""
    far = {start: 0}
    waiting = deque([start])
    while waiting:
        page = waiting.popleft()
        for other in links(page):
            if other not in far and other.exists():
                far[other] = far[page] + 1
                if other.suffix == ".md":
                    waiting.append(other)
    return far


@pytest.mark.parametrize("place", PLACES)
def test_what_is_looked_for_is_three_links_from_the_readme(place: str) -> None:
    name, words = PLACES[place]
    path = ROOT / name

    assert words in path.read_text(), f"{place} is no longer in {name}"
    assert hops(README).get(path, HOPS + 1) <= HOPS


PAGES = [path for path in tracked("*.md") if "tests" not in path.relative_to(ROOT).parts]


def broken(page: Path, text: str) -> set[str]:
    """Return what a page leads to, or names as a file of ours, and is not there."""
    gone = {short(path) if path.is_relative_to(ROOT) else str(path) for path in links(page, text) if not path.exists()}
    tops = {path.name for path in ROOT.iterdir()}
    return gone | {name for name in NAMED.findall(text) if name.split("/")[0] in tops and not (ROOT / name).exists()}


@pytest.mark.parametrize("page", PAGES, ids=short)
def test_no_page_leads_nowhere(page: Path) -> None:
    assert broken(page, page.read_text()) == set()


def test_a_link_to_nowhere_is_noticed() -> None:
    """The twin, for links and for files named between backticks."""
    assert broken(README, "see [here](docs/nowhere.md#top) and `core/no_such.py`") == {
        "docs/nowhere.md",
        "core/no_such.py",
    }
    assert broken(README, "see [here](CONTRIBUTING.md), [there](https://example.org/x) and `core/audit.py`") == set()
