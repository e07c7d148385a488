"""What a test done in the house found, while care goes on (R-002-4a, 4.6)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core import audit, outbox
from core.actors import Actor
from core.errors import Invalid
from hospitals import policies
from hospitals.events import IntakeSampled
from hospitals.models import Intake
from hospitals.services import telling
from hospitals.states import SampleResult


@transaction.atomic
def note_sample(intake: Intake, *, result: str, by: Actor, at: datetime) -> None:
    """Write a result down; the fact goes up, so that the way home is of the class it makes (E1).

    Raises Invalid for an unknown result.
    """
    policies.check_receive(by, intake.facility_id)
    if result not in SampleResult.values:
        raise Invalid("intake.sample", _("请选一个结果。"), field="result")
    intake.sample_result, intake.sample_at = SampleResult(result), at
    Intake.objects.filter(pk=intake.pk).update(sample_result=result, sample_at=at)
    audit.record("intake.sampled", intake, by=by, at=at, detail={"result": result})
    outbox.put(IntakeSampled(case_ref=intake.case_ref, at=at, result=result))
    telling.touch(intake)
