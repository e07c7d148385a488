"""Places of slots."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core import audit, boards
from core.actors import Actor
from core.errors import Conflict
from hospitals import policies
from hospitals.models import Slot


@transaction.atomic
def set_capacity(slot: Slot, capacity: int, *, by: Actor, at: datetime) -> None:
    """Publish how many places a slot has. Nobody who is booked loses the place (R-000-6).

    Raises Conflict when more people are booked than the new number.
    """
    policies.check_publish_places(by, slot.service)
    old = slot.capacity
    if not Slot.objects.filter(pk=slot.pk, booked__lte=capacity).update(capacity=capacity):
        booked = Slot.objects.values_list("booked", flat=True).get(pk=slot.pk)
        raise Conflict(
            "slot.booked",
            _("这个时段已经约了 %(booked)s 人，名额不能比这少。要改人的时间，请先打调度台。") % {"booked": booked},
            booked=booked,
        )
    slot.capacity = capacity
    audit.record("slot.capacity", slot, by=by, at=at, detail={"old": old, "new": capacity})
    boards.touch(f"facility:{slot.service.facility_id}")
