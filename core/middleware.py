"""Around every request: an id for the logs, and domain errors turned into answers."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from structlog import get_logger
from structlog.contextvars import bind_contextvars, clear_contextvars

from core.errors import UNSTORABLE, DomainError, is_away
from core.http import error_page, is_scripted, way_back

log = get_logger(__name__)
Next = Callable[[HttpRequest], HttpResponse]


def request_id(get_response: Next) -> Next:
    """Give each request an id that its log lines and audit rows carry."""

    def middleware(request: HttpRequest) -> HttpResponse:
        clear_contextvars()
        ident = str(uuid.uuid4())
        bind_contextvars(request_id=ident)
        response = get_response(request)
        response.headers["X-Request-Id"] = ident
        return response

    return middleware


def chosen_language(get_response: Next) -> Next:
    """Speak Chinese until somebody pressed the switch.

    Django's own middleware follows the browser: an office's computer set up in English showed the whole product in
    English to people who read Chinese. The language a browser was installed with is nobody's wish.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        wanted = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        translation.activate(wanted if wanted in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE)
        request.LANGUAGE_CODE = translation.get_language()
        response = get_response(request)
        response.headers.setdefault("Content-Language", translation.get_language())
        return response

    return middleware


def sent_by_script(get_response: Next) -> Next:
    """Answer a form that a script sent so that the script knows what became of it: 204 and where to go on, or 401.

    A redirect would be followed by fetch itself, and the news meant for the next page be shown to nobody.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if is_scripted(request) and 300 <= response.status_code < 400:
            target = response.headers.get("Location", "/")
            del response.headers["Location"]
            response.status_code = 401 if urlsplit(target).path == reverse("sign_in") else 204
            response.content = b""
            response.headers["Go-To"] = target
        return response

    return middleware


class domain_errors:
    """Turn DomainError into 403, 404, 409 or 422, and a database that does not answer into 503."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer for the exceptions we know; leave the others to Django."""
        if isinstance(error, DomainError):
            return error_page(request, error)
        if is_away(error):
            log.error("database.unavailable", error=type(error).__name__)
            return unavailable(request)
        if isinstance(error, UNSTORABLE):
            log.warning("request.unstorable", error=type(error).__name__)
            return unreadable(request)
        if isinstance(error, DatabaseError):
            log.exception("database.error")
        return None


def unreadable(request: HttpRequest) -> HttpResponse:
    """Say that what came cannot be read or stored."""
    if request.path.startswith("/api/"):
        return JsonResponse({"code": "unreadable", "message": _("看不懂这个请求"), "context": {}}, status=400)
    return render(request, "errors/400.html", {"back": way_back(request)}, status=400)


def unavailable(request: HttpRequest) -> HttpResponse:
    """Say that nothing was stored and how to go on by telephone; never a false success."""
    if request.path.startswith("/api/"):
        body = {"code": "unavailable", "message": _("没存上，请再试一次。"), "context": {}}
        return JsonResponse(body, status=503, headers={"Retry-After": "5"})
    return render(None, "errors/503.html", {"back": way_back(request)}, status=503)
