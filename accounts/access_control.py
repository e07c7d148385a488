"""Decorators of pages: signed in, on a post of one of these roles."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.requests import ActorRequest
from core.actors import Actor
from core.errors import NotAllowed
from core.view_marks import marked

View = Callable[..., HttpResponse]
KEPT = "X-Kept"  # a press that a phone kept and sends by itself: nobody could follow it to another page


def for_roles(*roles: str) -> Callable[[View], View]:
    """Let only holders of a post with one of `roles` in; others read whose page it is.

    Sets `request.actor`. A stranger is led to the sign-in page; an htmx request, or a press that a phone kept, is told
    to go there, so that what was typed stays in its draft and what was pressed on the phone.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def wrapper(request: ActorRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return _to_sign_in(request)
            post = request.post_held
            if not post or post.role not in roles:
                raise NotAllowed("post.role", _("这一页归别的岗位管。要看请找街道值班。"))
            request.actor = post.actor()
            return view(request, *args, **kwargs)

        return marked(wrapper, roles=roles)

    return decorate


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    target = f"{reverse('sign_in')}?{urlencode({'next': request.get_full_path()})}"
    if getattr(request, "htmx", False) or KEPT in request.headers:
        return HttpResponse(status=401, headers={"HX-Redirect": target})
    return HttpResponseRedirect(target)


def actor_of(request: ActorRequest) -> Actor:
    """Return who acts on this request (set by `for_roles`)."""
    return request.actor
