"""Pages that say something failed lead back to where somebody was, need no database, and show nothing that was sent."""

from __future__ import annotations

import uuid

import pytest
from django.db import OperationalError
from django.test import Client, RequestFactory

from config import views
from core.errors import Conflict, Invalid, NotAllowed, NotFound
from core.http import error_page, way_back
from core.middleware import unavailable, unreadable
from tests.factories import communities as make

HOST = "http://testserver"
SOMEBODY = f"/requests/{uuid.UUID(int=7)}/"
SECRET = "correct horse battery"


@pytest.mark.parametrize(
    ("method", "path", "came", "back"),
    [
        ("POST", f"{SOMEBODY}cancel/", HOST + SOMEBODY, SOMEBODY),
        ("POST", f"{SOMEBODY}cancel/", HOST + SOMEBODY + "?part=log", SOMEBODY + "?part=log"),
        ("POST", f"{SOMEBODY}cancel/", "", "/requests/"),  # nobody says from where: the nearest list
        ("POST", f"{SOMEBODY}cancel/", "https://elsewhere.example/x/", "/requests/"),
        ("POST", f"{SOMEBODY}cancel/", f"{HOST}{SOMEBODY}cancel/", "/requests/"),  # drawn by what can only be sent to
        ("POST", f"{SOMEBODY}cancel/", f"{HOST}//elsewhere.example/", "/requests/"),
        ("GET", SOMEBODY, HOST + SOMEBODY, "/requests/"),  # reloaded: not round in a circle
        ("GET", SOMEBODY, f"{HOST}/residents/", "/residents/"),
        ("GET", "/no/such/page/", "", ""),
        ("GET", "/", "", ""),
        ("POST", "/sign-in/", f"{HOST}/sign-in/?next=/gate/", "/sign-in/?next=/gate/"),
    ],
)
def test_way_back_is_the_page_before_or_the_nearest_list(method, path, came, back):
    request = RequestFactory().generic(method, path, headers={"Referer": came} if came else {})

    assert way_back(request) == back


def test_way_back_of_a_made_up_host_is_none():
    """The page for a bad request must not itself fail over the host that made it bad."""
    request = RequestFactory().get(SOMEBODY, headers={"Host": "made.up", "Referer": HOST + SOMEBODY})

    assert way_back(request) == ""
    assert unreadable(request).status_code == 400


def _broken(request, *, by: Exception):
    try:
        raise by
    except type(by):
        return views.broken(request)


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (400, unreadable),
        (403, lambda request: views.forbidden(request, PermissionError())),
        (403, lambda request: error_page(request, NotAllowed("x", "不归您管"))),
        (403, views.stale),
        (404, lambda request: views.not_found(request, LookupError())),
        (404, lambda request: error_page(request, NotFound("x"))),
        (409, lambda request: error_page(request, Conflict("x", "刚被别人改了"))),
        (422, lambda request: error_page(request, Invalid("x", "不行"))),
        (500, lambda request: _broken(request, by=ValueError("x"))),
        (503, lambda request: _broken(request, by=OperationalError("gone"))),
        (503, unavailable),
    ],
)
def test_every_error_page_leads_back_without_the_database(rf, status, answer):
    """No mark for the database: a question to it would fail the test."""
    request = rf.post(f"{SOMEBODY}cancel/", {"password": SECRET}, headers={"Referer": HOST + SOMEBODY})
    request.user = request.htmx = None
    response = answer(request)
    page = response.content.decode()

    assert response.status_code == status
    assert f'href="{SOMEBODY}"' in page
    assert 'href="/"' in page
    assert "css/tokens" in page
    assert SECRET not in page


def test_too_old_a_page_says_press_again_and_keeps_nothing():
    """No database here either, though the browser has a session: the sign-in form after its cookie was lost."""
    client = Client(enforce_csrf_checks=True)
    client.cookies["sessionid"] = "x" * 32
    sent = {"username": "9000000001", "password": SECRET, "csrfmiddlewaretoken": "a" * 64}
    response = client.post("/sign-in/", sent, headers={"Referer": f"{HOST}/sign-in/"})
    page = response.content.decode()

    assert response.status_code == 403
    assert "再按一次" in page
    assert 'href="/sign-in/"' in page
    assert not [secret for secret in (SECRET, "9000000001", "aaaaaaaa", "csrfmiddlewaretoken") if secret in page]


def test_too_old_a_page_tells_htmx_where_to_press_again():
    headers = {"HX-Request": "true", "Referer": f"{HOST}/gate/"}
    response = Client(enforce_csrf_checks=True).post("/gate/check/", {"code": SECRET}, headers=headers)
    page = response.content.decode()

    assert response.status_code == 403
    assert "data-error-fragment" in page
    assert 'href="/gate/"' in page
    assert SECRET not in page


@pytest.mark.django_db
def test_the_page_led_to_is_fresh_and_the_second_press_counts():
    make.guard()
    client = Client(enforce_csrf_checks=True)
    sent = {"username": "nobody", "password": "wrong"}
    assert client.post("/sign-in/", sent, headers={"Referer": f"{HOST}/sign-in/"}).status_code == 403

    client.get("/sign-in/")
    again = client.post("/sign-in/", {**sent, "csrfmiddlewaretoken": client.cookies["csrftoken"].value})

    assert again.status_code == 422  # judged by what was typed, not by the age of the page
