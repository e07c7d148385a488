"""What every address asks of a browser, and tells it: a token of this site before anything is done, and a policy."""

from __future__ import annotations

import uuid

import pytest
from django.test import Client
from django.urls import reverse

from communities.models import Scan
from tests.factories import communities as make
from tests.trust.walk import ABSENT, Route, entries, routes

# who presses without a session, or from a phone that lost its cookie, is known by something else than a cookie
WITHOUT_A_TOKEN = {
    "communities:gate_emergency": "the mark of the gate in the form, which another site's page cannot know (INV-28)",
}
POLICY = {
    "default-src": "'self'",
    "script-src": "'self'",
    "style-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
    "form-action": "'self'",
}


def _urls(route: Route) -> list[str]:
    return route.urls(ABSENT.get(route.kind))


PAGES = [route for route in routes() if not _urls(route)[0].startswith("/api/")]


@pytest.mark.parametrize("route", PAGES, ids=lambda route: route.name)
def test_a_form_of_another_site_is_refused_everywhere(route: Route) -> None:
    """Guard: the CSRF token, at every address. It is asked for before the session, and without the database."""
    if route.name in WITHOUT_A_TOKEN:
        return
    for url in _urls(route):
        answer = Client(enforce_csrf_checks=True).post(url, {"idempotency_key": uuid.uuid4().hex})
        assert answer.status_code == 403, url
        assert "403_csrf.html" in [each.name for each in answer.templates]


def test_no_page_lets_a_form_without_a_token_through_but_those_named() -> None:
    """Guard: a view taken out of the check stands here with its reason; the interface for programs asks by itself."""
    exempt = {name for name, entry, _ in entries() if getattr(entry.callback, "csrf_exempt", False)}

    assert exempt & {route.name for route in PAGES} == set(WITHOUT_A_TOKEN)


@pytest.mark.django_db
@pytest.mark.parametrize("way", ["page", "program"])
def test_what_a_guard_records_is_refused_without_a_token(way: str) -> None:
    """Guard: the CSRF token, of a browser that is signed in: nobody is let out of a gate by another site's page."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(make.guard())
    sent = {"event_id": str(uuid.uuid4()), "direction": "exit", "decision": "let_out", "idempotency_key": "k" * 20}
    if way == "page":
        answer = client.post(reverse("communities:gate_scan"), sent)
    else:
        answer = client.post("/api/gate/scan", sent, content_type="application/json")

    assert answer.status_code == 403
    assert not Scan.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["sign_in", "communities:gate", "communities:gate_list", "nothing"])
def test_every_page_forbids_scripts_and_frames_of_others(name: str) -> None:
    """Guard: the content security policy, on pages and on the page of what is not there."""
    client = Client()
    if name != "sign_in":
        client.force_login(make.guard())

    answer = client.get("/no-such-page/" if name == "nothing" else reverse(name))

    said = dict(part.strip().partition(" ")[::2] for part in answer["Content-Security-Policy"].split(";"))
    assert POLICY.items() <= said.items()
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
