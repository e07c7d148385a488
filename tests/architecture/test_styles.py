"""Every class that a style names is on a page or set by a script: what is left of a screen that is gone goes with it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from core.status_words import FAMILIES
from tests.architecture.test_layout import tracked

CLASS = re.compile(r"\.(-?[A-Za-z_][\w-]*)")
WORD = re.compile(r"[\w-]+")
# classes put together from a word that is known when the page is drawn
PUT_TOGETHER = {f"tag-{family}" for family in FAMILIES} | {f"tiles-{columns}" for columns in (3, 4, 7)}


def classes(text: str) -> set[str]:
    """Return the classes that the selectors of a style sheet name."""
    bare = re.sub(r'/\*.*?\*/|url\([^)]*\)|"[^"]*"', "", text, flags=re.DOTALL)
    return {name for selector in re.findall(r"([^{}]+)\{", bare) for name in CLASS.findall(selector)}


def unused(style: str, pages: Iterable[str]) -> set[str]:
    """Return the classes of a style sheet that no page and no script names."""
    words = {word for page in pages for word in WORD.findall(page)}
    return classes(style) - words - PUT_TOGETHER


def test_every_class_of_a_style_is_used() -> None:
    pages = [path.read_text() for pattern in ("templates/*.html", "static/js/*.js") for path in tracked(pattern)]
    pages += [path.read_text() for path in tracked("*.py") if path.parts[-2] in {"templatetags", "core"}]

    left = {path.name: found for path in tracked("static/css/*.css") if (found := unused(path.read_text(), pages))}
    assert left == {}


def test_a_class_that_nothing_uses_is_noticed() -> None:
    style = '/* .said */ .used, .gone:hover > b { background: url(a.png); } @media (x) { .btn { content: ".not"; } }'

    assert unused(style, ['<b class="used btn">']) == {"gone"}
