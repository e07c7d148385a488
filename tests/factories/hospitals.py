"""Facilities, services, slots, appointments and arrivals for tests: every value has a default."""

from __future__ import annotations

import itertools
import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any

from accounts.models import Post, User
from core.actors import Actor
from core.sealed import create_person_key
from hospitals.cards import PatientCard
from hospitals.models import Appointment, Facility, Intake, Service, Slot
from hospitals.services import appointments, intake

_count = itertools.count(1)
AT = datetime(2022, 6, 28, 2, 40, tzinfo=UTC)  # 10:40 on a Tuesday
ENGINE = Actor(key="svc:test", label="系统", role="svc")


def make_facility(code: str = "", **values: Any) -> Facility:
    """Store a hospital of Dandong."""
    number = next(_count)
    defaults = {
        "name": f"测试医院{number}",
        "division_code": "210603",
        "has_emergency": True,
        "buffer_places": 6,
        "lat": 40.105,
        "lon": 124.366,
    }
    return Facility.objects.create(code=code or f"T-F{number:03d}", **{**defaults, **values})


def make_service(facility: Facility | None = None, kind: str = "hemodialysis", **values: Any) -> Service:
    """Store a service that receives."""
    return Service.objects.create(
        facility=facility or make_facility(), kind=kind, **{"status_at": AT, "confirmed_at": AT, **values}
    )


def make_slot(service: Service | None = None, *, starts_at: datetime | None = None, capacity: int = 4) -> Slot:
    """Store a slot of four hours, two hours from AT."""
    start = starts_at or AT + timedelta(hours=2)
    return Slot.objects.create(
        service=service or make_service(), starts_at=start, ends_at=start + timedelta(hours=4), capacity=capacity
    )


def make_card(name: str = "王秀兰", **values: Any) -> PatientCard:
    """Make the card of an invented patient, with a person key."""
    defaults: dict[str, Any] = {
        "person_key": create_person_key(),
        "name": name,
        "sex": "F",
        "birth_date": date(1954, 3, 2),
        "id_last4": "2428",
        "phone": "13900001234",
        "need_kind": "dialysis",
        "mobility": "wheelchair",
        "zone_class": "controlled",
    }
    return PatientCard(**{**defaults, **values})


def make_appointment(slot: Slot | None = None, *, at: datetime = AT, case_ref: Any = None, **card: Any) -> Appointment:
    """Book a place through the service."""
    return appointments.book(
        slot or make_slot(), card=make_card(**card), case_ref=case_ref or uuid.uuid4(), by=ENGINE, at=at
    )


def make_intake(appointment: Appointment | None = None, *, at: datetime = AT) -> Intake:
    """Check an appointment in through the service."""
    return intake.check_in(appointment or make_appointment(), by=ENGINE, at=at)


def desk_actor(facility: Facility, role: str = "intake") -> Actor:
    """Return the actor of a facility's desk."""
    return Actor(
        key="user:desk",
        label="赵敏",
        role=role,
        place_kind="facility",
        place_code=facility.pk,
        place_label=facility.name,
    )


def make_desk_user(facility: Facility, role: str = "intake") -> User:
    """Store a user on a facility's desk."""
    user = User.objects.create_user(f"desk{next(_count)}", "long-enough-words", name="赵敏")
    Post.objects.create(
        user=user, role=role, place_kind="facility", place_code=facility.pk, place_label=f"{facility.name} · 接诊台"
    )
    return user
