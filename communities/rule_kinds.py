"""What each key of the rulebook may hold: its kind, unit and range, in one table. Pure.

A row that does not fit is refused where it is entered, and never decides where it is read (rules.md section 2).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from core.vocabulary import ZoneClass

_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True)
class Whole:
    """A whole number in a range."""

    unit: str | Promise
    low: int
    high: int

    def fits(self, value: Any) -> bool:
        """Say whether a value is one; true and false are none."""
        return type(value) is int and self.low <= value <= self.high

    def allowed(self) -> str:
        """Say what may stand here."""
        return _("%(low)s 到 %(high)s 的整数%(unit)s") % {
            "low": self.low,
            "high": self.high,
            "unit": f"（{self.unit}）" if self.unit else "",
        }


@dataclass(frozen=True)
class Rising(Whole):
    """One or more whole numbers in a range, each larger than the one before."""

    def fits(self, value: Any) -> bool:
        """Say whether a value is such a list."""
        if not isinstance(value, list) or not value or not all(super(Rising, self).fits(each) for each in value):
            return False
        return all(first < second for first, second in pairwise(value))

    def allowed(self) -> str:
        """Say what may stand here."""
        return _("从小到大的一串：%(each)s") % {"each": super().allowed()}


@dataclass(frozen=True)
class Flag:
    """Yes or no."""

    def fits(self, value: Any) -> bool:
        """Say whether a value is one."""
        return isinstance(value, bool)

    def allowed(self) -> str:
        """Say what may stand here."""
        return "true / false"


@dataclass(frozen=True)
class Word:
    """One of a few words."""

    words: tuple[str, ...]

    def fits(self, value: Any) -> bool:
        """Say whether a value is one of them."""
        return isinstance(value, str) and value in self.words

    def allowed(self) -> str:
        """Say what may stand here."""
        return " / ".join(self.words)


@dataclass(frozen=True)
class Words(Word):
    """Several of a few words, at least one, none twice."""

    def fits(self, value: Any) -> bool:
        """Say whether a value is such a list."""
        if not isinstance(value, list) or not value or not all(super(Words, self).fits(each) for each in value):
            return False
        return len(set(value)) == len(value)

    def allowed(self) -> str:
        """Say what may stand here."""
        return _("其中几个：%(words)s") % {"words": super().allowed()}


@dataclass(frozen=True)
class ByZone(Words):
    """Several of a few words for each of the three zone classes."""

    zones: tuple[str, ...] = tuple(ZoneClass.values)

    def fits(self, value: Any) -> bool:
        """Say whether a value names words for every class and for nothing else."""
        if not isinstance(value, dict) or set(value) != set(self.zones):
            return False
        return all(super(ByZone, self).fits(each) for each in value.values())

    def allowed(self) -> str:
        """Say what may stand here."""
        return f"{', '.join(self.zones)}: {super().allowed()}"


@dataclass(frozen=True)
class Clock:
    """An hour of the day; `has_day` when a day of the week stands before it."""

    has_day: bool = False

    def fits(self, value: Any) -> bool:
        """Say whether a value is one."""
        if not isinstance(value, str):
            return False
        day, _blank, hour = value.rpartition(" ")
        return bool(_CLOCK.fullmatch(hour)) and (day in _DAYS if self.has_day else value == hour)

    def allowed(self) -> str:
        """Say what may stand here."""
        return "Mon 12:00" if self.has_day else "20:00"


@dataclass(frozen=True)
class Phone:
    """A number to dial; empty where there is none."""

    def fits(self, value: Any) -> bool:
        """Say whether a value is one."""
        return isinstance(value, str) and (
            value == "" or bool(re.fullmatch(r"\+?\d(?:[\d-]{1,18})\d", value, re.ASCII))
        )

    def allowed(self) -> str:
        """Say what may stand here."""
        return _("电话号码，没有就空着")


Kind = Whole | Rising | Flag | Word | Words | ByZone | Clock | Phone


@dataclass(frozen=True)
class Key:
    """One key: what people call it, what it may hold, and which way a tie of two rows falls."""

    label: str | Promise
    kind: Kind
    tie: str = "smaller"


_MIN, _H, _S, _DAY = lazy("分"), lazy("小时"), lazy("秒"), lazy("天")
_TO = Word(("usual", "usual_or_nearest", "other_facility", "yellow_code", "nearest_capable"))
_SERVICES = (
    "emergency", "fever_clinic", "hemodialysis", "delivery_room", "neonatal", "theatre", "chemotherapy", "radiotherapy",
    "icu", "obstetrics", "paediatrics", "internal", "surgery", "oncology", "nephrology", "imaging", "pharmacy",
)  # fmt: skip


def _minutes(label: str | Promise, low: int, high: int, tie: str = "smaller") -> Key:
    return Key(label, Whole(_MIN, low, high), tie)


KEYS: dict[str, Key] = {
    "test.precondition": Key(lazy("就医前要不要核酸"), Word(("none",))),
    "test.window_h": Key(lazy("核酸有效"), Whole(_H, 12, 168), "larger"),
    "escort.test_window_h": Key(lazy("陪同人核酸有效"), Whole(_H, 12, 168), "larger"),
    "certificate.required": Key(lazy("谁要证明"), Word(("none", "non_critical"))),
    "certificate.timeout_min": _minutes(lazy("证明没人开，多久算已开"), 1, 120),
    "critical.needs_certificate": Key(lazy("危重要不要证明"), Flag()),
    "return.may_be_refused": Key(lazy("回家能不能拦"), Flag()),
    "code.yellow.blocks_pass": Key(lazy("黄码挡不挡通行证"), Flag()),
    "route.critical": Key(lazy("危重去哪"), Word(("nearest_capable",))),
    "route.scheduled": Key(lazy("定期治疗去哪"), _TO),
    "route.ordinary": Key(lazy("普通就医去哪"), _TO),
    "route.fallback": Key(lazy("去不了时"), Word(("none", "online", "online_and_delivery"))),
    "route.lacking_service": Key(lazy("黄码医院没有这个科时"), Word(("nearest_capable", "capable_through_buffer"))),
    "route.transport": Key(lazy("怎么去"), Words(("foot", "own_car", "vehicle", "closed_loop"))),
    "rx.max_weeks": Key(lazy("长处方最多"), Whole(lazy("周"), 1, 26), "larger"),
    "rx.stable_required": Key(lazy("长处方要病情稳定"), Flag()),
    "rx.controlled.max_days": Key(lazy("管控药最多"), Whole(_DAY, 1, 90), "larger"),
    "service.continuous": Key(lazy("不能停的科"), Words(_SERVICES)),
    "closure.max_h": Key(lazy("停诊不超过"), Whole(_H, 1, 72)),
    "critical.fallback_min": _minutes(lazy("没有救护车，多久换车"), 0, 60),
    "self_travel.scope": Key(lazy("自己去能走多远"), Word(("any", "city", "district", "subdistrict", "community"))),
    "referral.approval": Key(lazy("转诊怎么批"), Word(("stepwise", "one_step", "none"))),
    "referral.emergency": Key(lazy("急诊转诊怎么批"), Word(("after_the_fact", "none"))),
    "referral.record_h": Key(lazy("急诊转诊补记"), Whole(_H, 1, 168)),
    "ems.per_population": Key(lazy("多少人一辆救护车"), Whole(lazy("人"), 1000, 200_000)),
    "escort.max": Key(lazy("陪同最多"), Whole(lazy("人"), 0, 5), "larger"),
    "escort.always_for": Key(
        lazy("一定可以有人陪"),
        Words(("minor", "late_pregnancy", "stretcher", "wheelchair", "severe_mental_illness", "elderly")),
    ),
    "intake.handover_min": _minutes(lazy("交接时限"), 1, 120),
    "intake.handover_warn_min": _minutes(lazy("交接提醒"), 1, 120),
    "transfer.answer_min": _minutes(lazy("问转院，等答复"), 1, 120),
    "report.weekly.enabled": Key(lazy("要不要周报"), Flag()),
    "report.weekly.base_year": Key(lazy("周报比哪一年"), Whole("", 2000, 2100)),
    "report.weekly.due": Key(lazy("周报几点交"), Clock(has_day=True)),
    "medicine.channel": Key(lazy("药谁来送"), Words(("family_doctor", "volunteer", "internet_and_street"))),
    "vehicle.zones_allowed": Key(
        lazy("哪种车能进"), ByZone(("partition", "closed_loop", "volunteer", "taxi", "bus", "ambulance", "any"))
    ),
    "hotline.answer_s": Key(lazy("电话几秒接"), Whole(_S, 1, 600)),
    "hotline.answer_share": Key(lazy("按时接起的比例"), Whole("%", 1, 100), "larger"),
    "triage.urgent_min": _minutes(lazy("急的多久分诊"), 1, 240),
    "triage.other_min": _minutes(lazy("其他多久分诊"), 1, 1440),
    "approval.silent_min": _minutes(lazy("没人回，算同意"), 1, 240),
    "plan.tomorrow_by": Key(lazy("明天的车几点排好"), Clock()),
    "plan.accept_by": Key(lazy("司机几点前接单"), Clock()),
    "plan.same_day_min": _minutes(lazy("当天的多久排好"), 1, 480),
    "driver.accept_min": _minutes(lazy("司机多久接单"), 1, 120),
    "driver.replace_min": _minutes(lazy("司机没来多久换人"), 1, 60),
    "driver.wait_min": _minutes(lazy("司机找不到人，等多久"), 1, 60, "larger"),
    "driver.hours_max": Key(lazy("司机一天最多"), Whole(_H, 4, 24)),
    "waiting.amber_min": _minutes(lazy("等返程车，多久提醒"), 1, 240),
    "waiting.no_car_min": _minutes(lazy("等返程车，还没定车"), 1, 240),
    "waiting.target_min": _minutes(lazy("等返程车，目标"), 5, 240),
    "waiting.street_min": _minutes(lazy("等返程车，报街道"), 5, 480),
    "waiting.measured_min": Key(lazy("等返程车，统计档"), Rising(_MIN, 5, 1440)),
    "pass.before_pickup_min": _minutes(lazy("接人前多久能出门"), 0, 480, "larger"),
    "pass.after_pickup_min": _minutes(lazy("接人后多久还能出门"), 0, 720, "larger"),
    "pass.overdue_min": _minutes(lazy("该回没回，社区的时限"), 1, 480),
    "pass.overdue_street_min": _minutes(lazy("该回没回，街道的时限"), 1, 720),
    "pass.no_show_min": _minutes(lazy("该出门没出，社区打电话"), 1, 240),
    "pass.undo_s": Key(lazy("按错了能撤"), Whole(_S, 1, 600)),
    "divert.en_route_min": _minutes(lazy("在路上的改派"), 1, 60),
    "divert.due_24h_min": _minutes(lazy("一天内的改派"), 1, 480),
    "medicine.urgent_days_left": Key(lazy("药只剩几天要当天送"), Whole(_DAY, 0, 14), "larger"),
    "roster.max_age_days": Key(lazy("底数多久核一次"), Whole(_DAY, 1, 90)),
    "capacity.stale_h": Key(lazy("容量多久不更新算旧"), Whole(_H, 1, 72)),
    "engine.move_told_stop_max_min": _minutes(lazy("已告知的站最多挪"), 0, 60),
    "call.life_climb_min": _minutes(lazy("人命关天的求助没人接手，多久报上一级"), 1, 60),
    "call.climb_min": _minutes(lazy("其他求助没人接手，多久报上一级"), 1, 240),
    "hotline.volunteer_fleet": Key(lazy("志愿车队热线"), Phone()),
    "hotline.emergency": Key(lazy("急救"), Phone()),
}

# What no row may set, whatever its level: the life floor (rules.md 1.5 no. 1). key → the one value that is allowed.
FLOOR: dict[str, Any] = {
    "test.precondition": "none",
    "code.yellow.blocks_pass": False,
    "critical.needs_certificate": False,
    "return.may_be_refused": False,
}


def fault(key: str, value: Any) -> str:
    """Say why a value must not stand in the rulebook and what may, or "" when it is good."""
    known = KEYS.get(key)
    if known is None:
        return _("规则里没有“%(key)s”这一项。") % {"key": key}
    if key in FLOOR and (value != FLOOR[key] or type(value) is not type(FLOOR[key])):
        sentence = _("“%(key)s”是救命底线，只能是 %(value)s，任何文件都不能改。")
        return sentence % {"key": key, "value": json.dumps(FLOOR[key])}
    if not known.kind.fits(value):
        sentence = _("“%(label)s”（%(key)s）填的是 %(value)s，不能用。要填：%(allowed)s。")
        shown = json.dumps(value, ensure_ascii=False)[:60]
        return sentence % {"label": known.label, "key": key, "value": shown, "allowed": known.kind.allowed()}
    return ""
