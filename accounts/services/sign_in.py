"""Signing in: throttled per account, the same words for an unknown number and a wrong password."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.db.models import F, Q
from django.utils.translation import gettext as _

from accounts.models import User
from core import tidy
from core.errors import Invalid

MAX_FAILURES = 5
LOCK = timedelta(minutes=10)
_DUMMY = ""


def check(username: str, *, password: str, at: datetime) -> User:
    """Return the user whose password fits; raise Invalid otherwise. `at` is the wall clock.

    Five wrong tries in a row lock the account for ten minutes; other accounts behind the same address go on.
    """
    user = user_of(username)
    if user is None or (user.is_demo and not settings.DEMO):
        check_password(password, _dummy_hash())  # the same time as for a known number
        raise _wrong()
    if user.locked_until and user.locked_until > at:
        raise Invalid("sign_in.locked", _("连错 5 次，锁 10 分钟。急事请打值班电话。"))
    if not user.check_password(password):
        _count_failure(user, at)
        raise _wrong()
    if user.failed_sign_ins:
        User.objects.filter(pk=user.pk).update(failed_sign_ins=0, locked_until=None)
    return user


def user_of(username: str) -> User | None:
    """Return whose number this is: as it is stored, else as it is read,
    in small or capital letters where one has it.
    """
    said = tidy.sign_in_number(username)
    known = User.objects.filter(is_active=True)
    rows = list(known.filter(Q(username=username.strip()) | Q(username__iexact=said))[:3])
    exact = [row for row in rows if row.username in (username.strip(), said)]
    return exact[0] if exact else rows[0] if len(rows) == 1 else None


def _count_failure(user: User, at: datetime) -> None:
    User.objects.filter(pk=user.pk).update(failed_sign_ins=F("failed_sign_ins") + 1)
    locked = User.objects.filter(pk=user.pk, failed_sign_ins__gte=MAX_FAILURES)
    locked.update(locked_until=at + LOCK, failed_sign_ins=0)


def _wrong() -> Invalid:
    return Invalid("sign_in.wrong", _("号码或密码不对。连错 5 次会锁 10 分钟。"))


def _dummy_hash() -> str:
    global _DUMMY
    _DUMMY = _DUMMY or make_password("nobody")
    return _DUMMY
