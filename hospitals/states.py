"""Appointment (FHIR codes), intake, and service status."""

from datetime import datetime
from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.states import Machine


class AppointmentStatus(models.TextChoices):
    """FHIR R4 appointment codes; proposed only for a guest beyond the published capacity, whom nothing books yet."""

    PROPOSED = "proposed", _("等医院回")
    BOOKED = "booked", _("已约")
    ARRIVED = "arrived", _("已到院")
    FULFILLED = "fulfilled", _("已治疗")
    CANCELLED = "cancelled", _("已取消")
    NOSHOW = "noshow", _("没来")


APPOINTMENT = Machine(
    name="appointment",
    statuses=AppointmentStatus,
    start=(AppointmentStatus.PROPOSED, AppointmentStatus.BOOKED),
    table={
        AppointmentStatus.PROPOSED: (AppointmentStatus.BOOKED, AppointmentStatus.CANCELLED),
        AppointmentStatus.BOOKED: (AppointmentStatus.ARRIVED, AppointmentStatus.CANCELLED, AppointmentStatus.NOSHOW),
        # back to booked and back to arrived are only the desk's 撤回 of a wrong press
        AppointmentStatus.ARRIVED: (
            AppointmentStatus.FULFILLED,
            AppointmentStatus.CANCELLED,
            AppointmentStatus.BOOKED,
        ),
        AppointmentStatus.FULFILLED: (AppointmentStatus.ARRIVED,),
        AppointmentStatus.NOSHOW: (AppointmentStatus.ARRIVED,),  # who stands there has come: the fact wins
    },
)


class MachineClass(models.TextChoices):
    """Whose haemodialysis machines are kept apart (E20); known to the register and the hospital alone."""

    HBV = "HBV", _("乙肝专机")
    HCV = "HCV", _("丙肝专机")


class IntakeStatus(models.TextChoices):
    """From the door to the way out. There is no refused (R-002-3d)."""

    ARRIVED = "arrived", _("交接中")
    IN_TREATMENT = "in_treatment", _("治疗中")
    RELEASED = "released", _("治疗结束")
    ADMITTED = "admitted", _("住院了")
    TRANSFERRED = "transferred", _("转院了")
    DIED = "died", _("去世")
    WITHDRAWN = "withdrawn", _("按错撤回")


class DeskStep(StrEnum):
    """A press at the desk that can be taken back while it is the newest; read from the stamps, in no column."""

    ARRIVED = "arrived"
    HANDED_OVER = "handed_over"
    TREATMENT = "treatment"
    ENDED = "ended"


INSIDE = (IntakeStatus.ARRIVED, IntakeStatus.IN_TREATMENT)
ENDED = (IntakeStatus.RELEASED, IntakeStatus.ADMITTED, IntakeStatus.TRANSFERRED, IntakeStatus.DIED)
KEPT = (IntakeStatus.ADMITTED, IntakeStatus.DIED)  # nobody is brought home from here
FINAL = (*KEPT, IntakeStatus.TRANSFERRED)  # ends that this desk cannot take back

# the way of a patient through the house; 撤回 of a wrong press walks one step back within minutes, except from an
# end that closes the case. Whoever was handed on stands here again only when the other house takes its arrival back.
INTAKE_STEPS: dict[str, tuple[str, ...]] = {
    IntakeStatus.ARRIVED: (IntakeStatus.IN_TREATMENT, *FINAL),
    IntakeStatus.IN_TREATMENT: ENDED,
}
INTAKE_UNDO: dict[str, tuple[str, ...]] = {
    IntakeStatus.ARRIVED: (IntakeStatus.WITHDRAWN,),
    IntakeStatus.WITHDRAWN: (IntakeStatus.ARRIVED,),
    IntakeStatus.IN_TREATMENT: (IntakeStatus.ARRIVED,),
    IntakeStatus.RELEASED: (IntakeStatus.IN_TREATMENT,),
    IntakeStatus.TRANSFERRED: (IntakeStatus.IN_TREATMENT, IntakeStatus.ARRIVED),
}
INTAKE = Machine(
    name="intake",
    statuses=IntakeStatus,
    start=(IntakeStatus.ARRIVED,),
    table={
        status: INTAKE_STEPS.get(status, ()) + INTAKE_UNDO.get(status, ())
        for status in (*INSIDE, *ENDED, IntakeStatus.WITHDRAWN)
    },
)


