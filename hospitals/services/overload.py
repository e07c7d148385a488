"""A desk that cannot cope says so; a hand-over past its limit is reported by itself. The patient stays here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from calls.models import OpenCall
from calls.selectors import ended_by_hand
from calls.services.calls import Trouble
from calls.states import CallKind
from communities.services import calling
from core import audit, boards
from core.actors import SWEEP, Actor
from core.errors import Invalid
from core.stored import in_chinese, stored
from hospitals import policies
from hospitals.models import Facility, Intake, OverloadReport
from hospitals.services import arriving, telling
from hospitals.services.door import receive_unattended
from hospitals.states import INSIDE
from hospitals.words import MISSING_WORDS

OVERLOADED = stored("缺%(missing)s。现在：%(doing)s")


@dataclass(frozen=True)
class Overload:
    """What a desk lacks, and what it is doing for the patient meanwhile."""

    missing: str
    doing_now: str
    intake: Intake | None = None


@transaction.atomic
def report(facility: Facility, overload: Overload, *, by: Actor, at: datetime) -> OpenCall:
    """Report that the desk cannot cope, and call for help; return the call. No arrival changes by it (R-000-8,
    R-002-3d).

    Raises Invalid without what is being done for the patient now.
    """
    policies.check_receive(by, facility.pk)
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
    trouble = Trouble(
        CallKind.OVERLOAD,
        subject=facility.pk,
        place=facility.name,
        note=OVERLOADED % {"missing": in_chinese(MISSING_WORDS.get(row.missing, row.missing)), "doing": row.doing_now},
        phone=facility.phone,
        case_ref=case_ref,
    )
    boards.touch(f"facility:{facility.pk}")
    scene = calling.scene_of_facility(facility.pk, division=facility.division_code)
    return calling.call_for_help(trouble, scene=scene, by=by, at=at)


@transaction.atomic
def report_late_hand_overs(*, at: datetime) -> int:
    """Report every hand-over that has passed its limit, also of who stands at the door (INV-30, R-002-3).

    Where a person ended the call and nobody has taken over since, command is called again after a while. Returns how
    many are new.
    """
    receive_unattended(at=at)
    late = Intake.objects.filter(status__in=INSIDE, handed_over_at__isnull=True, hand_over_due_at__lt=at)
    wanted = late.filter(Q(late_reported_at__isnull=True) | Q(pk__in=_unheard(late, at=at)))
    rows = list(wanted.select_related("facility").select_for_update(of=("self",), skip_locked=True))
    new = [intake for intake in rows if intake.late_reported_at is None]
    for intake in new:
        Intake.objects.filter(pk=intake.pk).update(late_reported_at=at)
        audit.record("intake.late", intake, by=SWEEP, at=at)
        telling.touch(intake)
    for intake in rows:
        arriving.call_late(intake, by=SWEEP, at=at)
    return len(new)


def _unheard(late: QuerySet[Intake], *, at: datetime) -> list[str]:
    """Return those reported before about whom no call lives, nor one that a person ended lately."""
    reported = [str(pk) for pk in late.filter(late_reported_at__isnull=False).values_list("pk", flat=True)]
    if not reported:
        return []
    kind = CallKind.LATE_HAND_OVER
    live = OpenCall.objects.live().filter(kind=kind, subject__in=reported).values_list("subject", flat=True)
    known = set(live) | ended_by_hand(kind, reported, at=at)
    return [pk for pk in reported if pk not in known]
