"""What was done, in words: every verb that the audit keeps, for who reads the whole of it."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _T
from django.utils.translation import pgettext_lazy

from core.states import Machine

# what moves by a machine of its own: its noun stands before the state it came to
NOUNS: dict[str, Any] = {
    "appointment": _T("预约"),
    "call": _T("求助"),
    "care_need": _T("就医需求"),
    "gate_pass": _T("通行证"),
    "intake": _T("到院的人"),
    "planning": _T("排车方案"),
    "request": _T("出行申请"),
    "run": _T("趟次"),
    "service": _T("科室"),
    "transfer": _T("转院"),
    "trip": _T("行程"),
    "vehicle": _T("车"),
}
DEEDS: dict[str, Any] = {
    "appointment.at_door": _T("司机说车到门口了"),
    "appointment.booked": _T("约好医院"),
    "appointment.came_after_all": _T("记了没来，人后来到了"),
    "appointment.critical": _T("路上转成急危重症"),
    "appointment.door_undone": _T("司机撤回：车还没到门口"),
    "appointment.named": _T("写上是谁"),
    "appointment.reclassed": _T("防护级别变了"),
    "appointment.ride": _T("车有更新"),
    "appointment.undone": _T("撤回上一步"),
    "call.climbed": _T("求助没人接手，升级"),
    "call.ended": _T("求助办完了"),
    "call.handed_back": _T("求助放回去，等人接手"),
    "call.put_back": _T("求助放回去，等人接手"),
    "call.raised": _T("报了求助"),
    "call.raised_anew": _T("又报了一次求助"),
    "call.taken": _T("接手求助"),
    "call.taker_left": _T("求助放回去，等人接手"),
    "call.told_more": _T("求助补了情况"),
    "city.load": _T("导入城市资料"),
    "engine.switch": _T("改了自动排车的开关"),
    "facility.confirmed": _T("确认各科室都没变"),
    "facility.overload": _T("上报接不动"),
    "gate.marks_called_in": _T("作废门岗旧手机"),
    "intake.arrived": _T("到院"),
    "intake.at_door": _T("司机说车到门口了"),
    "intake.described": _T("补了情况"),
    "intake.handed_over": _T("交接完成"),
    "intake.late": _T("交接超时，已上报"),
    "intake.left": _T("离院"),
    "intake.named": _T("写上是谁"),
    "intake.sampled": _T("记下检测结果"),
    "intake.undone": _T("撤回上一步"),
    "intake.walk_in": _T("没有登记，先接收"),
    "need.add": _T("添了就医需求"),
    "need.change": _T("改了就医需求"),
    "need.excuse_undone": _T("撤回“今天不去”"),
    "need.excused": _T("说今天不去"),
    "pass.issue": _T("发通行证"),
    "pass.move_window": _T("通行证改时间"),
    "pass.named": _T("通行证写上是谁"),
    "pass.replace": _T("换发通行证"),
    "pass.revoke": _T("通行证作废"),
    "pass.set_ride": _T("通行证写上车"),
    "request.arranged": _T("自动排好医院和车"),
    "request.close": _T("结案"),
    "request.door_closed": _T("报：医院门口说不接"),
    "request.hand_closing": _T("说明人已不在外面"),
    "request.identified": _T("认出是谁，归到本人名下"),
    "request.identity_undone": _T("撤回认人"),
    "request.lower_critical": _T("撤回急危重症"),
    "request.make_critical": _T("升为急危重症，转 120"),
    "request.note_detail": _T("紧急放行补了情况"),
    "request.placed": _T("排好了医院和车"),
    "request.reclassed": _T("小区的管控区变了，按新的走"),
    "request.return_dropped": _T("不用送回家了"),
    "request.say_home": _T("人工确认已到家"),
    "request.say_not_gone": _T("说没有去"),
    "request.stop": _T("不用去了，系统取消"),
    "request.stranger_described": _T("写了怎么认、送到哪"),
    "request.submit": pgettext_lazy("done", "提交申请"),
    "request.handed_up": _T("排不了，交给指挥"),
    "request.take_up": _T("门口或接诊台先办了，系统补单"),
    "request.undo_not_gone": _T("撤回“没有去”"),
    "request.undo_say_home": _T("撤回“已到家”"),
    "request.unplaced": _T("撤回了安排"),
    "resident.absent": _T("记居民不在家"),
    "resident.archive": _T("归档居民"),
    "resident.back": _T("记居民回来了"),
    "resident.looked_up": _T("在名册里找人"),
    "resident.mark_checked": _T("标为已核对"),
    "resident.note_result": _T("记下检测结果"),
    "resident.register": _T("登记居民"),
    "resident.restore": _T("居民放回名单"),
    "resident.reveal_id": _T("查看证件全号"),
    "resident.update": _T("改了居民资料"),
    "return.placed": _T("排好了返程车"),
    "rulebook.change": _T("改了规则"),
    "run.change_read": _T("司机看过改动"),
    "run.disinfected": _T("车已消毒"),
    "run.emergency": _T("车上有人不舒服"),
    "run.leaves": _T("改了出发时间"),
    "run.offered": _T("派车"),
    "run.reclassed": _T("防护级别变了"),
    "run.replaced": _T("司机没回音，换车"),
    "run.roadside": _T("替路边的人求助"),
    "run.soiled": _T("车用过要消毒"),
    "scan.asked": _T("门岗问社区"),
    "scan.checked": _T("门岗核对过，放行"),
    "scan.emergency": _T("门岗紧急放行"),
    "scan.emergency_detail": _T("紧急放行补了情况"),
    "scan.let_in": _T("进小区门"),
    "scan.let_out": _T("出小区门"),
    "scan.quarantine": _T("同一次扫码内容不一样，另存"),
    "scan.turned": _T("门岗没放行，先核对"),
    "scan.undo": _T("撤回上一步"),
    "service.confirmed": _T("确认各科室都没变"),
    "service.machines": _T("改了透析专机数"),
    "shift.added": _T("加了当班"),
    "shift.ended": _T("当班结束"),
    "slot.capacity": _T("改了名额"),
    "stop.arrived": _T("车到了停靠点"),
    "stop.door_closed": _T("司机报：医院门口说不接"),
    "stop.late": _T("司机说会晚到"),
    "stop.nobody_yet": _T("司机找不到人"),
    "stop.undone": _T("撤回上一步"),
    "transfer.accepted_by_phone": _T("别的医院电话里答应接"),
    "transfer.asked": _T("问别的医院接不接"),
    "transfer.at_door": _T("司机说车到门口了"),
    "transfer.door_undone": _T("司机撤回：车还没到门口"),
    "transfer.left": _T("上了转院的车"),
    "transfer.placed": _T("排好了转院的车"),
    "stranded.placed": _T("排好了去坏车旁接人的车"),
    "transfer.ride": _T("车有更新"),
    "transfer.under_way": _T("转院的车出发了"),
    "transfer.undone": _T("撤回上一步"),
    "trip.boarding_undone": _T("撤回上车"),
    "trip.called": _T("叫返程车"),
    "trip.contact": _T("同车的人防护级别变了，请留意自己的情况"),
    "trip.emergency": _T("车上有人不舒服"),
    "trip.left_behind": _T("车先走了，另留一辆"),
    "trip.named": _T("写上是谁"),
    "trip.opened": _T("开了一段行程"),
    "trip.phone_given": _T("司机打给家属"),
    "trip.reclassed": _T("防护级别变了"),
    "trip.remeasured": _T("出行方式改了"),
    "trip.reserved": _T("预留返程车"),
    "trip.taken_off": _T("行程从这辆车上拿下"),
    "user.choose_password": _T("自己定了密码"),
    "user.create": _T("开了账号"),
    "user.grant_role": _T("给了岗位"),
    "vehicle.status": _T("停用或启用车辆"),
    "work.stopped": _T("后台停了"),
    "zone.change": _T("改了管控区"),
    "zone.lift": _T("取消一栋楼单独的管控区"),
}


def machine_of(model: str) -> Machine | None:
    """Return the machine by which rows of a model move; None for a model without one, or one that is gone."""
    try:
        found: Machine | None = getattr(apps.get_model(model), "MACHINE", None)
    except (LookupError, ValueError):
        return None
    return found


def deed(verb: str, model: str = "") -> str:
    """Say in words what was done; a move without words of its own by what moved and what it came to."""
    if verb in DEEDS:
        return str(DEEDS[verb])
    noun, _dot, state = verb.partition(".")
    if noun not in NOUNS or not state:
        return _("别的动作")
    return f"{NOUNS[noun]}：{status(state, model)}"


def status(code: str, model: str) -> str:
    """Say a status of a model in words; nothing for none."""
    machine = machine_of(model)
    labels = dict(machine.statuses.choices) if machine else {}
    return str(labels.get(code, code))
