"""What a desk calls needs, services and mobility: names of codes that cards and city folders carry."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from core.vocabulary import NeedKind, Precaution, ServiceKind

NEED_WORDS: dict[str, Any] = {**dict(NeedKind.choices), "labour": _("临产")}
# what the house is careful of: which way inside, never whether (R-000-7)
PRECAUTION_WORDS: dict[str, Any] = {**dict(Precaution.choices), Precaution.ISOLATED.value: _("密接")}
SERVICE_ORDER = {kind: number for number, kind in enumerate(ServiceKind.values)}
MISSING_WORDS: dict[str, Any] = {
    "staff": _("人手"),
    "bed": _("床位"),
    "equipment": _("设备"),
    "specialty": _("专科"),
}
# what happened at a house, by the verb of the record: one for every verb this app writes
STEP_WORDS: dict[str, Any] = {
    "appointment.booked": _("约好"),
    "appointment.arrived": _("到院"),
    "appointment.cancelled": _("退号"),
    "appointment.noshow": _("没来"),
    "appointment.came_after_all": _("记了没来，人后来到了"),
    "appointment.fulfilled": _("约已用完"),
    "appointment.ride": _("车有更新"),
    "appointment.at_door": _("司机说车到门口了"),
    "appointment.door_undone": _("司机撤回：车还没到门口"),
    "appointment.critical": _("路上转成急危重症"),
    "appointment.reclassed": _("防护级别变了"),
    "appointment.named": _("写上是谁"),
    "appointment.undone": _("撤回上一步"),
    "intake.arrived": _("到院"),
    "intake.walk_in": _("没有登记，先接收"),
    "intake.at_door": _("司机说车到门口了"),
    "intake.handed_over": _("交接完成"),
    "intake.in_treatment": _("开始治疗"),
    "intake.released": _("治疗结束，叫车"),
    "intake.admitted": _("住院"),
    "intake.transferred": _("转院"),
    "intake.died": _("去世"),
    "intake.left": _("离院"),
    "intake.late": _("交接超时，已上报"),
    "intake.described": _("补了情况"),
    "intake.named": _("写上是谁"),
    "intake.sampled": _("记下检测结果"),
    "intake.undone": _("撤回上一步"),
    "facility.overload": _("上报接不动"),
    "transfer.asked": _("问别的医院接不接"),
    "transfer.accepted": _("别的医院答应接"),
    "transfer.accepted_by_phone": _("别的医院电话里答应接"),
    "transfer.passed_on": _("转问另一家医院"),
    "transfer.ride": _("转院的车有更新"),
    "transfer.left": _("上了转院的车"),
    "transfer.at_door": _("司机说到了转去的医院门口"),
    "transfer.door_undone": _("司机撤回：还没到转去的医院门口"),
    "transfer.received": _("别的医院接到人"),
    "transfer.withdrawn": _("不转院了"),
    "transfer.undone": _("撤回上一步"),
    "transfer.under_way": _("车已经接到人，照送"),
}
SEX_WORDS: dict[str, Any] = {"F": _("女"), "M": _("男")}


def need_word(kind: str) -> Any:
    """Say a need; one that is not known yet is 待查."""
    return NEED_WORDS.get(kind, kind or _("待查"))


def service_word(kind: str) -> Any:
    """Say a service."""
    return ServiceKind(kind).label if kind in ServiceKind else kind
