"""Places of slots."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from core import audit, boards, clock
from core.actors import Actor
from core.errors import Conflict, NotFound
from hospitals import policies
from hospitals.machines import SERVICES, places_of, taken_of
from hospitals.models import Service, Slot
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


@transaction.atomic
def set_apart(service: Service, *, hbv: int, hcv: int, by: Actor, at: datetime) -> None:
    """Publish how many haemodialysis machines are set apart for HBV and for HCV (E20). Nobody booked loses a machine.

    Raises Conflict when a time still to come has more people of a class than the numbers leave it.
    """
    policies.check_publish_places(by, service)
    if service.kind not in SERVICES:
        raise NotFound("service.machines")
    coming = list(Slot.objects.select_for_update().filter(service=service, ends_at__gt=at).order_by("pk"))
    old = {"hbv": service.hbv_places, "hcv": service.hcv_places}
    apart = apart_taken(Q(service=service, ends_at__gt=at))
    for slot in coming:
        before = places_of(service.kind, slot.capacity, **old)
        after = places_of(service.kind, slot.capacity, hbv=hbv, hcv=hcv)
        taken = taken_of(slot.booked, apart.get(slot.pk, {}))
        if any(after[name] < min(count, before[name]) for name, count in taken.items()):
            when = f"{slot.starts_at.astimezone(clock.CHINA):%m-%d %H:%M}"
            raise Conflict("service.machines", _("%(at)s 那一班已约的人放不下，专机数不能这么改。") % {"at": when})
    Service.objects.filter(pk=service.pk).update(hbv_places=hbv, hcv_places=hcv)
    new = {"hbv": hbv, "hcv": hcv}
    audit.record("service.machines", service, by=by, at=at, detail={"old": old, "new": new})
    boards.touch(f"facility:{service.facility_id}")


def _require_machines(slot: Slot) -> None:
    """Refuse fewer places than the people of each machine class take."""
    if slot.service.kind not in SERVICES:
        return
    booked = Slot.objects.values_list("booked", flat=True).get(pk=slot.pk)
    taken = taken_of(booked, apart_taken(Q(pk=slot.pk)).get(slot.pk, {}))
    if any(count > slot.machines[name] for name, count in taken.items()):
        raise Conflict("slot.machines", _("这个时段乙肝、丙肝专机要留出来，剩下的不够已约的人。名额不能这么少。"))
