"""Facts that cannot go unheard: each has a handler that takes it, or a reason to have none (house.md change 1)."""

from __future__ import annotations

import inspect
import typing
from importlib import import_module
from importlib.util import find_spec

import pytest

from config import handlers
from core.events import Event
from core.outbox import Handlers
from tests.architecture.test_layout import ORDER, PRODUCT_SOURCES, short


def facts() -> set[type[Event]]:
    """Return every class of fact that an app tells."""
    for app in ORDER:
        if app != "core" and find_spec(f"{app}.events"):
            import_module(f"{app}.events")
    return set(Event.__subclasses__()) - {
        each for each in Event.__subclasses__() if each.__module__.startswith("tests")
    }


def unheard(table: Handlers) -> set[str]:
    """Name the facts that a table hands to nobody and that do not stand for the record."""
    return {fact.__name__ for fact in facts() if not table.get(fact) and fact not in handlers.FOR_THE_RECORD}


def mistaken(table: Handlers) -> list[str]:
    """Name the handlers that do not take exactly the fact they are registered for."""
    found = []
    for fact, heard in table.items():
        for handler in heard:
            takes = list(inspect.signature(handler).parameters)
            hint = typing.get_type_hints(handler).get(takes[0]) if len(takes) == 1 else None
            if hint is not fact:
                found.append(f"{handler.__module__}.{handler.__name__} does not take {fact.__name__}")
    return found


def test_there_are_facts() -> None:
    assert len(facts()) > 15


def test_every_fact_has_a_handler_or_a_reason() -> None:
    assert unheard(handlers.HANDLERS) == set()
    assert all(len(reason) > 20 for reason in handlers.FOR_THE_RECORD.values())


def test_a_fact_without_a_handler_is_noticed() -> None:
    """The twin: with one line of the table gone the guard names the fact."""
    fact = next(iter(handlers.HANDLERS))

    assert unheard({each: heard for each, heard in handlers.HANDLERS.items() if each is not fact}) == {fact.__name__}


def test_a_handler_takes_the_fact_it_is_registered_for() -> None:
    assert mistaken(handlers.HANDLERS) == []


def test_a_handler_of_another_fact_is_noticed() -> None:
    first, second, *_ = handlers.HANDLERS

    assert mistaken({first: handlers.HANDLERS[second]})


def test_kinds_are_told_apart() -> None:
    kinds = [fact.kind for fact in facts()]

    assert len(kinds) == len(set(kinds))


@pytest.mark.parametrize("fact", sorted(facts(), key=lambda each: each.__name__), ids=lambda each: each.__name__)
def test_facts_are_put_by_class_somewhere(fact: type[Event]) -> None:
    """A fact nobody tells is dead."""
    tells = [p for p in PRODUCT_SOURCES if p.name not in {"events.py", "handlers.py", "heard.py"}]

    assert any(
        f"{fact.__name__}(" in path.read_text()
        or f"{fact.__name__} if " in path.read_text()
        or f"else {fact.__name__}" in path.read_text()
        for path in tells
    ), short(tells[0])
