"""Who a patient is, once somebody recognised them: the desk's rows follow."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F

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
        row.id_last4 = card.id_last4
        row.phone = card.phone  # sealed anew: the key belongs to the person
        row.version += 1
        fields = ["person_key", "name", "sex", "birth_date", "id_last4", "phone_sealed", "version"]
        row.save(update_fields=fields)
        audit.record("appointment.named", row, by=by, at=at)
        telling.touch(row)
    for intake in Intake.objects.filter(case_ref=case_ref):
        Intake.objects.filter(pk=intake.pk).update(label=card.name, person_key=card.person_key)
        audit.record("intake.named", intake, by=by, at=at)
        telling.touch(intake)


@transaction.atomic
def put_phone(case_refs: Iterable[UUID], *, phone: str) -> None:
    """Write a corrected telephone number on the live appointments of a person's cases."""
    for row in Appointment.objects.live().filter(case_ref__in=case_refs):
        row.phone = phone
        Appointment.objects.filter(pk=row.pk).update(phone_sealed=row.phone_sealed, version=F("version") + 1)
        telling.touch(row)
