"""What a desk types. There is no field and no choice by which anybody could be turned away (R-002-3d)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from hospitals.models import Facility, Intake
from hospitals.services.intake import Described
from hospitals.services.overload import Overload
from hospitals.services.status import StatusChange
from hospitals.states import SampleResult, ServiceStatus
from hospitals.words import MISSING_WORDS, NEED_WORDS


class LocalTimeInput(forms.DateTimeInput):
    """The browser's date and time control."""

    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M")


class OverloadForm(forms.Form):
    """接不动，上报协调."""

    missing = forms.ChoiceField(label=_("缺什么"), choices=list(MISSING_WORDS.items()), widget=forms.RadioSelect)
    doing_now = forms.CharField(
        label=_("现在给病人做着什么"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("例：已吸氧、心电监护，内科医生在床边。"),
    )
    intake = forms.ModelChoiceField(
        label=_("为哪一位"), queryset=Intake.objects.none(), required=False, empty_label=_("整个接诊台")
    )

    def __init__(self, *args: Any, facility: Facility, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["intake"]
        choice.queryset = Intake.objects.inside().filter(facility=facility)  # type: ignore[attr-defined]
        choice.label_from_instance = lambda intake: intake.label  # type: ignore[attr-defined]

    def overload(self) -> Overload:
        """Return what was typed."""
        data = self.cleaned_data
        return Overload(missing=data["missing"], doing_now=data["doing_now"], intake=data["intake"])


class DescribeForm(forms.Form):
    """Who somebody is and what is the matter, after care has begun."""

    label = forms.CharField(label=_("姓名"), max_length=60, help_text=_("不知道就不改，先救人。"))
    need_kind = forms.ChoiceField(label=_("看什么"), choices=[("", _("待查")), *NEED_WORDS.items()], required=False)
    note = forms.CharField(
        label=_("情况"), max_length=300, required=False, help_text=_("例：胸痛，男，约 60 岁，家属在外面。")
    )
    is_critical = forms.BooleanField(label=_("急重症，15 分钟内交接"), required=False)

    def described(self) -> Described:
        """Return what was typed."""
        return Described(**self.cleaned_data)


class TransferForm(forms.Form):
    """Another facility that has accepted, and who there."""

    accepted_by = forms.ModelChoiceField(
        label=_("哪家医院答应接"), queryset=Facility.objects.none(), empty_label=_("请选")
    )
    accepted_by_name = forms.CharField(
        label=_("对方谁答应的"), max_length=30, help_text=_("没有人答应，病人就还在这里治。")
    )

    def __init__(self, *args: Any, facility: Facility, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = Facility.objects.exclude(pk=facility.pk).exclude(zone_role="none")
        self.fields["accepted_by"].queryset = others  # type: ignore[attr-defined]


class SampleForm(forms.Form):
    """What a test done here found."""

    result = forms.ChoiceField(
        label=_("结果"),
        choices=SampleResult.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("请选一个结果。")},
    )


class NoteForm(forms.Form):
    """A remark with an end of stay."""

    note = forms.CharField(label=_("备注"), max_length=300, required=False)


class StatusForm(forms.Form):
    """How a service stands."""

    status = forms.ChoiceField(label=_("现在"), choices=ServiceStatus.choices)
    until = forms.DateTimeField(
        label=_("到什么时候恢复"),
        required=False,
        widget=LocalTimeInput,
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
    )
    reason = forms.CharField(label=_("原因"), max_length=200, required=False)

    def change(self) -> StatusChange:
        """Return what was typed."""
        data = self.cleaned_data
        return StatusChange(status=data["status"], until=data["until"], reason=data["reason"])


class MachinesForm(forms.Form):
    """Haemodialysis machines set apart."""

    hbv = forms.IntegerField(label=_("乙肝专机"), min_value=0, max_value=999)
    hcv = forms.IntegerField(label=_("丙肝专机"), min_value=0, max_value=999)


class CapacityForm(forms.Form):
    """Places of one slot."""

    capacity = forms.IntegerField(label=_("名额"), min_value=0, max_value=999)
