"""Who a patient is, once somebody recognised them: the desk's rows follow."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from core import audit
from core.actors import Actor
from hospitals.cards import PatientCard
from hospitals.models import Appointment, Intake
from hospitals.services import telling


@transaction.atomic
def put_person(case_ref: UUID, *, card: PatientCard, by: Actor, at: datetime) -> None:
    """Write the person onto a case's appointment and arrival; what was done for them stays as it is."""
    for row in Appointment.objects.live().filter(case_ref=case_ref):
        row.person_key, row.name, row.sex, row.birth_date = card.person_key, card.name, card.sex, card.birth_date
        row.id_last4, row.mobility, row.needs_oxygen = card.id_last4, card.mobility, card.needs_oxygen
        row.party_size = card.party_size
        row.phone = card.phone  # sealed anew: the key belongs to the person
        row.version += 1
        fields = ["person_key", "name", "sex", "birth_date", "id_last4", "mobility", "needs_oxygen", "party_size"]
        row.save(update_fields=[*fields, "phone_sealed", "version"])
        audit.record("appointment.named", row, by=by, at=at)
        telling.touch(row)
    for intake in Intake.objects.filter(case_ref=case_ref):
        Intake.objects.filter(pk=intake.pk).update(label=card.name, person_key=card.person_key)
        audit.record("intake.named", intake, by=by, at=at)
        telling.touch(intake)
