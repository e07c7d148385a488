"""Reading people and posts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import AnonymousUser
from django.db.models import CharField, QuerySet, Value
from django.db.models.functions import Cast, Concat

from accounts.demo import FIVE
from accounts.models import Post, User
from core import deed_words
from core.actors import Actor
from core.divisions import division_prefix
from core.errors import NotFound
from core.models import AuditEvent
from core.vocabulary import PlaceKind, Role


def posts_of(user: User, *, at: datetime) -> list[Post]:
    """Return the posts a user holds now; no query for the user of a session."""
    if user.known_posts is not None:
        return [post for post in user.known_posts if post.is_held_at(at)]
    return list(Post.objects.held_at(at).filter(user=user).select_related("user"))


def post_of(user: User | AnonymousUser, post_id: int | None, *, at: datetime) -> Post | None:
    """Return the post the session names if the user holds it, else the user's first one."""
    if not user.is_authenticated:
        return None
    return chosen(posts_of(user, at=at), post_id)


def chosen(posts: list[Post], post_id: int | None) -> Post | None:
    """Return the post with an id among those held, else the first one."""
    return next((post for post in posts if post.pk == post_id), posts[0] if posts else None)


def held(places: Iterable[str], *, at: datetime) -> set[tuple[str, str]]:
    """Return which (role, place) somebody holds who may sign in; a community's lead answers for its staff."""
    rows = Post.objects.held_at(at).filter(place_code__in=list(places), user__is_active=True)
    pairs = rows.values_list("role", "place_code").distinct()
    return {(Role.STAFF.value if role == Role.LEAD else role, place) for role, place in pairs}


def own_post(user: User, post_id: int, *, at: datetime) -> Post:
    """Return one post of this user; raise NotFound for anybody else's."""
    post = Post.objects.held_at(at).filter(user=user, pk=post_id).first()
    if post is None:
        raise NotFound("post.absent")
    return post


def demo_users() -> list[Post]:
    """Return the posts of the five demo sign-ins, in their order; none without a demo city."""
    order = [username for username, _role, _name in FIVE]
    posts = Post.objects.filter(user__is_demo=True, user__username__in=order).select_related("user")
    return sorted(posts, key=lambda post: order.index(post.user.username))


def audited(by: Actor) -> QuerySet[AuditEvent]:
    """Return the acts an auditor may read, the latest first: of the city everything, of a district its own posts'.

    Houses, cars and dispatch have no code of a division: their acts are the city's.
    """
    events = AuditEvent.objects.order_by("-at", "-id")
    if by.place_kind == PlaceKind.CITY:
        return events
    within = Post.objects.filter(place_code__startswith=division_prefix(by.place_code))
    keys = within.annotate(key=Concat(Value("user:"), Cast("user_id", CharField()))).values("key")
    return events.filter(actor_key__in=keys)


@dataclass(frozen=True)
class ActLine:
    """One act in words: when, who, at which post, what, and from which state to which."""

    ident: int
    at: datetime
    who: str
    place: str
    deed: str
    old: str
    new: str


def line_of(event: AuditEvent) -> ActLine:
    """Say an act in words; of its reason and its values nothing (authz: view_values needs a broken glass)."""
    old, new = (deed_words.status(code, event.model) for code in (event.old_status, event.new_status))
    what = deed_words.deed(event.verb, event.model)
    return ActLine(event.pk, event.at, event.actor_label, event.actor_place, what, old, new)


def post_counts() -> list[tuple[str, int]]:
    """Return how many people hold each post, by its word."""
    counted = Counter(Post.objects.values_list("role", flat=True))
    return [(str(role.label), counted[role.value]) for role in Role if counted[role.value]]


def accounts_kept() -> QuerySet[User]:
    """Return the accounts of people, with their posts; a demo's own are counted only."""
    return User.objects.filter(is_demo=False).order_by("username").prefetch_related("posts")
