"""Which posts the person holds and works on: `request.posts`, `request.post_held`, `request.actor`."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from accounts.models import Post
from accounts.selectors import chosen, posts_of
from core import clock

SESSION_POST = "post"


def current_post(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Attach the post lazily: pages without sign-in cost no query."""

    def middleware(request: HttpRequest) -> HttpResponse:
        request.posts = SimpleLazyObject(lambda: _posts(request))  # type: ignore[attr-defined]
        request.post_held = SimpleLazyObject(lambda: _post(request))  # type: ignore[attr-defined]
        return get_response(request)

    return middleware


def _posts(request: HttpRequest) -> list[Post]:
    return posts_of(request.user, at=clock.now()) if request.user.is_authenticated else []


def _post(request: HttpRequest) -> Post | None:
    return chosen(list(request.posts), request.session.get(SESSION_POST))  # type: ignore[attr-defined]