class TransferStatus(models.TextChoices):
    """A patient handed from one house to another. There is no refused (R-002-3d): who cannot, names who can."""

    ASKED = "asked", _("等对方答复")
    ACCEPTED = "accepted", _("对方答应接")
    PASSED_ON = "passed_on", _("转问别家了")
    RECEIVED = "received", _("对方已接到")
    WITHDRAWN = "withdrawn", _("不转了")


TRANSFER_OPEN = (TransferStatus.ASKED, TransferStatus.ACCEPTED)
TRANSFER = Machine(
    name="transfer",
    statuses=TransferStatus,
    start=TRANSFER_OPEN,  # a word given on the telephone is an acceptance from the start
    table={
        TransferStatus.ASKED: (
            TransferStatus.ACCEPTED,
            TransferStatus.PASSED_ON,
            TransferStatus.RECEIVED,
            TransferStatus.WITHDRAWN,
        ),
        TransferStatus.ACCEPTED: (TransferStatus.PASSED_ON, TransferStatus.RECEIVED, TransferStatus.WITHDRAWN),
        # back to accepted: the arrival there was pressed by mistake, or the car had left before the word came
        TransferStatus.RECEIVED: (TransferStatus.ACCEPTED,),
        TransferStatus.WITHDRAWN: (TransferStatus.ACCEPTED,),
        TransferStatus.PASSED_ON: (TransferStatus.ACCEPTED,),
    },
)


class TransferReason(models.TextChoices):
    """What the first house lacks for this patient."""

    TECHNIQUE = "technique", _("这里做不了这项治疗")
    BED = "bed", _("没有床位")
    EQUIPMENT = "equipment", _("缺设备")
    ISOLATION = "isolation", _("要去定点或隔离病房")
    OTHER = "other", _("其他")


class SampleResult(models.TextChoices):
    """What a test done here found; it decides the way inside, never whether somebody is treated (R-002-4a)."""

    NEGATIVE = "negative", _("阴性")
    POSITIVE = "positive", _("阳性")
    SUSPECTED = "suspected", _("异常，待复核")


class ServiceStatus(models.TextChoices):
    """Whether a service receives."""

    OPEN = "open", _("开")
    LIMITED = "limited", _("限")
    DIVERTING = "diverting", _("分流")
    CLOSED = "closed", _("停")


_ALL = tuple(ServiceStatus)
SERVICE = Machine(
    name="service",
    statuses=ServiceStatus,
    start=(ServiceStatus.OPEN,),
    table={status: tuple(other for other in _ALL if other != status) for status in _ALL},
)


SHUT = (ServiceStatus.CLOSED, ServiceStatus.DIVERTING)


def is_shut(status: str, until: datetime | None, at: datetime) -> bool:
    """Say whether a service does not receive at a time; silence past its end never keeps it closed (R-002-7d)."""
    return status in SHUT and (until is None or at < until)


def is_barred(status: str, until: datetime | None, at: datetime, *, is_critical: bool) -> bool:
    """Say whether a closure bars somebody: by hand and by engine the same, and never the critical (R-002-3d)."""
    return is_shut(status, until, at) and not is_critical


class ZoneRole(models.TextChoices):
    """Whom a facility receives under the zone rule (R-002-1a to 1d)."""

    ORDINARY = "ordinary", _("普通")
    YELLOW = "yellow_code", _("黄码医院")
    DESIGNATED = "designated", _("定点医院")
    FANGCANG = "fangcang", _("方舱医院")
    NONE = "none", _("不接诊")
