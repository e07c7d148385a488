"""Access requests, care needs, and the words both are made of."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.states import Machine
from core.vocabulary import NeedKind


class RequestStatus(models.TextChoices):
    """What was decided about a wish; where the person is, is derived (decisions.md C12)."""

    SUBMITTED = "submitted", _("已提交")
    TRIAGED = "triaged", _("已分诊")
    APPROVED = "approved", _("已核准")
    REDIRECTED_ONLINE = "redirected_online", _("转线上")
    UNMET = "unmet", _("没排上")
    CLOSED = "closed", _("已完成")
    CANCELLED = "cancelled", _("已取消")


S = RequestStatus
REQUEST = Machine(
    name="request",
    statuses=RequestStatus,
    start=(S.SUBMITTED, S.APPROVED),
    table={
        S.SUBMITTED: (S.TRIAGED, S.APPROVED, S.REDIRECTED_ONLINE, S.CANCELLED),
        S.TRIAGED: (S.APPROVED, S.REDIRECTED_ONLINE, S.CANCELLED),
        S.APPROVED: (S.CLOSED, S.UNMET, S.CANCELLED),
        S.UNMET: (S.APPROVED, S.CANCELLED),
    },
)


# what is brought to the door: fluid and refills order no trip, they stand on a list (rules.md E29)
GOODS = frozenset({NeedKind.PERITONEAL_DIALYSIS, NeedKind.CHRONIC_MEDICINE, NeedKind.CONTROLLED_MEDICINE})
# treatments on a rhythm that nobody can put off: asked for by themselves, and driven before all that can wait
FIXED = frozenset({NeedKind.DIALYSIS, NeedKind.CHEMOTHERAPY, NeedKind.RADIOTHERAPY})


class Danger(models.TextChoices):
    """The one question of 越快越好; labour is its own answer, for not every emergency room can deliver (E22)."""

    NO = "no", _("没有")
    YES = "yes", _("有，转 120")
    LABOUR = "labour", _("临产、破水或见红，转 120")


class NeedStatus(models.TextChoices):
    """Whether a need still makes requests."""

    ACTIVE = "active", _("在办")
    SUSPENDED = "suspended", _("暂停")
    ENDED = "ended", _("结束")


CARE_NEED = Machine(
    name="care_need",
    statuses=NeedStatus,
    start=(NeedStatus.ACTIVE,),
    table={
        NeedStatus.ACTIVE: (NeedStatus.SUSPENDED, NeedStatus.ENDED),
        NeedStatus.SUSPENDED: (NeedStatus.ACTIVE, NeedStatus.ENDED),
        NeedStatus.ENDED: (NeedStatus.ACTIVE,),  # taken up again
    },
)


class TransportMode(models.TextChoices):
    """How the party travels (R-002-2c, 2d, 2g)."""

    VEHICLE = "vehicle", _("派车")
    AMBULANCE = "ambulance", _("120 救护车")
    OWN_CAR = "own_car", _("自己开车")
    ON_FOOT = "on_foot", _("走着去")


class Finding(models.TextChoices):
    """What is written down: a result, or that isolation began or ended."""

    NEGATIVE = "negative", _("阴性")
    POSITIVE = "positive", _("阳性")
    SUSPECTED = "suspected", _("异常，待复核")
    ISOLATED = "isolated", _("密接，开始隔离")
    RELEASED = "released", _("解除隔离")


class CloseOutcome(models.TextChoices):
    """How a request ended."""

    HOME = "home", _("已到家")
    ADMITTED = "admitted", _("住院了")
    TRANSFERRED = "transferred", _("转到别处照顾")
    DIED = "died", _("去世")
    NOT_GONE = "not_gone", _("没有去")


class CancelReason(models.TextChoices):
    """The five reasons a cancel asks for (ui.md 8.7)."""

    PATIENT = "patient", _("本人不去了")
    DATE = "date", _("改日子")
    BETTER = "better", _("病情变化，另行安排")
    OWN_WAY = "own_way", _("自己解决了")
    MISTAKE = "mistake", _("录错了")


class NotGoneReason(models.TextChoices):
    """Why nobody went although all was arranged."""

    NO_CAR = "no_car", _("车没来")
    NOT_FOUND = "not_found", _("没找到人")
    UNWILLING = "unwilling", _("本人不肯去")
    UNWELL = "not_well", _("人不舒服，走不了")
    OTHER = "other_why", _("别的原因")


class ExcuseReason(models.TextChoices):
    """Why somebody who is due on a day need not go."""

    MOVED = "moved", _("医院改了日子")
    DONE = "was_done", _("已经做过了")
    OWN_WAY = "own_way", _("自己解决了")
    PATIENT = "patient", _("本人不去")
    MISTAKE = "mistake", _("底数记错了")


class StopReason(models.TextChoices):
    """Why the machine itself called a wish off: life went another way (rules.md 4.1)."""

    DIED = "died", _("去世")
    ADMITTED = "admitted", _("住院了")
    ISOLATED = "isolated", _("去隔离点了")
    AWAY = "away", _("不在家")
    MOVED = "moved", _("迁走")
    PAUSED = "paused", _("这项需求暂停了")
    ENDED = "ended", _("这项需求结束了")
    GOODS = "goods", _("药和透析液不用人去取")
    CHANGED = "changed", _("治疗的日子或医院改了")


STAYS_THERE = frozenset({StopReason.DIED, StopReason.ADMITTED, StopReason.ISOLATED})  # no way home is needed


class AbsenceKind(models.TextChoices):
    """Why nothing is made for somebody: where the person is instead of at home."""

    ADMITTED = "admitted", _("住院了")
    ISOLATED = "isolated", _("去隔离点了")
    AWAY = "away", _("不在家")
    DIED = "died", _("去世")
    MOVED = "moved", _("迁走")


FOR_GOOD = frozenset({AbsenceKind.DIED, AbsenceKind.MOVED})  # the record is put away with it


class Stage(models.TextChoices):
    """The derived stage of a journey, in the order of the way (architecture.md section 4)."""

    SUBMITTED = "submitted", _("已提交")
    APPROVED = "approved", _("待安排")
    BOOKED = "booked", _("医院约好了")
    SCHEDULED = "scheduled", _("已排好")
    EXITED = "exited", _("已出门")
    BOARDED = "boarded", _("在路上")
    ARRIVED = "arrived", _("到院")
    RELEASED = "released", _("治疗结束")
    BOARDED_BACK = "boarded_back", _("回家路上")
    ENTERED = "entered", _("已进小区门")
    CLOSED = "closed", _("已结案")
