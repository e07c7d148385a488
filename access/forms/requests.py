"""Forms of requests: three questions, a reason, a word."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.models import Resident
from access.selectors.suggestion import SOON, Suggestion
from access.services.requests import AccessWish
from access.states import CancelReason, Danger, NotGoneReason, TransportMode
from core import clock
from core.fields import MomentField, NoteField, TiledForm
from core.phrases import label
from core.vocabulary import Mobility, NeedKind, ZoneClass, hhmm

OTHER = "other"
ICONS: dict[str, str] = {
    NeedKind.DIALYSIS: "drop",
    NeedKind.PERITONEAL_DIALYSIS: "drop",
    NeedKind.CHEMOTHERAPY: "drip",
    NeedKind.RADIOTHERAPY: "drip",
    NeedKind.PICC_CARE: "drip",
    NeedKind.PREGNANCY: "baby",
    NeedKind.POSTPARTUM: "baby",
    NeedKind.NEWBORN: "baby",
    NeedKind.CHILD_CHRONIC: "user",
}
COMMON: tuple[tuple[str, Any], ...] = (
    (NeedKind.DIALYSIS, NeedKind.DIALYSIS.label),
    (NeedKind.CHEMOTHERAPY, gettext_lazy("放疗、化疗")),
    (NeedKind.PREGNANCY, gettext_lazy("产检、生产")),
    (NeedKind.OUTPATIENT, NeedKind.OUTPATIENT.label),
)
Tile = tuple[str, Any, str, Any]  # value, label, icon, small words
_TRAVEL: tuple[Tile, ...] = (
    (Mobility.WALK, Mobility.WALK.label, "walk", gettext_lazy("能自己下楼")),
    (Mobility.ASSISTED, Mobility.ASSISTED.label, "people", gettext_lazy("走得慢，要扶")),
    (Mobility.WHEELCHAIR, Mobility.WHEELCHAIR.label, "chair", gettext_lazy("要能放轮椅的车")),
    (Mobility.STRETCHER, Mobility.STRETCHER.label, "bed", gettext_lazy("要两个人抬")),
)
_OWN_WAY: tuple[Tile, ...] = (
    (TransportMode.OWN_CAR, TransportMode.OWN_CAR.label, "car", gettext_lazy("只办通行证")),
    (TransportMode.ON_FOOT, TransportMode.ON_FOOT.label, "walk", gettext_lazy("只办通行证")),
)


class RequestForm(TiledForm):
    """What for, when, how. The choices come from the roster; nothing typed is asked twice."""

    purpose = forms.ChoiceField(
        label=gettext_lazy("做什么？"),
        choices=[*NeedKind.choices, (OTHER, "")],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("请选一样。")},
    )
    time = forms.CharField(
        label=gettext_lazy("几点要到医院？"),
        max_length=40,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("请选一个时间；急就选越快越好。")},
    )
    other_at = MomentField(
        label=gettext_lazy("别的时间"),
        required=False,
    )
    danger = forms.ChoiceField(
        label=gettext_lazy("现在有没有胸痛、喘不上气、昏迷、大出血、抽搐？是不是要生了？"),
        choices=Danger.choices,
        required=False,
        widget=forms.RadioSelect,
    )
    travel = forms.ChoiceField(
        label=gettext_lazy("怎么走？"),
        choices=[*Mobility.choices, *TransportMode.choices[2:]],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("请选一样。")},
    )
    escort = forms.BooleanField(label=gettext_lazy("一人陪同"), required=False)
    needs_oxygen = forms.BooleanField(label=gettext_lazy("要氧气瓶"), required=False)
    has_stairs = forms.BooleanField(label=gettext_lazy("家里有台阶，需要人扶"), required=False)
    note = NoteField(
        label=gettext_lazy("写一句话说明"),
        required=False,
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def offer(self, found: Suggestion, *, resident: Resident, zone_class: str, at: datetime) -> RequestForm:
        """Show what fits this resident; what may be sent is not narrowed, so that an old page still arrives."""
        self._offer_purposes(found)
        self._offer_times(found, at)
        self._offer_travel(resident, zone_class)
        return self

    def _offer_purposes(self, found: Suggestion) -> None:
        own = {need.kind: label(NeedKind, need.kind) or _("没填") for need in found.needs}
        choices = [*own.items(), *((kind, words) for kind, words in COMMON if kind not in own)]
        if NeedKind.RADIOTHERAPY in own and NeedKind.CHEMOTHERAPY not in own:
            choices = [each for each in choices if each[0] != NeedKind.CHEMOTHERAPY]
        small = {kind: _("花名册里登记的") for kind in own} | {OTHER: _("写一句话说明")}
        icons = {kind: ICONS.get(kind, "pulse") for kind, _words in choices} | {OTHER: "more"}
        shown = [*choices, (OTHER, _("其他"))]
        self._show("purpose", [(key, words, icons[key], small.get(key, "")) for key, words in shown])

    def _offer_times(self, found: Suggestion, at: datetime) -> None:
        soon: Tile = (SOON, _("今天，越快越好"), "clock", _("平时的钟点过了或来不及了") if found.is_due_now else "")
        offers: list[Tile] = [soon] if found.is_due_now else []
        if found.usual_at:
            offers.append((time_key(found.usual_at), time_words(found.usual_at, at), "clock", _("平时的班次")))
        for slot in found.other_slots:
            offers.append((time_key(slot.starts_at), time_words(slot.starts_at, at), "clock", _("有空位")))
        sent = self.data.get("time", "") if self.is_bound else ""
        if sent not in {SOON, OTHER, *(each[0] for each in offers)} and (moment := read_time(sent)):
            offers.append((sent, time_words(moment, at), "clock", ""))
        offers += [] if found.is_due_now else [soon]
        self._show("time", [*offers, (OTHER, _("别的时间"), "edit", "")])

    def _offer_travel(self, resident: Resident, zone_class: str) -> None:
        """Walking and one's own car are a choice in 防范区 only (R-002-2d, R-000-4)."""
        offered = [each for each in _TRAVEL if each[0] != Mobility.ASSISTED or resident.mobility == each[0]]
        self._show("travel", [*offered, *(_OWN_WAY if zone_class == ZoneClass.PRECAUTIONARY else ())])

    def _show(self, name: str, offers: list[Tile]) -> None:
        widget = self.fields[name].widget
        assert isinstance(widget, forms.RadioSelect)
        widget.choices = [(key, label) for key, label, _icon, _small in offers]
        self.tiles[name] = {key: {"icon": icon, "small": small} for key, _label, icon, small in offers}

    def clean(self) -> dict[str, Any]:
        """Ask the one question that 越快越好 needs, and for the sentence that 其他 needs."""
        cleaned = super().clean() or {}
        if cleaned.get("time") == SOON and not cleaned.get("danger"):
            self.add_error("danger", _("越快越好，先答这一句：有没有危险的样子？"))
        if cleaned.get("purpose") == OTHER and not cleaned.get("note"):
            self.add_error("note", _("选了其他，写一句去做什么。"))
        if "time" in cleaned:
            self._clean_time(cleaned)
        return cleaned

    def _clean_time(self, cleaned: dict[str, Any]) -> None:
        chosen = cleaned["time"]
        cleaned["arrive_at"] = None
        if chosen == OTHER:
            cleaned["arrive_at"] = cleaned.get("other_at")
            if not cleaned["arrive_at"] and "other_at" not in self.errors:
                self.add_error("other_at", _("请写几月几日几点要到医院。"))
        elif chosen != SOON:
            cleaned["arrive_at"] = read_time(chosen)
            if cleaned["arrive_at"] is None:
                self.add_error("time", _("请选一个时间。"))
        if cleaned["arrive_at"] and not _is_near(cleaned["arrive_at"]):
            cleaned["arrive_at"] = None
            self.add_error("other_at" if chosen == OTHER else "time", _("日期不对：最多提前 90 天申请。"))

    @property
    def is_danger(self) -> bool:
        """Say whether the answer was: yes, it looks dangerous, or she is in labour."""
        return self.cleaned_data["time"] == SOON and self.cleaned_data["danger"] in {Danger.YES, Danger.LABOUR}

    def wish(self, *, facility: str = "", session_min: int = 60, is_second: bool = False) -> AccessWish:
        """Return what was asked for; facility and length are the roster's."""
        data = self.cleaned_data
        travel, purpose = data["travel"], data["purpose"]
        own_way = travel in {TransportMode.OWN_CAR, TransportMode.ON_FOOT}
        return AccessWish(
            need_kind=NeedKind.OUTPATIENT if purpose == OTHER else purpose,
            arrive_at=data["arrive_at"],
            mobility=Mobility.WALK if own_way else travel,
            mode=travel if own_way else TransportMode.VEHICLE,
            facility=facility,
            escorts=int(data["escort"]),
            needs_oxygen=data["needs_oxygen"],
            has_stairs=data["has_stairs"],
            note=data["note"],
            session_min=session_min,
            is_critical=self.is_danger,
            is_labour=self.is_danger and data["danger"] == Danger.LABOUR,
            is_second=is_second,
        )


