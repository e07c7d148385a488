"""Somebody whom dispatch can put on no car is handed on to command, in one press and with the reason (R-000-17).

It is a call for help that command owns: its strip stands on every page of command, is taken up by name, and ends by
itself once the person has a car.
"""

from __future__ import annotations

from datetime import datetime

from django.db import models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.models import AccessRequest
from access.selectors import locked_case, with_facts
from access.selectors.rescue import address_words
from access.services import cards
from calls.models import OpenCall
from calls.services import calls
from calls.services.calls import Trouble
from calls.states import CallKind
from communities.services import calling
from core import audit, clock
from core.actors import SWEEP, Actor
from core.errors import Invalid
from core.stored import stored, stored_label
from core.sweeping import each
from dispatch import policies
from dispatch.hand import arranging

KIND = CallKind.HANDED_UP
WHY = stored("调度台排不了：%(why)s")


class HandUpReason(models.TextChoices):
    """Why dispatch cannot place somebody."""

    CAR = "car", gettext_lazy("没有车能去")
    HOUR = "hour", gettext_lazy("时间都约不上")
    HOUSE = "house", gettext_lazy("没有医院接")
    OTHER = "other", gettext_lazy("别的原因，请打给调度台")


@transaction.atomic
def hand_up(request: AccessRequest, *, reason: str, by: Actor, at: datetime) -> OpenCall:
    """Hand somebody who waits for a car on to command; pressed twice it is the same call.

    Raises Invalid for a reason that no list has, Conflict when the person has a car, or is on the way, by now.
    """
    policies.check_hand_up(by, request)
    if reason not in HandUpReason:
        raise Invalid("hand_up.reason", _("选一个原因，指挥好接手。"), field="reason")
    row = locked_case(request.pk)
    arranging.require_waiting(row)
    home = row.community
    trouble = Trouble(
        KIND,
        str(row.case_ref),
        cards.rider_card(row, on=clock.local_day(at)).rider,
        address_words(row),
        WHY % {"why": stored_label(HandUpReason, reason)},
        case_ref=row.case_ref,
    )
    scene = calling.scene_of_community(home) if home else calling.scene_of_area(row.dispatch_area)
    call = calling.call_for_help(trouble, scene=scene, by=by, at=at)
    audit.record("request.handed_up", row, by=by, at=at, detail={"reason": reason})
    return call


def sweep(*, at: datetime) -> None:
    """End the calls of those who have a car by now; what ends a case ends its call besides."""
    told = OpenCall.objects.live().filter(kind=KIND).values_list("case_ref", flat=True)
    if not told:
        return
    rows = with_facts(AccessRequest.objects.filter(case_ref__in=list(told))).filter(facts__scheduled_at__isnull=False)
    each(sorted(str(row.case_ref) for row in rows), lambda subject: _end(subject, at))


def _end(subject: str, at: datetime) -> None:
    calls.end_by_fact(KIND, subject, words=stored("有车了"), by=SWEEP, at=at)
