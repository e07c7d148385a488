"""Sentences for the rules a car or a facility meets or breaks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from core.phrases import label as label_of
from core.phrases import listed
from core.vocabulary import ZoneClass, hhmm
from dispatch.shapes import Check
from hospitals.states import ServiceStatus
from transport.states import VehicleStatus

_Writer = Callable[[dict[str, Any]], str]  # from the figures of a check to its sentence


def zone_label(zone_class: str) -> str:
    """Return the word for a zone class."""
    return label_of(ZoneClass, zone_class)


def sentence(check: Check) -> str:
    """Return the sentence of one check."""
    figures = check.figures
    if check.bars and (write := _BARS.get(check.code)):
        return write(figures)
    if check.code == "closed_loop" and check.verdict == "but":
        return _("隔离的人坐闭环车，这辆车不进封控区")
    return _MEETS[check.code](figures) if check.code in _MEETS else check.code


def _hour(at: datetime | str | None) -> str:
    """Say a time among the figures of a check: a moment, or what its stored copy reads as."""
    return hhmm(datetime.fromisoformat(at) if isinstance(at, str) else at)


def _status(figures: dict[str, Any]) -> str:
    label = label_of(VehicleStatus, figures["status"])
    return _("现在不能用：%(status)s") % {"status": label}


def _zone(figures: dict[str, Any]) -> str:
    allowed = listed(zone_label(each) for each in figures["allowed"])
    return _("只接%(allowed)s，不进%(zone)s") % {"allowed": allowed, "zone": zone_label(figures["zone"])}


def _shift(figures: dict[str, Any]) -> str:
    if figures.get("from"):
        return _("%(at)s 才上班") % {"at": _hour(figures["from"])}
    if figures.get("until"):
        return _("%(at)s 下班，来不及") % {"at": _hour(figures["until"])}
    return _("这个时候没有班")


def _late_back(figures: dict[str, Any]) -> str:
    words = {"until": _hour(figures["until"]), "at": _hour(figures["at"])}
    if figures.get("is_relief"):
        return _("%(until)s 换班，送完回到车场要到 %(at)s") % words
    return _("%(until)s 下班，送完回到车场要到 %(at)s") % words


def _occupied(figures: dict[str, Any]) -> str:
    words = {"from": _hour(figures["from"]), "until": _hour(figures["until"]), "who": figures.get("who") or _("另一趟")}
    if figures["min"]:
        return _("%(from)s–%(until)s 在送%(who)s，重叠 %(min)s 分钟") % {**words, "min": figures["min"]}
    return _("%(from)s–%(until)s 在送%(who)s，前后赶不过来") % words


def _arrival(figures: dict[str, Any]) -> str:
    return _("最早 %(at)s 到，赶不上 %(by)s") % {"at": _hour(figures["at"]), "by": _hour(figures["by"])}


def _no_way_back(figures: dict[str, Any]) -> str:
    if figures.get("cause"):
        return _("没有车能接回来，这辆车%(why)s") % {"why": sentence(figures["cause"])}
    return _("没有车能接回来")


def _back_other(figures: dict[str, Any]) -> str:
    return _("返程换 %(plate)s 接") % {"plate": figures["plate"]}


def _next_cars(figures: dict[str, Any]) -> str:
    cars = "、".join(_("%(plate)s 多 %(min)s 分钟") % each for each in figures["cars"])
    return _("排在后面的：%(cars)s") % {"cars": cars}


def _not_usual(figures: dict[str, Any]) -> str:
    return _("平时去的医院这次不行：%(why)s") % {"why": unmet_words(figures["why"])}


def _other_hour(words: str, figures: dict[str, Any]) -> str:
    why = _("要的钟点还有位，这个钟点车排得开") if figures["why"] == "cars" else _("要的钟点满了")
    return _("%(words)s：%(why)s") % {"words": words, "why": why}


def unmet_words(code: str, detail: dict[str, Any] | None = None) -> str:
    """Return the sentence of why no plan fitted (`needs_person_reason`), with the commonest bar where there is one."""
    words = _UNMET[code]() if code in _UNMET else code
    subject = ((detail or {}).get("reason") or {}).get("subject", "")
    bar = _SUBJECTS[subject]() if subject in _SUBJECTS else ""
    return _("%(words)s：%(bar)s") % {"words": words, "bar": bar} if bar else words


def change_words(detail: dict[str, Any]) -> str:
    """Return the nearest change that would help, "" when none was found."""
    change = detail.get("change") or {}
    write = _CHANGES.get(change.get("code", ""))
    return write({"min": round(change.get("needed", 0))}) if write else ""


def _stale(figures: dict[str, Any]) -> str:
    return (
        _("%(h)s 小时没更新，先打电话问") % {"h": figures["h"]} if figures.get("h") else _("还没报过状态，先打电话问")
    )


def _closed(figures: dict[str, Any]) -> str:
    label = label_of(ServiceStatus, figures["status"])
    if figures.get("until"):
        return _("这个科现在%(status)s，到 %(until)s") % {"status": label, "until": figures["until"]}
    return _("这个科现在%(status)s") % {"status": label}


_BARS: dict[str, _Writer] = {
    "status": _status,
    "zone": _zone,
    "infection": lambda figures: _("不是负压车，不能接阳性"),
    "seats": lambda figures: _("只有 %(has)s 个座，要 %(need)s 个") % figures,
    "wheelchair": lambda figures: _("没有坡板，轮椅上不去"),
    "stretcher": lambda figures: _("放不下担架"),
    "oxygen": lambda figures: _("车上没有氧气"),
    "shift": _shift,
    "occupied": _occupied,
    "arrival": _arrival,
    "no_way_back": _no_way_back,
    "role_yellow": lambda figures: _("黄码医院，只接封控区"),
    "role_ordinary": lambda figures: _("封控区由黄码医院接诊"),
    "role_designated": lambda figures: _("定点医院，只收感染者"),
    "role_infected": lambda figures: _("感染者由定点医院收治"),
    "closed": _closed,
    "full": lambda figures: _("没有空的时段了"),
    "no_machine": lambda figures: _("没有他能用的位子"),
}
_UNMET = {
    "no_facility": lambda: _("附近没有医院有这个科"),
    "no_capability": lambda: _("这几个小时没有空的时段"),
    "no_slot": lambda: _("这几个小时没有空的时段"),
    "slots_full": lambda: _("时段都约满了"),
    "zone_role": lambda: _("按分区规定不收这一类区的人"),
    "no_separate_room": lambda: _("没有单独的诊室或位子"),
    "no_machine": lambda: _("附近没有他能用的位子"),
    "not_fitting": lambda: _("那里没有合用的位子"),
    "closed": lambda: _("这个科停诊"),
    "no_car_outbound": lambda: _("去程没有车能排"),
    "no_car_inbound": lambda: _("返程没有车能排"),
    "no_car_both_ways": lambda: _("去程、返程的车凑不到一起"),
    "not_sound": lambda: _("登记的资料有一处不对，要人核对"),
    "engine_failed": lambda: _("自动排车算不出来，要人来排"),
    "fetched_by_120": lambda: _("这个人叫了 120，这一趟先放着，120 那一趟完了自动再排"),
    "person_elsewhere": lambda: _("这个人那时还有另一趟，同一时间只排一趟"),
    "became_stale": lambda: _("排好的车或时段刚被占用，稍后自动再排"),
}
_SUBJECTS = {
    "zone_class": lambda: _("车不进这一类区"),
    "seats": lambda: _("座位不够"),
    "wheelchairs": lambda: _("没有空的轮椅位"),
    "stretchers": lambda: _("放不下担架"),
    "skill": lambda: _("没有合适的车型"),
    "ambulance": lambda: _("120 都在忙"),
    "shift": lambda: _("那时没有车当班"),
    "time_or_ride": lambda: _("时间都排满了"),
}
_CHANGES: dict[str, _Writer] = {
    "arrive_later": lambda figures: _("晚到 %(min)s 分钟就有车") % figures,
    "wait_longer": lambda figures: _("返程多等 %(min)s 分钟就有车") % figures,
    "ride_longer": lambda figures: _("路上多坐 %(min)s 分钟就有车") % figures,
}
_MEETS: dict[str, _Writer] = {
    "shared": lambda figures: _("和另外 %(n)s 人同车，同一类区") % figures,
    "added": lambda figures: _("为这一程多开 %(min)s 分钟，%(km)s 公里") % figures,
    "next_cars": _next_cars,
    "ride_min": lambda figures: _("车程 %(min)s 分钟") % figures,
    "next_hospital": lambda figures: _("再往后一家车程 %(min)s 分钟") % figures,
    "not_usual": _not_usual,
    "earlier_hour": lambda figures: _other_hour(_("比要的钟点早 %(min)s 分钟") % figures, figures),
    "later_hour": lambda figures: _other_hour(_("比要的钟点晚 %(min)s 分钟") % figures, figures),
    "status": lambda figures: _("能用"),
    "zone": lambda figures: _("能进%(zone)s") % {"zone": zone_label(figures["zone"])},
    "infection": lambda figures: _("负压车"),
    "closed_loop": lambda figures: _("闭环车"),
    "seats": lambda figures: _("坐得下"),
    "wheelchair": lambda figures: _("有坡板"),
    "stretcher": lambda figures: _("能放担架"),
    "oxygen": lambda figures: _("有氧气"),
    "deadhead": lambda figures: _("空驶 %(min)s 分钟") % figures,
    "waits_at_door": lambda figures: _("早到 %(min)s 分钟，要在医院门口等") % figures,
    "no_spare": lambda figures: _("只早到 %(min)s 分钟，路上一堵就误点") % figures,
    "late_back": _late_back,
    "ambulance_used": lambda figures: _("不是急危重症，会占用 120"),
    "not_ambulance": lambda figures: _("不是救护车，120 没有车时用"),
    "back_same": lambda figures: _("返程也有空"),
    "back_other": _back_other,
    "back_later": lambda figures: _("返程的车随后再排"),
    "role_yellow": lambda figures: _("封控区由黄码医院接诊"),
    "role_buffer": lambda figures: _("黄码医院没有这个科或没有空位，由这里经缓冲区接诊，全程闭环"),
    "role_only": lambda figures: _("附近只有黄码医院有这个科，由它分区接诊"),
    "role_ordinary": lambda figures: _("%(zone)s由这里接诊") % {"zone": zone_label(figures["zone"])},
    "role_designated": lambda figures: _("感染者由定点医院收治"),
    "role_nearest": lambda figures: _("急危重症，就近能救的先救"),
    "role_delivers": lambda figures: _("能接生，就近能救的先救"),
    "usual": lambda figures: _("平时就去这里"),
    "places": lambda figures: _("还有 %(free)s 个位") % figures,
    "ride": lambda figures: _("车程 %(min)s 分钟，%(km)s 公里") % figures,
    "other_hours": lambda figures: _("只剩离要的钟点远的时段"),
    "far": lambda figures: _("离家 %(min)s 分钟，比平常派的远") % figures,
    "limited": lambda figures: _("这个科限量接诊"),
    "closed": _closed,
    "stale": _stale,
}
SOURCES = {
    "role_yellow": "R-002-1a",
    "role_ordinary": "R-002-1c",
    "role_designated": "R-002-1d",
    "role_buffer": "R-002-1a",
    "role_nearest": "R-000-8",
    "role_delivers": "E22",
    "ride": "R-001-9",
}
