"""One name, one idea: no public class of the product shares its name with another one."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from tests.architecture.test_layout import PRODUCT_SOURCES, ROOT, short

# the solver speaks its field's words (a vehicle, a slot, a leg) and knows nothing of the product; ops is no part of it
APART = {"matching", "ops"}
SHARED = {"Command"}  # the name Django looks for in every management command


def classes(path: Path) -> set[str]:
    """Return the public classes that a file defines."""
    body = ast.parse(path.read_text()).body
    return {node.name for node in body if isinstance(node, ast.ClassDef) and not node.name.startswith("_")}


def doubled(paths: Iterable[Path]) -> dict[str, list[str]]:
    """Return every name that more than one file defines, with the files."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in paths:
        for name in classes(path) - SHARED:
            found[name].append(short(path) if path.is_relative_to(ROOT) else path.name)
    return {name: sorted(files) for name, files in found.items() if len(files) > 1}


def test_no_public_class_name_is_used_twice() -> None:
    assert doubled(path for path in PRODUCT_SOURCES if path.relative_to(ROOT).parts[0] not in APART) == {}


def test_a_second_class_of_the_same_name_is_noticed(tmp_path: Path) -> None:
    first, second = tmp_path / "first.py", tmp_path / "second.py"
    first.write_text("class Leg: ...\nclass _Own: ...\nclass Command: ...\n")
    second.write_text("class Leg: ...\nclass _Own: ...\nclass Command: ...\n")

    assert doubled([first, second]) == {"Leg": ["first.py", "second.py"]}
