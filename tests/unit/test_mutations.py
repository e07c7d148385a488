"""What `./dev trust` changes and counts: the changes of a small file, and that what it names is there."""

from __future__ import annotations

import ast

import pytest

from ops import mutants
from ops.covered import covered
from ops.floors import Floor, floors
from ops.mutations import mutations
from ops.places import ROOT

SOURCE = '''
ROLES = ("lead", "staff")
EXIT, ENTRY = "exit", "entry"


class Kind(TextChoices):
    ONE = "one", _("一")


def check(by: tuple[int, int], at: int = 5) -> bool:
    """Say whether."""
    require(by)
    if not by or at < 5:
        raise NotAllowed("x", _("不归您管 1"))
    return by[0] in ROLES and True
'''
CHANGES = {
    ('"lead", "staff"', "('staff',)"),
    ('"lead", "staff"', "('lead',)"),
    ("5", "6"),
    ("5", "(4)"),
    ("require(by)", "pass"),
    ("not by or at < 5", "(not by and at < 5)"),
    ("not by", "(by)"),
    ("at < 5", "(at <= 5)"),
    ('raise NotAllowed("x", _("不归您管 1"))', "pass"),
    ("by[0] in ROLES and True", "(by[0] in ROLES or True)"),
    ("by[0] in ROLES", "(by[0] not in ROLES)"),
    ("True", "False"),
    ("0", "1"),
    ("0", "(-1)"),
}


def test_each_place_is_changed_once_and_words_are_left() -> None:
    """No annotation, no docstring, no label of an enum, no tuple that is taken apart where it stands."""
    found = mutations("a.py", SOURCE.encode())

    assert {
        (each.before.strip("()") if each.before[0] == "(" else each.before, each.after) for each in found
    } == CHANGES


def test_every_change_of_every_target_is_a_file_that_python_reads() -> None:
    """The twin of what is noticed: a change that only breaks the file would be noticed by anybody."""
    for target in mutants.TARGETS.values():
        for name in target.files:
            source = (ROOT / name).read_bytes()
            for each in mutations(name, source):
                ast.parse(each.applied(source))
                assert each.applied(source) != source


def test_naming_the_changes_leaves_a_copy_that_is_being_tried_alone(tmp_path, monkeypatch, capsys) -> None:
    """Guard: a list asked for meanwhile put the tree as it is under the tests of a change, which then survived."""
    tried = tmp_path / "tried.py"
    tried.write_text("changed")
    monkeypatch.setattr(mutants, "COPY", tmp_path)

    assert mutants.main(["gate", "--list"]) == 0

    assert tried.read_text() == "changed"
    assert "communities/gate_rules.py" in capsys.readouterr().out


@pytest.mark.parametrize("name", mutants.TARGETS)
def test_what_a_target_names_is_there(name: str) -> None:
    target = mutants.TARGETS[name]

    assert [path for path in (*target.files, *target.tests) if not (ROOT / path).is_file()] == []


def test_a_group_is_counted_by_its_branches_and_says_what_lacks() -> None:
    summary = {"covered_branches": 3, "num_branches": 4, "covered_lines": 10, "num_statements": 10}
    files = {"a/states.py": {"summary": summary, "missing_branches": [[7, -3]]}, "b.py": {"summary": summary}}

    found = covered(Floor("states", ("*/states.py",), 100, "branches"), files)
    assert (found.percent, found.lacking) == (75.0, ("a/states.py: 7→end",))
    assert covered(Floor("all", ("*/states.py",), 100, "all"), files).percent == pytest.approx(100 * 13 / 14)


def test_every_floor_names_files_that_are_there() -> None:
    assert [
        (each.name, pattern) for each in floors() for pattern in each.patterns if not list(ROOT.glob(pattern))
    ] == []
