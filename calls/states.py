"""Calls for help: what they are about and how far somebody is with them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.states import Machine


class CallStatus(models.TextChoices):
    """Whether somebody has a call in hand."""

    OPEN = "open", _("还没有人接手")
    TAKEN = "taken", _("有人在办")
    ENDED = "ended", _("办完了")


CALL = Machine(
    name="call",
    statuses=CallStatus,
    start=(CallStatus.OPEN,),
    table={
        CallStatus.OPEN: (CallStatus.TAKEN, CallStatus.ENDED),
        CallStatus.TAKEN: (CallStatus.OPEN, CallStatus.ENDED),
    },
)
LIVE = (CallStatus.OPEN, CallStatus.TAKEN)
HANDLERS = ("staff", "lead", "dispatch", "command", "intake", "hospadm")  # a guard and a driver only watch


class CallKind(models.TextChoices):
    """What help is called for."""

    GATE_EMERGENCY = "gate_emergency", _("门岗紧急放行")
    UNWELL_ABOARD = "unwell_aboard", _("车上有人不舒服")
    CRITICAL_WITHOUT_CAR = "critical_without_car", _("危急病人没有救护车")
    ROADSIDE = "roadside", _("路边有人求助")
    DOOR_CLOSED = "door_closed", _("医院门口说不接")
    ON_WAY_TO_CLOSED = "on_way_to_closed", _("在路上，去的科室停了")
    OVERLOAD = "overload", _("接诊台接不动了")
    LATE_HAND_OVER = "late_hand_over", _("到院没人交接")
    TRANSFER_UNANSWERED = "transfer_unanswered", _("转院没人答复")
    PERSON_NOT_FOUND = "person_not_found", _("司机找不到人")
    LATE_CAR = "late_car", _("车要晚到")
    NO_WAY_HOME = "no_way_home", _("看完了没有车回家")
    HANDED_UP = "handed_up", _("调度台排不了，交指挥")
    OUT_AGAIN = "out_again", _("拿旧证出门了")
    VOID_PASS_RETURN = "void_pass_return", _("拿作废的通行证回来了")
    BAD_CODE = "bad_code", _("门岗扫到认不出的码，人回来了")
    PLAN_FAILED = "plan_failed", _("自动排车出错了")
    WORK_STOPPED = "work_stopped", _("后台不动了")


# a life hangs on it: these sound, and stand before the others
LOUD = frozenset(
    {
        CallKind.GATE_EMERGENCY,
        CallKind.UNWELL_ABOARD,
        CallKind.ROADSIDE,
        CallKind.CRITICAL_WITHOUT_CAR,
        CallKind.DOOR_CLOSED,
        CallKind.ON_WAY_TO_CLOSED,
        CallKind.OVERLOAD,
    }
)
# over once a hospital has received the patient
UNTIL_RECEIVED = frozenset(
    {
        CallKind.GATE_EMERGENCY,
        CallKind.UNWELL_ABOARD,
        CallKind.CRITICAL_WITHOUT_CAR,
        CallKind.DOOR_CLOSED,
        CallKind.ON_WAY_TO_CLOSED,
        CallKind.PERSON_NOT_FOUND,
        CallKind.HANDED_UP,
    }
)
# over with the case, whatever ended it. Who came home on a bad pass is looked into afterwards; a house's trouble lasts
UNTIL_OVER = UNTIL_RECEIVED | {
    CallKind.LATE_HAND_OVER,
    CallKind.TRANSFER_UNANSWERED,
    CallKind.NO_WAY_HOME,
    CallKind.OUT_AGAIN,  # with their being out, that is
}
OF_DISPATCH = frozenset({CallKind.HANDED_UP})  # dispatch cannot cope by itself
OF_THE_HOUSE = frozenset({CallKind.OVERLOAD, CallKind.LATE_HAND_OVER})  # about a hospital that cannot cope by itself
# what a post does not take up: it is about the post itself, and somebody else has to hear it (R-000-17)
NOT_OWN = {"intake": OF_THE_HOUSE, "hospadm": OF_THE_HOUSE, "dispatch": OF_DISPATCH}
