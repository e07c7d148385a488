"""A stranger has a home now, and perhaps a name: the way home can be planned (INV-29). Safe to run twice."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from dispatch.facts import reclass
from dispatch.facts.wake import ring_for
from dispatch.home import returns
from hospitals.models import Intake
from hospitals.states import IntakeStatus


@transaction.atomic
def identified(case_ref: UUID, *, at: datetime, request_id: str) -> None:
    """Let zone and infection of the person found decide, have a way home, and wake whoever plans."""
    reclass.follow([UUID(request_id)], at=at)
    intake = Intake.objects.where_now(case_ref)
    if intake is not None and intake.status == IntakeStatus.RELEASED:
        returns.call_back(case_ref, at=at)
    elif intake is not None:
        returns.note_arrival(case_ref, at=at)
    ring_for(case_ref)
