"""Whom it hits when a service stops receiving, named before it is pressed (E2, R-002-8a)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Max
from django.db.models.functions import Coalesce

from hospitals.models import Appointment, Intake, Service
from hospitals.states import INSIDE, AppointmentStatus

SETTING_OUT = timedelta(minutes=60)  # a car is named and is expected within this: on the way, or about to be
DAY = timedelta(hours=24)
LONG_H = 72  # hours since the last treatment from which it is a matter of life (E2)


@dataclass(frozen=True)
class Hit:
    """One patient hit by a closure."""

    name: str
    at: datetime | None
    carried_by: str = ""
    hours: int | None = None  # since the last treatment known of; None: none is known

    @property
    def is_long(self) -> bool:
        """Say whether the last treatment is dangerously long ago."""
        return self.hours is not None and self.hours >= LONG_H


@dataclass(frozen=True)
class Closing:
    """Everybody hit: on machines (they finish), on the way, due within a day, due later while it is shut."""

    on_machines: list[Hit]
    on_the_way: list[Hit]
    due_soon: list[Hit]
    due_later: list[Hit]

    @property
    def is_empty(self) -> bool:
        """Say whether nobody is hit."""
        return not (self.on_machines or self.on_the_way or self.due_soon or self.due_later)


def hit_by(service: Service, *, until: datetime | None, at: datetime) -> Closing:
    """Read whom it hits that a service stops receiving until a time (None: without an end); three queries.

    Those due come in the order of the hours since their last treatment, the longest first.
    """
    inside = Intake.objects.filter(facility=service.facility_id, status__in=INSIDE, appointment__slot__service=service)
    booked = Appointment.objects.filter(
        slot__service=service, status__in=[AppointmentStatus.PROPOSED, AppointmentStatus.BOOKED]
    ).select_related("slot")
    rows = [row for row in booked if _is_hit(row, until, at)]
    riding = [row for row in rows if _is_riding(row, at)]
    waiting = [row for row in rows if row not in riding]
    last = _last_treated(waiting)
    hits = sorted((_hit(row, last, at) for row in waiting), key=lambda each: (-(each.hours or 0), each.at or at))
    return Closing(
        on_machines=[Hit(row.label, row.expected_ready_at) for row in inside.order_by("expected_ready_at")],
        on_the_way=sorted((_hit(row, {}, at) for row in riding), key=lambda each: each.at or at),
        due_soon=[each for each in hits if each.at and each.at < at + DAY],
        due_later=[each for each in hits if each.at and each.at >= at + DAY],
    )


def _is_hit(row: Appointment, until: datetime | None, at: datetime) -> bool:
    if row.is_critical:  # no closure bars them
        return False
    return _is_riding(row, at) or (row.slot.starts_at > at and (until is None or row.slot.starts_at < until))


def _is_riding(row: Appointment, at: datetime) -> bool:
    return bool(row.carried_by) and row.expected_at is not None and abs(row.expected_at - at) <= SETTING_OUT


def _hit(row: Appointment, last: dict[tuple[UUID, str], datetime], at: datetime) -> Hit:
    treated = last.get((row.person_key, row.need_kind))
    hours = int((at - treated).total_seconds() // 3600) if treated else None
    return Hit(row.name, row.expected_at if row.carried_by else row.slot.starts_at, row.carried_by, hours)


def _last_treated(rows: Iterable[Appointment]) -> dict[tuple[UUID, str], datetime]:
    """Return when each of these patients was last treated for the same, in any house."""
    keys = {row.person_key for row in rows}
    if not keys:
        return {}
    begun = Intake.objects.filter(person_key__in=keys, treatment_started_at__isnull=False)
    seen = begun.values("person_key", "need_kind").annotate(last=Max(Coalesce("ended_at", "treatment_started_at")))
    return {(key, row["need_kind"]): row["last"] for row in seen.order_by() if (key := row["person_key"])}
