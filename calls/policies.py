"""Who may take a call for help up and end it: whoever sees it, but a guard or a driver only watches (authz:
alert.ack).
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from calls.models import OpenCall
from calls.states import HANDLERS, NOT_OWN, CallKind
from core.actors import Actor
from core.errors import NotAllowed, NotFound

DESKS = ("intake", "hospadm")


def check_handle(by: Actor, call: OpenCall) -> None:
    """Let a post that sees a call take it up, put it back and end it."""
    if by.is_service:
        return
    if not OpenCall.objects.visible_to(by).filter(pk=call.pk).exists():
        raise NotFound("call.absent")
    if by.role not in HANDLERS:
        raise NotAllowed("call.handle", _("这件事由社区、调度、接诊台或指挥来办。"))


def check_take_up(by: Actor, call: OpenCall) -> None:
    """Let whoever handles a call take it up, but not the post it is about: its owner has to hear it (R-000-17)."""
    check_handle(by, call)
    if call.kind not in NOT_OWN.get(by.role, ()):
        return
    if by.role in DESKS:
        raise NotAllowed("call.own_house", _("这件事要调度台或指挥来接手，接诊台自己接不算。"))
    raise NotAllowed("call.own_hand_up", _("这件交给指挥了，由指挥接手；排上车它就自己结束。"))


def check_end(by: Actor, call: OpenCall) -> None:
    """Let whoever handles a call end it; a late hand-over ends by the hand-over, not by the desk's word."""
    check_handle(by, call)
    if by.role in DESKS and call.kind == CallKind.LATE_HAND_OVER:
        raise NotAllowed("call.own_house", _("按“交接完成”，这一件就自己结束。"))


def check_climb(by: Actor) -> None:
    """Let only our own workers move a call up: the minutes decide, not a person."""
    if not by.is_service:
        raise NotAllowed("call.climb", _("到时限会自动上报，不用手动。"))


# Parts of another act, which asked for the whole: `by` is whoever pressed there. Views never call them.
STEPS = {
    "calls.raise_call": "communities.calling raises it in the act that found the trouble",
    "calls.open_again": "the act that lets it wait again has asked, and holds its row",
    "leaving.hand_back": "whoever signs out hands back what is in their own hand, wherever it lies",
    "calls.end_of_case": "the fact that ended the trouble was written by an act that asked",
    "calls.end_by_fact": "the fact that ended the trouble was written by an act that asked",
}
