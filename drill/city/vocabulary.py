"""The words of a city folder: the enums' own, in Chinese and English, and what people write for them besides."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import override

from core.sheets.cells import OneOf, narrow, vocabulary
from core.vocabulary import Mobility, NeedKind, Precaution, ServiceKind, ZoneClass
from hospitals.states import MachineClass, ZoneRole
from transport.states import VehicleClass, VehicleStatus

_LANGUAGES = ("zh-hans", "en")
_DAYS = {
    day: str(number) for number, names in enumerate(("一", "二", "三", "四", "五", "六", "日天"), 1) for day in names
}


def of_choices(kinds: type[TextChoices], **besides: Sequence[str]) -> OneOf:
    """Return the vocabulary of an enum: value, labels of both languages, and the spellings named besides."""
    return _of({each.value: each.label for each in kinds}, besides)


def _of(labels: Mapping[str, str | Promise], besides: Mapping[str, Sequence[str]]) -> OneOf:
    words: dict[str, list[str]] = {word: [] for word in labels}
    for language in _LANGUAGES:
        with override(language):
            for word, label in labels.items():
                words[word].append(str(label))
    return vocabulary({word: [*known, *besides.get(word, ())] for word, known in words.items()})


def zones() -> OneOf:
    """Return the words for zone classes."""
    return of_choices(ZoneClass, sealed=("封控", "封闭区"), controlled=("管控",), precautionary=("防范",))


def needs() -> OneOf:
    """Return the words for needs; guardian_only marks a member of a household who needs nothing."""
    labels = {each.value: each.label for each in NeedKind}
    besides = {
        "dialysis": ("透析", "血透", "hemodialysis", "haemodialysis"),
        "peritoneal_dialysis": ("腹透",),
        "chemotherapy": ("化学治疗",),
        "radiotherapy": ("放射治疗",),
        "picc_care": ("PICC", "PICC维护"),
        "pregnancy": ("孕妇", "产检", "孕产妇"),
        "postpartum": ("产后",),
        "severe_mental_illness": ("重精", "严重精神病"),
        "chronic_medicine": ("慢病", "慢性病", "慢病药"),
        "controlled_medicine": ("管控药", "麻精药"),
        "home_nursing": ("居家",),
        "outpatient": ("门诊", "复诊"),
        "guardian_only": ("监护人", "只是监护人"),
    }
    return _of({**labels, "guardian_only": "只是家属"}, besides)


def services() -> OneOf:
    """Return the words for the services of a hospital."""
    primary = {
        "general_practice": "全科", "antenatal_basic": "基础产检", "family_doctor": "家庭医生",
        "home_nursing": "居家护理",
        "delivery_room": "产房", "theatre": "手术室",
    }  # fmt: skip
    besides = {"hemodialysis": ("透析", "血透"), "picc_care": ("PICC",), "icu": ("ICU",)}
    return _of({**dict(ServiceKind.choices), **primary}, besides)


def vehicle_classes() -> OneOf:
    """Return the words for kinds of vehicle."""
    return of_choices(
        VehicleClass,
        ambulance=("120", "120急救车"),
        ambulance_negative_pressure=("负压车",),
        volunteer_car=("志愿者车辆", "志愿者车"),
        street_van=("街道面包车", "面包车"),
        wheelchair_van=("无障碍车",),
        minibus=("中巴车", "大巴"),
    )


def vehicle_states() -> OneOf:
    """Return the words for whether a vehicle can be used."""
    return of_choices(VehicleStatus, available=("可用", "正常"), off=("停驶",))


def mobility() -> OneOf:
    """Return the words for how somebody moves."""
    return of_choices(Mobility, walk=("自己走", "能走"), assisted=("搀扶",), wheelchair=("轮椅",), stretcher=("担架",))


def roles() -> OneOf:
    """Return the words for whom a hospital receives."""
    return of_choices(ZoneRole, ordinary=("普通医院",), yellow_code=("黄码",), designated=("定点",), fangcang=("方舱",))


def infections() -> OneOf:
    """Return the words for what a car or a machine must know of somebody."""
    labels = {each.value: each.label for kinds in (MachineClass, Precaution) for each in kinds}
    besides = {"none": ("无", "没有", "否"), "HBV": ("乙肝",), "HCV": ("丙肝",), "isolated": ("密接", "隔离")}
    return _of({**labels, "none": "没有"}, besides)


def flags() -> OneOf:
    """Return the words for yes and no."""
    return vocabulary({"1": ("是", "yes", "y", "true", "有", "√"), "0": ("否", "no", "n", "false", "无", "没有")})


def plain_words(**words: Sequence[str]) -> OneOf:
    """Return a vocabulary that no enum names."""
    return vocabulary(words)


@dataclass(frozen=True)
class DivisionCode:
    """The code of a division: of a province, city, county, street or community."""

    def read(self, text: str) -> str:
        """Return its digits."""
        text = narrow(text)
        if not re.fullmatch(r"\d{2}|\d{4}|\d{6}|\d{9}|\d{12}", text, re.ASCII):
            raise ValueError(_("要填区划代码：2、4、6、9 或 12 位数字。"))
        return text


@dataclass(frozen=True)
class Degrees:
    """One coordinate in China; `low` and `high` of the other tell when the two were swapped."""

    low: float
    high: float
    other: tuple[float, float]

    def read(self, text: str) -> str:
        """Return it as it stands."""
        words = _("要填 %(low)g 到 %(high)g 的度数。") % {"low": self.low, "high": self.high}
        text = narrow(text)
        if not re.fullmatch(r"-?\d{1,3}(\.\d+)?", text, re.ASCII):
            raise ValueError(words)
        if self.low <= float(text) <= self.high:
            return text
        is_swapped = self.other[0] <= float(text) <= self.other[1]
        raise ValueError(words + (_("纬度和经度好像写反了。") if is_swapped else ""))


LATITUDE, LONGITUDE = Degrees(3, 54, (73, 136)), Degrees(73, 136, (3, 54))


@dataclass(frozen=True)
class RhythmCell:
    """On which days: 1,3,5 or 一三五 or 周一、周三; two weeks as 2,4,6|3,6; or every so many days as 21d."""

    def read(self, text: str) -> str:
        """Return 2,4,6 or 2,4,6|3,6 or 21d."""
        flat = narrow(text).strip().lower()
        if days := re.fullmatch(r"(?:每隔?)?(\d{1,3})(?:d|天)(?:一次)?", flat, re.ASCII):
            if 1 <= int(days[1]) <= 365:
                return f"{int(days[1])}d"
            raise ValueError(self._allowed())
        return "|".join(self._week(week) for week in flat.split("|"))

    def _week(self, text: str) -> str:
        bare = re.sub(r"星期|礼拜|[每周、,，;\s和]", "", text)
        days = [_DAYS.get(each, each) for each in bare]
        if not days or any(each not in "1234567" for each in days) or len(set(days)) != len(days):
            raise ValueError(self._allowed())
        return ",".join(sorted(days))

    def _allowed(self) -> str:
        return _("要填星期几，像 1,3,5 或 一三五；隔周写 2,4,6|3,6；每几天写 21d。")
