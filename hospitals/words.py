"""What a desk calls needs, services and mobility: names of codes that cards and city folders carry."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

NEED_WORDS: dict[str, Any] = {
    "dialysis": _("血液透析"),
    "peritoneal_dialysis": _("腹膜透析"),
    "chemotherapy": _("化疗"),
    "radiotherapy": _("放疗"),
    "picc_care": _("PICC 护理"),
    "pregnancy": _("孕产检查"),
    "postpartum": _("产后复查"),
    "newborn": _("新生儿"),
    "child_chronic": _("儿童慢病"),
    "severe_mental_illness": _("严重精神障碍"),
    "chronic_medicine": _("慢病用药"),
    "controlled_medicine": _("管制药品"),
    "home_nursing": _("居家护理"),
    "outpatient": _("看门诊、复诊"),
    "emergency": _("急诊"),
    "labour": _("临产"),
}
# what the house is careful of: which way inside, never whether (R-000-7)
PRECAUTION_WORDS: dict[str, Any] = {"positive": _("阳性"), "suspected": _("待复核"), "isolated": _("密接")}
# in the order a desk reads them: emergency first, then care on fixed days, then the rest
SERVICE_WORDS: dict[str, Any] = {
    "emergency": _("急诊"),
    "fever_clinic": _("发热门诊"),
    "hemodialysis": _("血液透析"),
    "chemotherapy": _("化疗"),
    "radiotherapy": _("放疗"),
    "obstetrics": _("产科"),
    "neonatal": _("新生儿科"),
    "surgery": _("手术"),
    "icu": _("重症监护"),
    "nephrology": _("肾内科"),
    "oncology": _("肿瘤科"),
    "picc_care": _("PICC 护理"),
    "antenatal": _("产检"),
    "paediatrics": _("儿科"),
    "internal": _("内科"),
    "psychiatry": _("精神科"),
    "tcm": _("中医"),
    "imaging": _("影像检查"),
    "pharmacy": _("药房"),
    "infectious": _("传染科"),
    "infectious_mild": _("轻症收治"),
    "internet_hospital": _("互联网医院"),
    "maternal_critical_team": _("危重孕产妇救治"),
    "ems_dispatch": _("急救调度"),
    "buffer": _("急诊缓冲床"),
    "direct": _("急送直达"),
}
# what a house must offer for a need: those that do stand first where one is asked to take a patient over
SERVICE_OF_NEED = {
    "dialysis": "hemodialysis",
    "peritoneal_dialysis": "nephrology",
    "chemotherapy": "chemotherapy",
    "radiotherapy": "radiotherapy",
    "picc_care": "picc_care",
    "pregnancy": "antenatal",
    "postpartum": "obstetrics",
    "newborn": "neonatal",
    "child_chronic": "paediatrics",
    "severe_mental_illness": "psychiatry",
    "chronic_medicine": "pharmacy",
    "controlled_medicine": "pharmacy",
    "home_nursing": "internal",
    "outpatient": "internal",
    "emergency": "emergency",
}
SERVICE_ORDER = {kind: number for number, kind in enumerate(SERVICE_WORDS)}
MOBILITY_WORDS: dict[str, Any] = {
    "walk": _("能走路"),
    "assisted": _("要人扶"),
    "wheelchair": _("坐轮椅"),
    "stretcher": _("躺担架"),
}
MISSING_WORDS: dict[str, Any] = {
    "staff": _("人手"),
    "bed": _("床位"),
    "equipment": _("设备"),
    "specialty": _("专科"),
}
SEX_WORDS: dict[str, Any] = {"F": _("女"), "M": _("男")}
SHIFT_WORDS: dict[str, Any] = {"AM": _("上午班"), "PM": _("下午班"), "EVE": _("晚班")}


def need_word(kind: str) -> Any:
    """Say a need; one that is not known yet is 待查."""
    return NEED_WORDS.get(kind, kind or _("待查"))


def service_word(kind: str) -> Any:
    """Say a service."""
    return SERVICE_WORDS.get(kind, kind)
