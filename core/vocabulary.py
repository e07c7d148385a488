"""The words every layer shares, each once: who acts, where, what care is for, how somebody travels.

No tables stand here. An app's own statuses stand in its `states.py`; `docs/reference/glossary.md` says each word in
both languages.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

CHINA = ZoneInfo("Asia/Shanghai")


class Role(TextChoices):
    """What a post lets its holder do: the columns of the authorisation table."""

    STAFF = "staff", _("社区工作人员")
    LEAD = "lead", _("社区负责人")
    GUARD = "guard", _("门岗")
    DRIVER = "driver", _("司机")
    DISPATCH = "dispatch", _("调度员")
    INTAKE = "intake", _("接诊台")
    HOSPADM = "hospadm", _("医院管理")
    COMMAND = "command", _("指挥")
    AUDITOR = "auditor", _("审计")
    SYSADMIN = "sysadmin", _("管理员")


class PlaceKind(TextChoices):
    """What kind of place a code names: a post's, or an end of a trip."""

    COMMUNITY = "community", _("社区")
    GATE = "gate", _("门")
    FLEET = "fleet", _("车队")
    DISPATCH_AREA = "dispatch_area", _("调度片区")
    FACILITY = "facility", _("医疗机构")
    STREET = "street", _("街道")
    DISTRICT = "district", _("区县")
    CITY = "city", _("全市")


class ZoneClass(TextChoices):
    """What a zone lets its people do, strictest first (R-000-4)."""

    SEALED = "sealed", _("封控区")
    CONTROLLED = "controlled", _("管控区")
    PRECAUTIONARY = "precautionary", _("防范区")


class Precaution(TextChoices):
    """What a test or a contact makes of somebody: it decides car, hospital and way inside, never whether (R-000-7)."""

    POSITIVE = "positive", _("阳性")
    SUSPECTED = "suspected", _("待复核")
    ISOLATED = "isolated", _("密接，隔离中")


# who needs a car that takes the positive and a designated house; whoever is isolated needs a closed loop alone
INFECTIOUS = frozenset({Precaution.POSITIVE, Precaution.SUSPECTED})


class Mobility(TextChoices):
    """How a rider moves (decisions.md B9)."""

    WALK = "walk", _("能走路")
    ASSISTED = "assisted", _("要人扶")
    WHEELCHAIR = "wheelchair", _("坐轮椅")
    STRETCHER = "stretcher", _("躺担架")


class TreatmentShift(TextChoices):
    """The shift of a machine or a chair in a house; a quarter hour has none."""

    MORNING = "AM", _("上午班")
    AFTERNOON = "PM", _("下午班")
    EVENING = "EVE", _("晚班")


class NeedKind(TextChoices):
    """Why care is due (decisions.md B9)."""

    DIALYSIS = "dialysis", _("血液透析")
    PERITONEAL_DIALYSIS = "peritoneal_dialysis", _("腹膜透析")
    CHEMOTHERAPY = "chemotherapy", _("化疗")
    RADIOTHERAPY = "radiotherapy", _("放疗")
    PICC_CARE = "picc_care", _("PICC 护理")
    PREGNANCY = "pregnancy", _("孕产检查")
    POSTPARTUM = "postpartum", _("产后复查")
    NEWBORN = "newborn", _("新生儿")
    CHILD_CHRONIC = "child_chronic", _("儿童慢病")
    SEVERE_MENTAL_ILLNESS = "severe_mental_illness", _("严重精神障碍")
    CHRONIC_MEDICINE = "chronic_medicine", _("慢病用药")
    CONTROLLED_MEDICINE = "controlled_medicine", _("管制药品")
    HOME_NURSING = "home_nursing", _("居家护理")
    OUTPATIENT = "outpatient", _("看门诊、复诊")
    EMERGENCY = "emergency", _("急诊")