def _is_near(moment: datetime) -> bool:
    """Say whether a time lies in the days people plan for; a mistyped year does not."""
    return abs(moment - clock.now()) < timedelta(days=90)


def time_key(moment: datetime) -> str:
    """Write a time as the form sends it."""
    return moment.astimezone(clock.CHINA).strftime("%Y-%m-%dT%H:%M%z")


def read_time(text: str) -> datetime | None:
    """Read a time as the form sends it; one without a zone is China's. None for anything else."""
    try:
        moment = datetime.fromisoformat(text)
        moment = moment.astimezone(clock.CHINA) if moment.tzinfo else moment.replace(tzinfo=clock.CHINA)
    except (ValueError, OverflowError):  # the first and last day of the calendar have no time in every zone
        return None
    return moment if 2000 <= moment.year <= 2100 else None


def time_words(moment: datetime, at: datetime) -> str:
    """Say a time as 今天 15:00, 明天 07:30 or 7月3日 07:30."""
    local = moment.astimezone(clock.CHINA)
    ahead = (local.date() - clock.local_day(at)).days
    day = {0: _("今天"), 1: _("明天")}.get(ahead, _("%(m)s月%(d)s日") % {"m": local.month, "d": local.day})
    return f"{day} {hhmm(local)}"


class CancelForm(forms.Form):
    """One of five reasons."""

    reason = forms.ChoiceField(label=gettext_lazy("为什么取消"), choices=CancelReason.choices, widget=forms.RadioSelect)


class NotGoneForm(forms.Form):
    """Why nobody went."""

    reason = forms.ChoiceField(
        label=gettext_lazy("为什么没有去"), choices=NotGoneReason.choices, widget=forms.RadioSelect
    )


class ReasonForm(forms.Form):
    """A sentence for the record."""

    reason = NoteField(label=gettext_lazy("人现在在哪、怎么知道的"), max_length=300, widget=forms.Textarea)
