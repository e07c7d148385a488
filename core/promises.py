"""Sentences on screens and in guides that say somebody is told, or that something will happen, and the test of each.

A sentence with such words that no test keeps is a promise nobody keeps (decision 49). `tests/promises.py` names the
test of each sentence; what only looks like a promise stands in docs/reference/no-promises.md with its reason.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

from django.conf import settings

from core import wording

# words that tell of somebody else, or of what comes by itself
TELLS = re.compile(
    "告诉|通知|已报|报给|报上去|上报|自动|收到|已交|交回|就来|马上另|正在报|正找|正在找|在找|社区会|调度会|"
    "另派|派车来|会提醒|会自己|会跟着|看得到|都知道|出现|同时知道|就能看到|能看到您|看到预计|等车的名单|会排|出方案|"
    "自己停|自己恢复|自己结束|自己出来|马上申请|一起恢复|一起取消|换一家，|换能接的|会写明|随后|位另排车|没出门的另排"
)
GUIDES = Path("docs/guides")
KEPT = Path("tests/promises.py")
NOT_ONE = Path("docs/reference/no-promises.md")


def sentences() -> dict[str, str]:
    """Return every sentence with such words: the sentence, and where it stands."""
    found: dict[str, str] = {}
    for message in wording.collect():
        ident = message.id[0] if isinstance(message.id, list | tuple) else message.id
        if ident and TELLS.search(ident):
            found[ident] = "screen"
    for path in sorted((Path(settings.BASE_DIR) / GUIDES).glob("*.md")):
        for sentence in _sentences_of(path.read_text()):
            if TELLS.search(sentence):
                found[sentence] = f"{GUIDES.name}/{path.name}"
    return found


def _sentences_of(text: str) -> list[str]:
    """Cut a page into sentences, without its marks of emphasis."""
    plain = re.sub(r"[*`]|<[^>]+>", "", text)
    parts = re.split(r"[。！？\n|]", plain)
    return [part.strip(" ->#0123456789.") for part in parts if part.strip(" ->#0123456789.")]


def kept() -> dict[str, str]:
    """Map each sentence that a test keeps to that test, as path and name; a test that is gone keeps nothing."""
    tree = ast.parse((Path(settings.BASE_DIR) / KEPT).read_text())
    table = next(node.value for node in tree.body if isinstance(node, ast.AnnAssign))
    named: dict[str, str] = ast.literal_eval(table) if table else {}
    where = _tests()
    return {words: f"`{where[name]}` {name}" for words, name in named.items() if name in where}


def _tests() -> dict[str, str]:
    """Map the name of every test to its file."""
    root = Path(settings.BASE_DIR)
    found: dict[str, str] = {}
    for path in sorted((root / "tests").rglob("test_*.py")):
        for name in re.findall(r"^def (test_\w+)", path.read_text(), re.MULTILINE):
            found.setdefault(name, str(path.relative_to(root)))
    return found


def not_promises() -> dict[str, str]:
    """Return what only looks like a promise, with its reason: the table of docs/reference/no-promises.md."""
    rows = (Path(settings.BASE_DIR) / NOT_ONE).read_text().splitlines()
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows if row.startswith("| ")]
    return {cell[0]: cell[1] for cell in cells if len(cell) == 2 and cell[0] not in {"sentence", "---"}}


def unkept() -> dict[str, str]:
    """Return the sentences that no test keeps and that are no exception: the sentence, and where it stands."""
    named, excused = kept(), not_promises()
    return {words: place for words, place in sentences().items() if words not in named and words not in excused}


def stale() -> list[str]:
    """Return what the tests or the list of exceptions name and no screen says any more."""
    said = sentences()
    return sorted({*kept(), *not_promises()} - said.keys())
