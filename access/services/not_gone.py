"""没有去: said after the planned time, with why; minutes later it closes the request, unless it is taken back."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from access import journey, policies
from access.journey import Facts
from access.models import AccessRequest
from access.selectors.case_parts import parts_of, planned_at
from access.selectors.facts import facts_of, locked_case
from access.services import requests
from access.services.closing import UNDO
from access.states import CloseOutcome, NotGoneReason, RequestStatus
from core import audit
from core.actors import SWEEP, Actor
from core.boards import touch
from core.errors import Conflict, Invalid
from core.stored import in_chinese, stored
from core.vocabulary import hhmm

WENT = stored("人后来出门了")


@transaction.atomic
def say(request: AccessRequest, *, reason: str, by: Actor, at: datetime) -> None:
    """Write down that nobody went. Place, car and pass are given back when the minutes to take it back are over.

    Raises Conflict before the planned time, while the person is out, and of a request that is not arranged for.
    """
    policies.check_cancel(by, request)
    if reason not in NotGoneReason.values:
        raise Invalid("not_gone.reason", _("请选一个没有去的原因。"), field="reason")
    row = locked_case(request.pk)
    facts = facts_of(row)
    if journey.is_out(facts):
        raise Conflict("request.out", _("人还在外面，要等到家、住院，或者两个人一起销。"))
    if row.status != RequestStatus.APPROVED or journey.is_over(facts):
        raise Conflict("request.over", _("这一趟已经结了，不用再说没有去。"))
    planned = planned_at(row, parts_of([row.case_ref])[row.case_ref])
    if planned is None:
        raise Conflict("not_gone.unplanned", _("还没排时间。不去了就按“取消”。"))
    if at < planned:
        early = _("%(at)s 才到时间，还不能说没有去。不去了就按“取消”。")
        raise Conflict("not_gone.early", early % {"at": hhmm(planned)})
    if row.not_gone_at is not None:
        return  # said twice, it stands once
    requests.change(row, not_gone_at=at, not_gone_reason=reason, next_check_at=at + UNDO)
    words = in_chinese(NotGoneReason(reason).label)
    audit.record("request.say_not_gone", row, by=by, at=at, reason=words)
    touch(*row.boards)


@transaction.atomic
def undo(request: AccessRequest, *, by: Actor, at: datetime) -> None:
    """Take 没有去 back: nothing was given back yet, so everything stands as it did."""
    policies.check_cancel(by, request)
    row = locked_case(request.pk)
    if row.status != RequestStatus.APPROVED or row.not_gone_at is None:
        raise Conflict("not_gone.over", _("“没有去”已经结案，撤不回了。还要去就再申请一趟。"))
    _withdraw(row, by=by, at=at)


def _withdraw(row: AccessRequest, *, by: Actor, at: datetime, reason: str = "") -> None:
    requests.change(row, not_gone_at=None, not_gone_reason="")
    audit.record("request.undo_not_gone", row, by=by, at=at, reason=reason)
    touch(*row.boards)


def end_if_due(row: AccessRequest, facts: Facts, *, at: datetime) -> bool:
    """Close a request of which 没有去 was said and not taken back in time; say whether it did. Safe to run twice.

    Whoever went after all has gone: the word is dropped.
    """
    if row.not_gone_at is None or row.status != RequestStatus.APPROVED:
        return False
    if journey.is_out(facts) or journey.is_over(facts):
        _withdraw(row, by=SWEEP, at=at, reason=WENT)
        return False
    if at < row.not_gone_at + UNDO:
        return False
    requests.close(row, outcome=CloseOutcome.NOT_GONE, by=SWEEP, at=at)
    return True
