"""What somebody needs and how often: for a new person, for another need, and for one that is there."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _T

from access.models import CareNeed
from access.selectors.residents import facilities_offering
from access.services.needs import NeedFacts
from core.editing import VersionedForm
from core.fields import DayField, choice_of_rows
from core.vocabulary import NeedKind, ScheduleKind, TreatmentShift

DAYS = [
    ("1", _T("周一")), ("2", _T("周二")), ("3", _T("周三")), ("4", _T("周四")), ("5", _T("周五")), ("6", _T("周六")),
    ("7", _T("周日")),
]  # fmt: skip
SHIFTS = [("", _T("没有固定")), *TreatmentShift.choices]
NEED_CHOICES = [(kind.value, kind.label) for kind in NeedKind if kind not in {NeedKind.EMERGENCY, NeedKind.OUTPATIENT}]
RHYTHM = ("days", "even_days", "cycle_days")


class NeedFields(forms.Form):
    """One need. Its kind is chosen, never preset: a preset one is what the next chemotherapy was registered as."""

    need_kind = forms.ChoiceField(
        label=_T("需要什么"),
        choices=[("", _T("请选")), *NEED_CHOICES],
        error_messages={"required": _T("请选需要什么；不清楚就先选最像的，改天再改。")},
    )
    days = forms.MultipleChoiceField(
        label=_T("每周哪几天"), choices=DAYS, required=False, widget=forms.CheckboxSelectMultiple
    )
    even_days = forms.MultipleChoiceField(
        label=_T("双周不一样，就选双周哪几天"), choices=DAYS, required=False, widget=forms.CheckboxSelectMultiple
    )
    cycle_days = forms.IntegerField(
        label=_T("或者几天一次"),
        required=False,
        min_value=1,
        max_value=120,
        help_text=_T("放化疗、产检按周期的填这里。"),
    )
    shift = forms.ChoiceField(label=_T("哪一班"), choices=SHIFTS, required=False)
    next_date = DayField(label=_T("下次日期"), required=False)
    facility: forms.ModelChoiceField[Any] = forms.ModelChoiceField(
        label=_T("常去的医院"), queryset=None, required=False, empty_label=_T("不固定")
    )
    session_hours = forms.FloatField(label=_T("一次几小时"), required=False, min_value=0.25, max_value=24)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice_of_rows(self, "facility").queryset = facilities_offering()

    def clean(self) -> dict[str, Any]:
        """Ask which of two rhythms is meant, where both were written."""
        cleaned = super().clean() or {}
        if cleaned.get("cycle_days") and (cleaned.get("days") or cleaned.get("even_days")):
            self.add_error("cycle_days", _("每周哪几天和几天一次，只填一样：另一样空着。"))
        return cleaned

    def need(self) -> NeedFacts:
        """Return what was written of a new need."""
        data = self.cleaned_data
        return NeedFacts(
            kind=data["need_kind"],
            schedule_days=weeks_of(data["days"], data["even_days"]),
            cycle_days=data["cycle_days"],
            **{name: data[name] for name in ("shift", "next_date", "facility", "session_hours")},
        )


class NeedForm(VersionedForm, NeedFields):
    """A need that is there: a rhythm of two different weeks is shown whole, one the form has no words for stays."""

    def shown(self, record: CareNeed) -> dict[str, Any]:
        """Return the need as the form writes it."""
        odd, _bar, even = (
            record.schedule_days.partition("|") if record.schedule_kind != ScheduleKind.CYCLE else ("", "", "")
        )
        cycle = record.schedule_days.removesuffix("d") if record.schedule_kind == ScheduleKind.CYCLE else ""
        return super().shown(record) | {
            "need_kind": record.kind,
            "days": [day for day in odd.split(",") if day in dict(DAYS)],
            "even_days": [day for day in even.split(",") if day in dict(DAYS)],
            "cycle_days": int(cycle) if cycle.isdecimal() else None,
        }

    def changes(self) -> dict[str, Any]:
        """Return what was changed, in the need's own columns."""
        changed = super().changes()
        data = self.cleaned_data
        if "need_kind" in changed:
            changed["kind"] = changed.pop("need_kind")
        if any(name in changed for name in RHYTHM):
            changed = {name: value for name, value in changed.items() if name not in RHYTHM}
            changed |= {"schedule_days": weeks_of(data["days"], data["even_days"]), "cycle_days": data["cycle_days"]}
        return changed


class NewNeedForm(NeedFields):
    """Another need of somebody who is registered."""


def weeks_of(odd: list[str], even: list[str]) -> str:
    """Write the days of one week, or of two that differ, as they are stored."""
    weeks = [",".join(sorted(days)) for days in (odd, even)]
    return weeks[0] if not even or weeks[0] == weeks[1] else "|".join(weeks)
