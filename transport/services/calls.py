"""The family's number, handed out for a call."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core import audit
from core.actors import Actor
from core.errors import NotFound
from transport import policies
from transport.models import Stop


@transaction.atomic
def number_for(stop: Stop, *, by: Actor, at: datetime) -> str:
    """Return the rider's number with an audit row.

    NotAllowed outside the ride's window, NotFound when none is known.
    """
    policies.check_call(by, stop, at=at)
    if not stop.trip.phone:
        raise NotFound("call.no_number", _("没有登记电话。请打调度台。"))
    audit.record("trip.phone_given", stop.trip, by=by, at=at)
    return stop.trip.phone
