"""A password is chosen by whoever will use it: a link that works once leads to the page that stores it."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from core import audit
from core.actors import Actor
from core.errors import Invalid, NotFound


def link_for(user: User) -> str:
    """Return the address under which a user chooses a password: good once, and for a day."""
    link = f"{user.pk}.{default_token_generator.make_token(user)}"
    return f"{reverse('choose_password')}?{urlencode({'link': link})}"


def user_of_link(link: str, *, lock: bool = False) -> User:
    """Return whose link it is; raise NotFound for one that was used, is too old or was never given."""
    ident, _dot, token = link.partition(".")
    people = User.objects.select_for_update() if lock else User.objects.all()
    try:
        user = people.filter(pk=UUID(ident), is_active=True).first()
    except ValueError:
        user = None
    if user is None or not default_token_generator.check_token(user, token):
        raise NotFound("password.link", _("这个链接用过了，或者过期了。请管理员再给一个。"))
    return user


@transaction.atomic
def choose(link: str, *, password: str, at: datetime) -> User:
    """Store the password somebody chose by a link; two at once: the second finds the link used."""
    user = user_of_link(link, lock=True)
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Invalid("password.weak", " ".join(error.messages)) from error
    user.set_password(password)
    user.failed_sign_ins, user.locked_until = 0, None
    user.save(update_fields=["password", "failed_sign_ins", "locked_until"])
    audit.record("user.choose_password", user, by=Actor(key=f"user:{user.pk}", label=user.name), at=at)
    return user
