"""Trips and runs."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.states import Machine


class TripStatus(models.TextChoices):
    """One way for one party (decisions.md C14)."""

    WILL_CALL = "will_call", _("待召返程")
    UNSCHEDULED = "unscheduled", _("还没有车")
    SCHEDULED = "scheduled", _("已排好")
    ON_BOARD = "on_board", _("在车上")
    COMPLETED = "completed", _("已送到")
    NO_SHOW = "no_show", _("没接到人")
    MISSED = "missed", _("车没来")
    INTERRUPTED = "interrupted", _("半路中断")
    UNMET = "unmet", _("没排上")
    CANCELLED = "cancelled", _("已取消")


T = TripStatus
# 撤回 of a wrong press: nobody got in; within minutes and while nothing followed (ADR 0005)
TRIP_UNDO: dict[str, tuple[str, ...]] = {T.ON_BOARD: (T.SCHEDULED,)}
TRIP = Machine(
    name="trip",
    statuses=TripStatus,
    start=(T.UNSCHEDULED, T.WILL_CALL, T.SCHEDULED),
    table={
        T.WILL_CALL: (T.UNSCHEDULED, T.CANCELLED),
        T.UNSCHEDULED: (T.SCHEDULED, T.UNMET, T.CANCELLED),
        T.SCHEDULED: (T.ON_BOARD, T.UNSCHEDULED, T.NO_SHOW, T.MISSED, T.CANCELLED),
        T.ON_BOARD: (T.COMPLETED, T.INTERRUPTED, *TRIP_UNDO[T.ON_BOARD]),
        T.INTERRUPTED: (T.UNSCHEDULED, T.CANCELLED),
        T.MISSED: (T.UNSCHEDULED, T.CANCELLED),
        T.NO_SHOW: (T.UNSCHEDULED, T.CANCELLED),
    },
)
TRIP_LIVE = tuple(s for s in TripStatus if s not in {T.COMPLETED, T.UNMET, T.CANCELLED})


class RunStatus(models.TextChoices):
    """One outing of one vehicle and driver, empty to empty."""

    DRAFT = "draft", _("预留")
    OFFERED = "offered", _("已派，等司机接")
    ACCEPTED = "accepted", _("司机已接")
    UNDER_WAY = "under_way", _("在跑")
    COMPLETED = "completed", _("跑完了")
    DECLINED = "declined", _("司机接不了")
    ABORTED = "aborted", _("中断")
    CANCELLED = "cancelled", _("已取消")


R = RunStatus
RUN = Machine(
    name="run",
    statuses=RunStatus,
    start=(R.DRAFT, R.OFFERED),
    table={
        R.DRAFT: (R.OFFERED, R.CANCELLED),
        R.OFFERED: (R.ACCEPTED, R.DECLINED, R.CANCELLED),
        R.ACCEPTED: (R.UNDER_WAY, R.CANCELLED),
        R.UNDER_WAY: (R.COMPLETED, R.ABORTED),
    },
)
RUN_LIVE = (R.DRAFT, R.OFFERED, R.ACCEPTED, R.UNDER_WAY, R.COMPLETED)


ELSEWHERE = "other"  # the kind of a place that is neither a community nor a house: where a car broke down
# of whoever was aboard a car that broke down, until another one has them
STRANDED = (TripStatus.INTERRUPTED, TripStatus.UNSCHEDULED, TripStatus.SCHEDULED)


class TripDirection(models.TextChoices):
    """Where a trip leads."""

    OUTBOUND = "outbound", _("去程")
    INBOUND = "inbound", _("返程")
    BETWEEN = "between", _("转院")


class StopKind(models.TextChoices):
    """What happens at a stop."""

    PICKUP = "pickup", _("上车")
    DROPOFF = "dropoff", _("下车")


class VehicleClass(models.TextChoices):
    """Kinds of vehicle."""

    AMBULANCE = "ambulance", _("救护车")
    NEGATIVE_PRESSURE = "ambulance_negative_pressure", _("负压救护车")
    VOLUNTEER = "volunteer_car", _("志愿车")
    STREET_VAN = "street_van", _("街道车")
    MEDICINE_VAN = "medicine_van", _("送药车")
    WHEELCHAIR_VAN = "wheelchair_van", _("轮椅车")
    MINIBUS = "minibus", _("中巴")


AMBULANCES = frozenset({VehicleClass.AMBULANCE, VehicleClass.NEGATIVE_PRESSURE})


class VehicleStatus(models.TextChoices):
    """Whether a vehicle can be used at all."""

    AVAILABLE = "available", _("能用")
    NOT_DELIVERED = "not_yet_delivered", _("还没到位")
    QUARANTINED = "quarantined", _("隔离中")
    OFF = "off", _("停用")


_ALL = tuple(VehicleStatus)
VEHICLE = Machine(
    name="vehicle",
    statuses=VehicleStatus,
    start=_ALL,
    table={status: tuple(other for other in _ALL if other != status) for status in _ALL},
)
