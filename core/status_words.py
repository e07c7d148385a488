"""The status vocabulary: one state, one colour family, one icon, one word. Nobody invents others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from core.vocabulary import ZoneClass

# families: quiet (nothing to do), info (moving), wait (somebody must act today), danger (act now),
# ok (the gate's yes), queue (not yet on the server, or not yet in force)
FAMILIES = ("quiet", "info", "wait", "danger", "ok", "queue")


@dataclass(frozen=True)
class StatusWord:
    """How a state is said and shown."""

    word: Any
    family: str
    icon: str

    def family_at(self, level: str) -> str:
        """Return the family at a level: "" in time, "over" past the limit, "late" past the second one.

        Whatever the state is, past its limit it is amber and past the second red: a grey 已排好 hid who was forgotten.
        """
        if level == "late" or self.family == "danger":
            return "danger"
        return "wait" if level else self.family


STATUS_WORDS: dict[str, StatusWord] = {
    "draft": StatusWord(_("没交"), "quiet", "edit"),
    "submitted": StatusWord(_("待安排"), "quiet", "ring"),
    "no_car": StatusWord(_("还没有车"), "wait", "alert"),
    "awaiting_hospital": StatusWord(_("等医院回"), "quiet", "clock"),
    "planned": StatusWord(_("已排好"), "quiet", "okcircle"),
    "car_coming": StatusWord(_("车来了"), "info", "car"),
    "left_compound": StatusWord(_("已出门"), "info", "gate"),
    "on_the_way": StatusWord(_("在路上"), "info", "car"),
    "handover": StatusWord(_("交接中"), "info", "clock"),
    "in_treatment": StatusWord(_("治疗中"), "info", "pulse"),
    "awaiting_return": StatusWord(_("等返程车"), "info", "clock"),
    "returning": StatusWord(_("回家路上"), "info", "carback"),
    "home": StatusWord(_("已到家"), "quiet", "check"),
    "admitted": StatusWord(_("住院了"), "quiet", "bed"),
    "transferred": StatusWord(_("转到别处"), "quiet", "bed"),
    "closed": StatusWord(_("已销案"), "quiet", "dash"),
    "not_gone": StatusWord(_("没去成"), "wait", "alert"),
    "died": StatusWord(_("去世"), "quiet", "dash"),
    "no_show": StatusWord(_("没接到人"), "wait", "alert"),
    "clash": StatusWord(_("时间冲突"), "danger", "stop"),
    "overdue": StatusWord(_("超时"), "danger", "stop"),
    "escalated": StatusWord(_("已上报"), "danger", "up"),
    "cancelled": StatusWord(_("已取消"), "quiet", "dash"),
    "queued": StatusWord(_("存着没传"), "queue", "off"),
    "preview": StatusWord(_("还没生效"), "queue", "edit"),
    # the gate's answers (green, amber, red): words, silhouettes and sounds all differ
    "let_out": StatusWord(_("可以出门"), "ok", "okcircle"),
    "check_first": StatusWord(_("先核对一下"), "wait", "alert"),
    "not_valid": StatusWord(_("这张证不能用"), "danger", "stop"),
}

# submitted and past its limit is said with other words, not only another colour
OVER_STATES = {"submitted": "no_car"}


def status_of(state: str, level: str = "") -> tuple[StatusWord, str]:
    """Return the word of a state and its colour family at a level ("", "over", "late").

    Raises KeyError for a state outside the vocabulary.
    """
    found = STATUS_WORDS[OVER_STATES.get(state, state) if level else state]
    return found, found.family_at(level)


@dataclass(frozen=True)
class ZoneMark:
    """The ink mark of a zone; `mark` is drawn, `word` is read out."""

    mark: Any
    word: Any
    style: str


ZONE_MARKS: dict[str, ZoneMark] = {
    ZoneClass.SEALED: ZoneMark(_("封"), ZoneClass.SEALED.label, "seal"),
    ZoneClass.CONTROLLED: ZoneMark(_("管"), ZoneClass.CONTROLLED.label, "control"),
    ZoneClass.PRECAUTIONARY: ZoneMark(_("防"), ZoneClass.PRECAUTIONARY.label, "watch"),
}

# the six stops of the journey line: key → (word, icon)
STOPS: dict[str, tuple[Any, str]] = {
    "gate": (_("出小区门"), "gate"),
    "board": (_("上车"), "car"),
    "door": (_("进医院门"), "hosp"),
    "treatment": (_("治疗"), "pulse"),
    "return": (_("返程车"), "carback"),
    "home": (_("到家"), "home"),
}
# what is read out after a stop's word, for those who cannot see its colour
STOP_STATES = {"done": _("（已完成）"), "risk": _("（要留意）"), "fail": _("（没成）")}
