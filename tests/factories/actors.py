"""One actor of each role, at its own place or at a foreign one, for the tests of who may do what."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

import pytest

from core.actors import SERVICE, Actor, service
from core.errors import NotAllowed, NotFound
from core.vocabulary import Role
from tests.factories.communities import HOME

PLACES = {
    Role.STAFF: ("community", HOME),
    Role.LEAD: ("community", HOME),
    Role.GUARD: ("gate", f"{HOME}-1"),
    Role.DRIVER: ("fleet", "D1"),
    Role.DISPATCH: ("dispatch_area", "main"),
    Role.INTAKE: ("facility", "F1"),
    Role.HOSPADM: ("facility", "F1"),
    Role.COMMAND: ("city", "210600"),
    Role.AUDITOR: ("city", "210600"),
    Role.SYSADMIN: ("city", "210600"),
}
ABROAD = {"community": "310101001001", "gate": "310101001001-1", "fleet": "D9", "dispatch_area": "east"}
ABROAD |= {"facility": "F9", "city": "310000"}
ROLES = (*PLACES, SERVICE)
Check = Callable[[Actor], object]


def actor(role: str) -> Actor:
    """Return somebody of a role at the tests' own place."""
    if role == SERVICE:
        return service("test", "测试")
    kind, code = PLACES[role]
    return Actor(f"user:{role}", str(role), role, kind, code, code)


def stranger(role: str) -> Actor:
    """Return somebody of a role at a place that has nothing to do with the tests'."""
    own = actor(role)
    return replace(own, key=f"user:far:{role}", place_code=ABROAD[own.place_kind])


def verdicts(check: Check) -> dict[str, str]:
    """Ask a check for every role, at the own and at a foreign place: `may`, `not allowed` or `not found`."""
    return {str(role): _ask(check, actor(role)) for role in ROLES}


def verdicts_abroad(check: Check, roles: Iterable[str]) -> set[str]:
    """Ask a check for somebody of each of these roles who works elsewhere."""
    return {_ask(check, stranger(role)) for role in roles if role != SERVICE}


def _ask(check: Check, by: Actor) -> str:
    try:
        check(by)
    except NotAllowed:
        return "not allowed"
    except NotFound:
        return "not found"
    return "may"


def prove(check: Check, allowed: Iterable[str], *, abroad: str = "not found") -> None:
    """Assert that exactly these roles pass at their own place, nobody at a foreign one, and each refusal has a sentence."""
    expected = {str(role): "may" if role in set(allowed) else "not allowed" for role in ROLES}
    assert verdicts(check) == expected
    if abroad:
        assert verdicts_abroad(check, allowed) <= {abroad}
    for role in ROLES:
        if expected[str(role)] == "not allowed":
            with pytest.raises(NotAllowed) as refusal:
                check(actor(role))
            assert any("\u4e00" <= letter <= "\u9fff" for letter in refusal.value.message)
