"""Who takes which machines: the places taken by machine class, and those that are mixed (E20)."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from django.db.models import Count, IntegerField, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from hospitals.machines import APART, SERVICES
from hospitals.models import Appointment, Slot


def apart_taken(which: Q) -> dict[int, dict[str, int]]:
    """Count by slot and machine class who holds a machine set apart in some slots; one query, few rows."""
    rows = Appointment.objects.live().filter(slot__in=Slot.objects.filter(which), machine_class__in=APART)
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for slot, machine_class, count in rows.order_by().values_list("slot", "machine_class").annotate(n=Count("pk")):
        found[slot][machine_class] = count
    return found


def alike(machine_class: str, *, slot: str = "pk") -> Coalesce:
    """Return the expression that counts the live appointments of a machine class in a slot."""
    same = Appointment.objects.live().filter(slot=OuterRef(slot), machine_class=machine_class).order_by()
    count = Subquery(same.values("slot").annotate(n=Count("pk")).values("n"), output_field=IntegerField())
    return Coalesce(count, 0)


def infection_machine_mixed(*, since: datetime, until: datetime) -> int:
    """Count the haemodialysis appointments of a span beyond the places of their machine class; 0 on a good day."""
    span = {"service__kind__in": SERVICES, "starts_at__gte": since, "starts_at__lt": until}
    slots = {slot.pk: slot for slot in Slot.objects.filter(**span).select_related("service")}
    held = Appointment.objects.live().filter(slot__in=slots).order_by().values_list("slot", "machine_class")
    return sum(max(0, n - slots[slot].machines[name]) for slot, name, n in held.annotate(n=Count("pk")))
