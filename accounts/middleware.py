"""Which post the person works on: `request.post_held` and `request.actor`."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from accounts.models import Post
from accounts.selectors import post_of
from core import clock

SESSION_POST = "post"


def current_post(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Attach the post lazily: pages without sign-in cost no query."""

    def middleware(request: HttpRequest) -> HttpResponse:
        request.post_held = SimpleLazyObject(lambda: _post(request))  # type: ignore[attr-defined]
        return get_response(request)

    return middleware


def _post(request: HttpRequest) -> Post | None:
    return post_of(request.user, request.session.get(SESSION_POST), at=clock.now())  # type: ignore[arg-type]
