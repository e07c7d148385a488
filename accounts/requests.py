"""What our middleware adds to a request: the posts of whoever signed in, the one they work on, who acts."""

from __future__ import annotations

from django.http import HttpRequest
from rest_framework.request import Request

from accounts.models import Post
from core.actors import Actor


class ActorRequest(HttpRequest):
    """A request as a view gets it. A name for types: none is ever made, Django's own carries these attributes.

    `posts` and `post_held` are lazy (accounts/middleware.py); ask `if not request.post_held`, never `is None`. `actor`
    is there behind `for_roles` alone.
    """

    posts: list[Post]
    post_held: Post | None
    actor: Actor


def post_of_call(request: Request) -> Post | None:
    """Return the post that whoever calls the API works on; None for nobody.

    Authenticates, and raises what that does.
    """
    found: Post | None = getattr(request._request, "post_held", None) if request.user else None
    return found or None


def actor_of_call(request: Request) -> Actor:
    """Return who acts on this call of the API; its permission class has made sure that there is a post."""
    post = post_of_call(request)
    assert post is not None
    return post.actor()
