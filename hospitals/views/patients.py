"""One expected patient, one arrival."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.access_control import actor_of, for_roles
from accounts.requests import ActorRequest
from core import audit, clock, names
from core.http import page
from core.stored import said
from hospitals import selectors
from hospitals.forms import DescribeForm, NoteForm, SampleForm, TransferForm
from hospitals.models import Intake
from hospitals.policies import INTAKE_ROLES
from hospitals.states import AppointmentStatus
from hospitals.words import STEP_WORDS


@require_safe
@for_roles(*INTAKE_ROLES)
def appointment(request: ActorRequest, appointment_id: UUID) -> HttpResponse:
    """Show who is expected, with what, by which vehicle; once arrived, lead to the arrival."""
    at, row = clock.now(), selectors.appointment_for(actor_of(request), appointment_id)
    arrived = selectors.arrived_with(row)
    if arrived is not None:
        return HttpResponseRedirect(reverse("hospitals:intake", args=[arrived.pk]))
    arrival = selectors.arrival_of(row, at=at)
    context = {
        "row": arrival,
        "person": _person(row, arrival.about, arrival.need),
        "is_expected": row.status in {AppointmentStatus.BOOKED, AppointmentStatus.PROPOSED},
        "may_be_missed": row.status == AppointmentStatus.BOOKED and at > row.slot.starts_at,
        "log": _log_of(row.case_ref),
    }
    return page(request, "hospitals/appointment.html", context)


@dataclass(frozen=True)
class LogStep:
    """One line of 经过."""

    at: datetime
    words: Any
    who: str
    reason: str


def _log_of(case_ref: UUID) -> list[LogStep]:
    """Return what happened here; an arrival is one act, though the appointment and the arrival both note it."""
    rows = audit.timeline(case_ref).filter(verb__in=[*STEP_WORDS]).exclude(verb="appointment.arrived")
    return [LogStep(row.at, STEP_WORDS[row.verb], row.actor_label, said(row.reason)) for row in rows]


def _person(row: Any, about: str, need: Any) -> dict[str, Any]:
    return {
        "name": row.name,
        "about": about,
        "need": need,
        "zone": row.zone_class,
        "id_masked": f"**************{row.id_last4}" if row.id_last4 else "",
        "phone": row.phone,
    }


@require_safe
@for_roles(*INTAKE_ROLES)
def intake(request: ActorRequest, intake_id: UUID) -> HttpResponse:
    """Show one arrival with every step that can follow."""
    row = selectors.intake_for(actor_of(request), intake_id)
    return page(request, "hospitals/intake.html", intake_context(row))


def intake_context(row: Intake, **forms: Any) -> dict[str, Any]:
    """Gather the page of one arrival; `forms` replaces a form that came back with errors."""
    at = clock.now()
    known = selectors.limits(row.facility_id, at=at)
    patient = selectors.patient_of(row, at=at, known=known)
    booked = row.card
    person = _person(booked, patient.about, patient.need) if booked else {"name": row.label, "about": row.note}
    return {
        "row": patient,
        "intake": row,
        "person": person,
        "steps": selectors.allowed_steps(row),
        "is_stranger": names.UNKNOWN in row.label or (row.is_walk_in and row.person_key is None),
        "can_undo": selectors.can_undo(row, at=at, within=known.undo),
        "log": _log_of(row.case_ref),
        "total_s": int(known.hand_over.total_seconds()),
        "warn_s": int(known.hand_over_amber.total_seconds()),
        "describe_form": DescribeForm(record=row),
        "transfer_form": TransferForm(houses=selectors.houses_for(row)),
        "handing": selectors.transfer_of(row, at=at),
        "note_form": NoteForm(),
        "sample_form": SampleForm(),
        **forms,
    }
