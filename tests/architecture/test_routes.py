"""Every address: strangers stay out, writes carry keys, methods are stated."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

# public by name, each with its reason
PUBLIC = {
    "health_live", "health_ready", "favicon",  # health and the tab's picture
    "sign_in", "sign_out", "home", "prefer", "choose_password",  # before anybody is signed in
    "api_pass_keys",  # public keys are public
    "gallery",  # the component gallery, outside production only
}  # fmt: skip
# POST addresses that write nothing a repeat could double
NO_KEY = {
    "sign_in",
    "choose_password",
    "sign_out",
    "prefer",
    "switch_post",
    "access:resident_check",
    "communities:gate_check",
    "access:caller_find",
}


def routes(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Yield (name with namespace, pattern) of every address."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            yield from routes(entry, f"{prefix}{entry.namespace}:" if entry.namespace else prefix)
        elif entry.name:
            yield f"{prefix}{entry.name}", entry


def address(name: str, pattern: URLPattern) -> str:
    """Make an address with invented arguments."""
    made: dict[str, Any] = {}
    for key, converter in pattern.pattern.converters.items():
        kind = type(converter).__name__
        made[key] = {"UUIDConverter": uuid.UUID(int=7), "IntConverter": 7}.get(kind, "depart")
    return reverse(name, kwargs=made)


ROUTES = sorted(routes(), key=lambda each: each[0])


def test_there_are_routes() -> None:
    assert len(ROUTES) > 10


@pytest.mark.django_db
@pytest.mark.parametrize("route", [r for r in ROUTES if r[0] not in PUBLIC], ids=lambda r: r[0])
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_stranger_without_sign_in_gets_nothing(client: Client, route: tuple[str, URLPattern], method: str) -> None:
    answer = getattr(client, method)(address(*route))

    assert answer.status_code in {302, 401, 403, 404, 405}, answer.status_code
    if answer.status_code == 302:
        assert answer.headers["Location"].startswith(reverse("sign_in")) or route[0] == "switch_post"


def views_of(pattern: URLPattern) -> dict[str, Any]:
    """Return the view of each method, as far as it is stated."""
    callback = pattern.callback
    return getattr(callback, "views", {"ANY": callback})


def wears(view: Any, mark: str) -> bool:
    """Say whether a decorator left its mark on a view, through any others."""
    while view is not None:
        if getattr(view, mark, False):
            return True
        view = getattr(view, "__wrapped__", None)
    return False


def takes_post(view: Any) -> bool:
    """Say whether a view of no stated method takes POST: the decorator's closure names its methods."""
    while view is not None:
        for cell in getattr(view, "__closure__", None) or ():
            if isinstance(cell.cell_contents, list) and cell.cell_contents == ["POST"]:
                return True
        view = getattr(view, "__wrapped__", None)
    return False


def test_every_writing_page_carries_a_key() -> None:
    """INV-09: one key, one effect."""
    bare = []
    for name, pattern in ROUTES:
        for method, view in views_of(pattern).items():
            writes = method == "POST" or (method == "ANY" and takes_post(view))
            if writes and name not in NO_KEY and not wears(view, "is_idempotent"):
                bare.append(name)

    assert bare == []
