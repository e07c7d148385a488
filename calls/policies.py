"""Who may take a call for help up and end it: whoever sees it, but a guard or a driver only watches (authz: alert.ack)."""

from __future__ import annotations

from django.utils.translation import gettext as _

from calls.models import OpenCall
from calls.states import HANDLERS
from core.actors import Actor
from core.errors import NotAllowed, NotFound


def check_raise(by: Actor) -> None:
    """Let everybody who acts call for help: the rule of the act itself was asked before."""
    if not by.role:
        raise NotAllowed("call.raise", _("先登录再报。急的先打 120。"))


def check_handle(by: Actor, call: OpenCall) -> None:
    """Let a post that sees a call take it up, put it back and end it."""
    if by.is_service:
        return
    if not OpenCall.objects.visible_to(by).filter(pk=call.pk).exists():
        raise NotFound("call.absent")
    if by.role not in HANDLERS:
        raise NotAllowed("call.handle", _("这件事由社区、调度、接诊台或指挥来办。"))


def check_climb(by: Actor) -> None:
    """Let only our own workers move a call up: the minutes decide, not a person."""
    if not by.is_service:
        raise NotAllowed("call.climb", _("到时限会自动上报，不用手动。"))
