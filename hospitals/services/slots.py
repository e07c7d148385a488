"""Places of slots."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from core import audit, boards
from core.actors import Actor
from core.errors import Conflict
from hospitals import policies
from hospitals.machines import SERVICES, taken_of
from hospitals.models import Slot
from hospitals.selectors.machines import apart_taken


@transaction.atomic
def set_capacity(slot: Slot, capacity: int, *, by: Actor, at: datetime) -> None:
    """Publish how many places a slot has. Nobody who is booked loses the place (R-000-6).

    Raises Conflict when more people are booked than the new number, or than it leaves beside machines set apart (E20).
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
    _require_machines(slot)
    audit.record("slot.capacity", slot, by=by, at=at, detail={"old": old, "new": capacity})
    boards.touch(f"facility:{slot.service.facility_id}")


def _require_machines(slot: Slot) -> None:
    """Refuse fewer places than the people of each machine class take."""
    if slot.service.kind not in SERVICES:
        return
    booked = Slot.objects.values_list("booked", flat=True).get(pk=slot.pk)
    taken = taken_of(booked, apart_taken(Q(pk=slot.pk)).get(slot.pk, {}))
    if any(count > slot.machines[name] for name, count in taken.items()):
        raise Conflict("slot.machines", _("这个时段乙肝、丙肝专机要留出来，剩下的不够已约的人。名额不能这么少。"))
