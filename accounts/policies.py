"""Who may make users and posts; no screen does it yet, only the loading of a city."""

from __future__ import annotations

from django.utils.translation import gettext as _

from core.actors import Actor
from core.errors import NotAllowed


def check_make_user(by: Actor) -> None:
    """Let the loading of a city make users."""
    if not by.is_service:
        raise NotAllowed("user.create", _("用户和岗位由系统导入时建立。"))


def check_give_post(by: Actor) -> None:
    """Let the loading of a city put users on posts; a grant by two people (authz D2m) has no screen yet."""
    if not by.is_service:
        raise NotAllowed("user.grant_role", _("用户和岗位由系统导入时建立。"))
