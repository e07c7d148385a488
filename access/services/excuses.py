"""今天不去: said with a reason of somebody who is due today, so that nobody asks for them; and taken back."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from access import policies
from access.models import CareNeed, Excuse
from access.services import one_way
from access.states import ExcuseReason
from core import audit, boards, clock
from core.actors import Actor
from core.errors import Conflict, Invalid
from core.stored import in_chinese


@transaction.atomic
def say(need: CareNeed, *, reason: str, by: Actor, at: datetime) -> Excuse:
    """Write down why a treatment that is due today is not gone to. Said twice, the first stands."""
    policies.check_edit(by, need.resident)
    if reason not in ExcuseReason.values:
        raise Invalid("excuse.reason", _("请选一个不去的理由。"), field="reason")
    one_way.hold_resident(need.resident_id)
    found, is_new = Excuse.objects.get_or_create(
        resident=need.resident,
        need_kind=need.kind,
        day=clock.local_day(at),
        withdrawn_at=None,
        defaults={"reason": reason, "at": at, "by_key": by.key, "by_label": by.label},
    )
    if is_new:
        words = in_chinese(ExcuseReason(reason).label)
        audit.record("need.excused", need.resident, by=by, at=at, reason=words, detail={"need": str(need.pk)})
        boards.touch(f"community:{need.resident.community_id}")
    return found


@transaction.atomic
def withdraw(need: CareNeed, *, by: Actor, at: datetime) -> None:
    """Take 今天不去 back: the treatment is due again."""
    policies.check_edit(by, need.resident)
    one_way.hold_resident(need.resident_id)
    today = Excuse.objects.filter(resident=need.resident, need_kind=need.kind, day=clock.local_day(at))
    if not today.filter(withdrawn_at__isnull=True).update(withdrawn_at=at):
        raise Conflict("excuse.absent", _("没有可以撤回的“今天不去”。"))
    audit.record("need.excuse_undone", need.resident, by=by, at=at, detail={"need": str(need.pk)})
    boards.touch(f"community:{need.resident.community_id}")
