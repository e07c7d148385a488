"""The family's number, handed out for a call."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core import audit
from core.actors import Actor
from core.errors import NotAllowed, NotFound
from transport.models import Stop
from transport.policies import may_call


@transaction.atomic
def number_for(stop: Stop, *, by: Actor, at: datetime) -> str:
    """Return the rider's number with an audit row; NotAllowed outside the ride's window, NotFound when none is known."""
    if not may_call(by, stop.run, stop.trip, at=at):
        raise NotAllowed("call.window", _("这一趟已经过了，号码收起来了。有事打调度台。"))
    if not stop.trip.phone:
        raise NotFound("call.no_number", _("没有登记电话。请打调度台。"))
    audit.record("trip.phone_given", stop.trip, by=by, at=at)
    return stop.trip.phone
