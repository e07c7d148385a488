"""Making users and posts."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import policies
from accounts.models import Post, User
from core import audit, locks
from core.actors import Actor
from core.errors import Conflict
from core.vocabulary import Role


def ensure_user(username: str, *, name: str, password_hash: str, is_demo: bool, by: Actor, at: datetime) -> User:
    """Return the user with this number, made if absent. `password_hash` is an encoded hash, shared by demo users."""
    policies.check_make_user(by)
    user, is_new = User.objects.get_or_create(
        username=username, defaults={"name": name, "password": password_hash, "is_demo": is_demo}
    )
    if is_new:
        audit.record("user.create", user, by=by, at=at)
    return user


def give_post(user: User, *, role: str, place: tuple[str, str, str], by: Actor, at: datetime) -> Post:
    """Put a user on a post; `place` is (kind, code, label). Repeating it changes nothing."""
    policies.check_give_post(by)
    kind, code, label = place
    post, is_new = Post.objects.get_or_create(
        user=user, role=role, place_code=code, defaults={"place_kind": kind, "place_label": label}
    )
    if is_new:
        audit.record("user.grant_role", user, by=by, at=at, detail={"role": role, "place": code})
    return post


def prefer(user: User, **choices: bool | str) -> None:
    """Store a person's own display choices: large_text, theme, single_keys."""
    allowed = {key: value for key, value in choices.items() if key in {"large_text", "theme", "single_keys"}}
    User.objects.filter(pk=user.pk).update(**allowed)
    for key, value in allowed.items():
        setattr(user, key, value)


@transaction.atomic
def first_administrator(username: str, *, name: str, place: tuple[str, str, str], by: Actor, at: datetime) -> User:
    """Return the administrator with this number, made if the installation has none; raise Conflict for a second one.

    `place` is (kind, code, label). The password is chosen by a link (`passwords.link_for`).
    """
    policies.check_make_user(by)
    locks.hold(locks.name(locks.LockKind.ADMINISTRATOR, "first"))  # two at once: one is first
    others = User.objects.filter(posts__role=Role.SYSADMIN, is_active=True).exclude(username=username)
    if others.exists():
        raise Conflict("user.administrator", _("已经有管理员了：要再给链接，请用他的号码。"))
    user = User.objects.filter(username=username).first()
    if user is None:
        user = ensure_user(username, name=name, password_hash=make_password(None), is_demo=False, by=by, at=at)
    give_post(user, role=Role.SYSADMIN, place=place, by=by, at=at)
    return user
