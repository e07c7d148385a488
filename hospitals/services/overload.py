"""A desk that cannot cope says so; a hand-over past its limit is reported by itself. The patient stays here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core import audit, boards
from core.actors import SWEEP, Actor
from core.errors import Invalid
from hospitals import policies
from hospitals.models import Facility, Intake, OverloadReport
from hospitals.states import INSIDE


@dataclass(frozen=True)
class Overload:
    """What a desk lacks, and what it is doing for the patient meanwhile."""

    missing: str
    doing_now: str
    intake: Intake | None = None


@transaction.atomic
def report(facility: Facility, overload: Overload, *, by: Actor, at: datetime) -> OverloadReport:
    """Report that the desk cannot cope. No arrival changes by it (R-000-8, R-002-3d).

    Raises Invalid without what is being done for the patient now.
    """
    policies.require_own(by, facility.pk)
    if not overload.doing_now.strip():
        raise Invalid("overload.doing_now", _("写一句现在给病人做着什么。"), field="doing_now")
    row = OverloadReport.objects.create(
        facility=facility,
        missing=overload.missing,
        doing_now=overload.doing_now.strip()[:300],
        intake=overload.intake,
        reported_at=at,
        reported_by=f"{by.label} {by.place_label}".strip()[:120],
    )
    case_ref = overload.intake.case_ref if overload.intake else None
    audit.record("facility.overload", row, by=by, at=at, case_ref=case_ref, detail={"missing": overload.missing})
    boards.touch(f"facility:{facility.pk}")
    return row


@transaction.atomic
def report_late_hand_overs(*, at: datetime) -> int:
    """Report every hand-over that has passed its limit, once each (INV-30, R-002-3)."""
    late = list(
        Intake.objects.select_for_update(skip_locked=True).filter(
            status__in=INSIDE, handed_over_at__isnull=True, late_reported_at__isnull=True, hand_over_due_at__lt=at
        )
    )
    for intake in late:
        Intake.objects.filter(pk=intake.pk).update(late_reported_at=at)
        audit.record("intake.late", intake, by=SWEEP, at=at)
        boards.touch(f"facility:{intake.facility_id}")
    return len(late)
