"""已到家 by word, and the two people's word that nobody is out any more."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from access import journey, policies
from access.events import HomeMarked
from access.models import AccessRequest, HandClosing, HomeMark
from access.selectors.facts import facts_of, locked_case
from access.services import out_again
from access.services.closing import UNDO, close_if_over
from access.services.requests import refresh
from access.states import RequestStatus
from core import audit, outbox
from core.actors import Actor
from core.errors import Conflict, Invalid


@transaction.atomic
def say_home(request: AccessRequest, *, by: Actor, at: datetime) -> HomeMark:
    """Record that the person is home though no gate and no car said so. Said twice, it stands once.

    A word from before a later exit says nothing of that one: it is said anew.
    """
    policies.check_say_home(by, request)
    facts = facts_of(locked_case(request.pk))  # two at once say it once
    standing = _marks(request).order_by("-at").first()
    if standing and not journey.is_out(facts):
        return standing
    mark = HomeMark.objects.create(case_ref=request.case_ref, at=at, by_key=by.key, by_label=by.label)
    AccessRequest.objects.filter(pk=request.pk).update(next_check_at=at + UNDO)
    audit.record("request.say_home", request, by=by, at=at)
    outbox.put(HomeMarked(case_ref=request.case_ref, at=at))
    out_again.end_by_word(request.case_ref, by=by, at=at)
    refresh(request)
    return mark


@transaction.atomic
def undo_say_home(request: AccessRequest, *, by: Actor, at: datetime) -> None:
    """Take 已到家 back: the person is out again, as the other facts say."""
    policies.check_say_home(by, request)
    current = locked_case(request.pk)
    marks = _marks(request)
    if current.status == RequestStatus.CLOSED:  # the word that closed it stays; one about going out again does not
        marks = marks.filter(at__gt=current.closed_at)
    if not marks.exists() and current.status == RequestStatus.CLOSED:
        raise Conflict("home.closed", _("这一趟已经结案，撤不回了。人要是还在外面，请再提一次申请。"))
    if not marks.update(withdrawn_at=at):
        raise Conflict("home.absent", _("没有可以撤回的“已到家”。"))
    audit.record("request.undo_say_home", request, by=by, at=at)
    refresh(request)


def _marks(request: AccessRequest) -> QuerySet[HomeMark]:
    return HomeMark.objects.filter(case_ref=request.case_ref, withdrawn_at__isnull=True)


@transaction.atomic
def hand_closing(request: AccessRequest, *, reason: str, by: Actor, at: datetime) -> HandClosing:
    """Give the first or the second word that nobody is out any more; the second closes the case (INV-19)."""
    policies.check_close_by_hand(by, request)
    if len(reason.strip()) < 4:
        raise Invalid("hand_closing.reason", _("请写清楚人现在在哪、怎么知道的。"), field="reason")
    facts = facts_of(locked_case(request.pk))
    closing, is_first = HandClosing.objects.select_for_update().get_or_create(
        case_ref=request.case_ref,
        defaults={"reason": reason.strip()[:300], "first_key": by.key, "first_label": by.label, "first_at": at},
    )
    if is_first and not journey.is_out(facts):
        raise Conflict("hand_closing.not_out", _("这个人不在外面，不用销。"))
    if closing.second_at and journey.is_out(facts):
        _begin_anew(closing, reason, by, at)
    elif not is_first:
        _second_word(closing, by, at)
    audit.record("request.hand_closing", request, by=by, at=at, reason=reason.strip()[:300])
    close_if_over(request.case_ref, at=at)
    refresh(request)
    return closing


def _begin_anew(closing: HandClosing, reason: str, by: Actor, at: datetime) -> None:
    """Take the first word of another time: both of the time before were about another way out."""
    closing.reason, closing.first_at = reason.strip()[:300], at
    closing.first_key, closing.first_label = by.key, by.label
    closing.second_key, closing.second_label, closing.second_at = "", "", None
    closing.save()


def _second_word(closing: HandClosing, by: Actor, at: datetime) -> None:
    if closing.second_at:
        raise Conflict("hand_closing.done", _("已经由两个人销过了。"))
    if closing.first_key == by.key:
        raise Conflict("hand_closing.same_person", _("要换一个人来说第二次，同一个人不能说两次。"))
    closing.second_key, closing.second_label, closing.second_at = by.key, by.label, at
    closing.save(update_fields=["second_key", "second_label", "second_at"])
