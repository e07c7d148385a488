"""Which posts the person holds and works on: `request.posts`, `request.post_held`, `request.actor`."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from django.http import HttpResponse
from django.utils.functional import SimpleLazyObject

from accounts.models import Post
from accounts.requests import ActorRequest
from accounts.selectors import chosen, posts_of
from core import clock

SESSION_POST = "post"


def current_post(get_response: Callable[[ActorRequest], HttpResponse]) -> Callable[[ActorRequest], HttpResponse]:
    """Attach the post lazily: pages without sign-in cost no query."""

    def middleware(request: ActorRequest) -> HttpResponse:
        request.posts = cast("list[Post]", SimpleLazyObject(lambda: _posts(request)))
        request.post_held = cast("Post | None", SimpleLazyObject(lambda: _post(request)))
        return get_response(request)

    return middleware


def _posts(request: ActorRequest) -> list[Post]:
    return posts_of(request.user, at=clock.now()) if request.user.is_authenticated else []


def _post(request: ActorRequest) -> Post | None:
    return chosen(list(request.posts), request.session.get(SESSION_POST))
