"""Whoever took a call up and leaves hands it back: a name on a screen is somebody who can still act (R-000-17)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.models import Post, User
from calls import policies
from calls.models import OpenCall
from calls.services import calls
from calls.states import HANDLERS, CallStatus
from core.actors import SWEEP, Actor
from core.sweeping import each


@transaction.atomic
def hand_back(*, by: Actor, at: datetime) -> int:
    """Hand back every call of whoever signs out, to be taken up by somebody else; return how many."""
    held = OpenCall.objects.select_for_update().filter(status=CallStatus.TAKEN, taken_key=by.key)
    rows = list(held.order_by("pk"))
    for row in rows:
        calls.open_again(row, verb="call.handed_back", by=by, at=at)
    return len(rows)


def hand_back_left(*, at: datetime, by: Actor = SWEEP) -> int:
    """Hand back every call whose taker holds no post any more that sees it; return how many. Safe to run twice."""
    policies.check_climb(by)
    taken = dict(
        OpenCall.objects.filter(status=CallStatus.TAKEN, taken_key__startswith="user:").values_list("pk", "taken_key")
    )
    done: list[UUID] = []
    each(_left(taken, at), lambda pk: done.extend(_open_left(pk, taken[pk], by, at)))
    return len(done)


def _left(taken: dict[UUID, str], at: datetime) -> list[UUID]:
    """Return the calls whose taker may not handle them any more; whoever is no user of ours keeps theirs."""
    people = {key.removeprefix("user:") for key in taken.values()}
    users = {str(user.pk): user for user in User.objects.filter(pk__in=[each for each in people if _is_id(each)])}
    posts = Post.objects.held_at(at).filter(user__in=users.values(), user__is_active=True, role__in=HANDLERS)
    kept: set[UUID] = set()
    for post in posts.select_related("user"):
        mine = OpenCall.objects.visible_to(post.actor()).filter(status=CallStatus.TAKEN, taken_key=post.actor().key)
        kept.update(mine.values_list("pk", flat=True))
    return [pk for pk, key in taken.items() if pk not in kept and key.removeprefix("user:") in users]


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _open_left(pk: UUID, key: str, by: Actor, at: datetime) -> list[UUID]:
    """Open one call again, unless somebody else has it by now or another worker is at it."""
    rows = OpenCall.objects.select_for_update(skip_locked=True)
    row = rows.filter(pk=pk, status=CallStatus.TAKEN, taken_key=key).first()
    if row is None:
        return []
    calls.open_again(row, verb="call.taker_left", by=by, at=at)
    return [pk]