class ServiceKind(TextChoices):
    """What a house offers, in the order a desk reads it: emergency, care on fixed days, then the rest."""

    EMERGENCY = "emergency", _("急诊")
    FEVER_CLINIC = "fever_clinic", _("发热门诊")
    HEMODIALYSIS = "hemodialysis", _("血液透析")
    CHEMOTHERAPY = "chemotherapy", _("化疗")
    RADIOTHERAPY = "radiotherapy", _("放疗")
    OBSTETRICS = "obstetrics", _("产科")
    NEONATAL = "neonatal", _("新生儿科")
    SURGERY = "surgery", _("手术")
    ICU = "icu", _("重症监护")
    NEPHROLOGY = "nephrology", _("肾内科")
    ONCOLOGY = "oncology", _("肿瘤科")
    PICC_CARE = "picc_care", _("PICC 护理")
    ANTENATAL = "antenatal", _("产检")
    PAEDIATRICS = "paediatrics", _("儿科")
    INTERNAL = "internal", _("内科")
    PSYCHIATRY = "psychiatry", _("精神科")
    TCM = "tcm", _("中医")
    IMAGING = "imaging", _("影像检查")
    PHARMACY = "pharmacy", _("药房")
    INFECTIOUS = "infectious", _("传染科")
    INFECTIOUS_MILD = "infectious_mild", _("轻症收治")
    INTERNET_HOSPITAL = "internet_hospital", _("互联网医院")
    MATERNAL_CRITICAL_TEAM = "maternal_critical_team", _("危重孕产妇救治")
    EMS_DISPATCH = "ems_dispatch", _("急救调度")
    BUFFER = "buffer", _("急诊缓冲床")
    DIRECT = "direct", _("急送直达")


class ScheduleKind(StrEnum):
    """On which rhythm a need comes round; a page says the days themselves."""

    WEEKLY = "weekly"
    TWO_WEEKLY = "two_weekly"
    CYCLE = "cycle"
    DATE = "date"
    REFILL = "refill"
    NONE = "none"


class CarePriority(StrEnum):
    """All that a trip knows of why it is made: treatment with its own hour, an emergency, or what can wait."""

    FIXED = "fixed"
    URGENT = "urgent"
    ROUTINE = "routine"


# need kind → the service a facility must offer; the first is the roster's own word
SERVICE_OF: dict[str, ServiceKind] = {
    NeedKind.DIALYSIS: ServiceKind.HEMODIALYSIS,
    NeedKind.PERITONEAL_DIALYSIS: ServiceKind.NEPHROLOGY,
    NeedKind.CHEMOTHERAPY: ServiceKind.CHEMOTHERAPY,
    NeedKind.RADIOTHERAPY: ServiceKind.RADIOTHERAPY,
    NeedKind.PICC_CARE: ServiceKind.PICC_CARE,
    NeedKind.PREGNANCY: ServiceKind.ANTENATAL,
    NeedKind.POSTPARTUM: ServiceKind.OBSTETRICS,
    NeedKind.NEWBORN: ServiceKind.NEONATAL,
    NeedKind.CHILD_CHRONIC: ServiceKind.PAEDIATRICS,
    NeedKind.SEVERE_MENTAL_ILLNESS: ServiceKind.PSYCHIATRY,
    NeedKind.CHRONIC_MEDICINE: ServiceKind.PHARMACY,
    NeedKind.CONTROLLED_MEDICINE: ServiceKind.PHARMACY,
    NeedKind.HOME_NURSING: ServiceKind.INTERNAL,
    NeedKind.OUTPATIENT: ServiceKind.INTERNAL,
    NeedKind.EMERGENCY: ServiceKind.EMERGENCY,
}


def hhmm(at: datetime | None) -> str:
    """Say a time as people in China read it: 12:42; "" for none."""
    return at.astimezone(CHINA).strftime("%H:%M") if at else ""


def car_label(plate: str, driver: str) -> str:
    """Name a car and who drives it, as every page does: 辽F12345 张师傅; one alone where the other is not known."""
    return " ".join(filter(None, (plate, driver)))
