"""Every act that the audit keeps has words: who reads the whole of it reads no codes."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from django.apps import apps

from communities.states import Decision
from core import deed_words
from tests.architecture.test_layout import PRODUCT_SOURCES

VERB = re.compile(r"[a-z_]+\.[a-z_]*")
# acts whose second half is filled in: "run." a run's first state, "scan." what the guard did
FILLED_IN = {"run.": None, "scan.": Decision}
NOT_KEPT = {"appointment.arrived"}  # of these the desk's page asks only which to leave out


def _verbs(path: Path) -> Iterator[str]:
    """Yield what a file writes down: the first word of `record(…)` and every `verb=`, with what they may be."""
    tree = ast.parse(path.read_text())
    named = {
        target.id: node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        told = [word.value for word in call.keywords if word.arg == "verb"]
        if getattr(call.func, "attr", getattr(call.func, "id", "")) == "record":
            told += call.args[:1]
        for value in told:
            meant = named.get(value.id, value) if isinstance(value, ast.Name) else value
            for part in ast.walk(meant):
                if isinstance(part, ast.Constant) and VERB.fullmatch(str(part.value)):
                    yield part.value


def verbs() -> set[str]:
    """Return every verb the product writes down in so many words."""
    found = {verb for path in PRODUCT_SOURCES for verb in _verbs(path)} - NOT_KEPT
    return found - set(FILLED_IN) | {f"scan.{decision.value}" for decision in Decision}


def test_every_act_has_its_words() -> None:
    assert verbs() - set(deed_words.DEEDS) == set()


def test_no_words_are_left_of_an_act_that_is_gone() -> None:
    assert set(deed_words.DEEDS) - verbs() == set()


def test_every_move_is_said_by_what_moved_and_what_it_came_to() -> None:
    models = [model for model in apps.get_models() if hasattr(model, "MACHINE")]
    for model in models:
        for state in model.MACHINE.statuses:
            said = deed_words.deed(f"{model.MACHINE.name}.{state.value}", model._meta.label_lower)
            assert str(state.label) in said or f"{model.MACHINE.name}.{state.value}" in deed_words.DEEDS
            assert deed_words.status(state.value, model._meta.label_lower) == str(state.label)
    assert {model.MACHINE.name for model in models} == set(deed_words.NOUNS)


def test_what_nobody_named_is_no_code_on_the_screen() -> None:
    assert deed_words.deed("nobody.named_this") == "别的动作"
    assert deed_words.deed("run.", "transport.run") == "别的动作"
    assert deed_words.status("gone", "nowhere.model") == "gone"
