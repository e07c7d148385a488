"""What happened to a case, in sentences, from the record of who did what."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from calls.states import CallKind
from communities.words import why
from core import audit
from core.models import AuditEvent
from core.phrases import label
from core.stored import said
from core.vocabulary import Role

# verb → what happened; verbs that say nothing to a community are not listed
WORDS: dict[str, Any] = {
    "request.submit": pgettext_lazy("done", "提交申请"),
    "request.take_up": _("门口或接诊台先办了，系统补单"),
    "request.approved": pgettext_lazy("done", "核准"),
    "request.placed": _("排好了医院和车"),
    "request.unplaced": _("撤回了安排"),
    "request.handed_up": _("排不了，交给指挥"),
    "request.make_critical": _("升为急危重症，转 120"),
    "request.reclassed": _("小区的管控区变了，按新的走"),
    "request.identified": _("认出是谁，归到本人名下"),
    "request.identity_undone": _("撤回认人"),
    "trip.contact": _("同车的人防护级别变了，请留意自己的情况"),
    "request.lower_critical": _("撤回急危重症"),
    "request.cancelled": _("取消"),
    "request.stop": _("不用去了，系统取消"),
    "request.return_dropped": _("不用送回家了"),
    "request.stranger_described": _("写了怎么认、送到哪"),
    "request.say_home": _("人工确认已到家"),
    "request.undo_say_home": _("撤回“已到家”"),
    "request.say_not_gone": _("说没有去"),
    "request.undo_not_gone": _("撤回“没有去”"),
    "request.hand_closing": _("说明人已不在外面"),
    "request.close": _("结案"),
    "request.closed": _("结案"),
    "request.unmet": _("没排上"),
    "pass.issue": _("发通行证"),
    "pass.revoke": _("通行证作废"),
    "pass.move_window": _("通行证改时间"),
    "scan.let_out": _("出小区门"),
    "scan.let_in": _("进小区门"),
    "scan.checked": _("门岗核对过，放行"),
    "scan.emergency": _("门岗紧急放行"),
    "call.raised": _("报了求助"),
    "call.taken": _("接手求助"),
    "call.put_back": _("求助放回去，等人接手"),
    "call.handed_back": _("求助放回去，等人接手"),
    "call.taker_left": _("求助放回去，等人接手"),
    "call.ended": _("求助办完了"),
    "appointment.booked": _("约好医院"),
    "appointment.cancelled": _("退号"),
    "appointment.at_door": _("车到医院门口"),
    "appointment.noshow": _("没来就诊"),
    "run.offered": _("派车"),
    "run.accepted": _("司机接单"),
    "run.declined": _("司机接不了"),
    "stop.arrived": _("车到上车点"),
    "stop.nobody_yet": _("司机找不到人"),
    "stop.late": _("司机说会晚到"),
    "stop.door_closed": _("司机报：医院门口说不接"),
    "request.door_closed": _("报：医院门口说不接"),
    "trip.emergency": _("车上有人不舒服"),
    "trip.scheduled": _("排上车"),
    "trip.reserved": _("预留返程车"),
    "trip.left_behind": _("车先走了，另留一辆"),
    "trip.called": _("叫返程车"),
    "trip.on_board": _("确认上车"),
    "trip.completed": _("送到"),
    "trip.no_show": _("没接到人"),
    "trip.missed": _("车没来"),
    "trip.interrupted": _("半路中断"),
    "intake.arrived": _("到院"),
    "intake.walk_in": _("没有预约，直接到院"),
    "intake.handed_over": _("交接完成"),
    "intake.in_treatment": _("开始治疗"),
    "intake.released": _("治疗结束"),
    "intake.admitted": _("住院"),
    "intake.transferred": _("转院"),
    "transfer.asked": _("问别的医院接不接"),
    "transfer.accepted": _("别的医院答应接"),
    "transfer.accepted_by_phone": _("别的医院电话里答应接"),
    "transfer.passed_on": _("转问另一家医院"),
    "transfer.left": _("上了转院的车"),
    "transfer.received": _("别的医院接到人"),
    "transfer.withdrawn": _("不转院了"),
    "intake.died": _("去世"),
    "intake.late": _("交接超时，已上报"),
}


@dataclass(frozen=True)
class TimelineEntry:
    """One line of 经过; `times` is how often the same was done in a row, `since` when first."""

    at: datetime
    words: Any
    note: str
    who: str
    is_offline: bool
    times: int = 1
    since: datetime | None = None

    def says_the_same(self, other: TimelineEntry) -> bool:
        """Say whether another line tells the same but for its time."""
        mine = (self.words, self.note, self.who, self.is_offline)
        return mine == (other.words, other.note, other.who, other.is_offline)


def timeline(case_ref: UUID) -> list[TimelineEntry]:
    """Return what happened to a case, the latest first, what was done again and again in one line; one query."""
    rows = audit.timeline(case_ref).order_by("-at", "-id")[:200]
    return folded(
        TimelineEntry(row.at, WORDS[row.verb], _note(row), _who(row.actor_role, row.actor_label), row.offline)
        for row in rows
        if row.verb in WORDS
    )


def folded(entries: Iterable[TimelineEntry]) -> list[TimelineEntry]:
    """Put lines that tell the same one after another into one; the latest stays in front."""
    found: list[TimelineEntry] = []
    for each in entries:
        if found and found[-1].says_the_same(each):
            found[-1] = replace(found[-1], times=found[-1].times + 1, since=each.at)
        else:
            found.append(each)
    return found


def _note(row: AuditEvent) -> str:
    """Say why, in words, or of a call for help what for."""
    if row.verb == "call.raised":
        return label(CallKind, row.detail["kind"])
    return why(row.reason) if row.verb.startswith("scan.") else said(row.reason)


def _who(role: str, name: str) -> str:
    return f"{Role(role).label} {name}" if role in Role.values else name
