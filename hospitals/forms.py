"""What a desk types. There is no field and no choice by which anybody could be turned away (R-002-3d)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from core.editing import EditForm
from core.fields import MomentField, NameField, NoteField, TidyField, choice_of_rows
from hospitals.models import Facility, Intake, Service
from hospitals.services.intake import Described
from hospitals.services.overload import Overload
from hospitals.services.status import StatusChange
from hospitals.services.transfers import TransferWish
from hospitals.states import SampleResult, ServiceStatus, TransferReason
from hospitals.words import MISSING_WORDS, NEED_WORDS


class OfHouse(TypedDict):
    """What `houses_for` reads: whether the house does what the patient needs."""

    does_it: bool


if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

    _House = WithAnnotations[Facility, OfHouse]
    _ArrivalChoice = forms.ModelChoiceField[Intake]
    _HouseChoice = forms.ModelChoiceField[_House]
else:
    _House = Facility
    _ArrivalChoice = _HouseChoice = forms.ModelChoiceField


class ArrivalField(_ArrivalChoice):
    """One of those who are in."""

    def label_from_instance(self, obj: Intake) -> str:
        """Name the patient."""
        return obj.label


class OverloadForm(forms.Form):
    """接不动，上报协调."""

    missing = forms.ChoiceField(label=_("缺什么"), choices=list(MISSING_WORDS.items()), widget=forms.RadioSelect)
    doing_now = NoteField(
        label=_("现在给病人做着什么"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("例：已吸氧、心电监护，内科医生在床边。"),
    )
    intake = ArrivalField(
        label=_("为哪一位"), queryset=Intake.objects.none(), required=False, empty_label=_("整个接诊台")
    )

    def __init__(self, *args: Any, facility: Facility, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice_of_rows(self, "intake").queryset = Intake.objects.inside().filter(facility=facility)

    def overload(self) -> Overload:
        """Return what was typed."""
        data = self.cleaned_data
        return Overload(missing=data["missing"], doing_now=data["doing_now"], intake=data["intake"])


class DescribeForm(EditForm):
    """Who somebody is and what is the matter, after care has begun."""

    label = TidyField(label=_("姓名"), max_length=60, help_text=_("不知道就不改，先救人。"))
    need_kind = forms.ChoiceField(label=_("看什么"), choices=[("", _("待查")), *NEED_WORDS.items()], required=False)
    note = TidyField(
        label=_("情况"), max_length=300, required=False, help_text=_("例：胸痛，男，约 60 岁，家属在外面。")
    )
    is_critical = forms.BooleanField(label=_("急重症，15 分钟内交接"), required=False)

    def described(self) -> Described:
        """Return what was typed."""
        return Described(**self.cleaned_data)


class HouseField(_HouseChoice):
    """Another house; those that do what the patient needs stand first, and say so."""

    def label_from_instance(self, obj: _House) -> str:
        """Name the house."""
        return str(_("%(name)s（有这项）") % {"name": obj.name}) if obj.does_it else obj.name


class TransferForm(forms.Form):
    """Which house is asked to take the patient over, and why; who said yes there when it was asked by telephone."""

    to = HouseField(label=_("转到哪家医院"), queryset=None, empty_label=_("请选"))
    reason = forms.ChoiceField(label=_("为什么转"), choices=TransferReason.choices, widget=forms.RadioSelect)
    note = TidyField(label=_("要对方知道的"), max_length=300, required=False)
    accepted_name = NameField(
        label=_("电话里谁答应的"),
        max_length=30,
        required=False,
        help_text=_("打过电话、对方答应了才填。不填就问到对方接诊台。"),
    )

    def __init__(self, *args: Any, houses: QuerySet[Facility], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice_of_rows(self, "to").queryset = houses

    def wish(self) -> TransferWish:
        """Return what was chosen."""
        return TransferWish(**self.cleaned_data)


class AcceptForm(forms.Form):
    """Who takes the patient."""

    name = NameField(label=_("谁答应接"), max_length=30)


class PassOnForm(forms.Form):
    """Which house is asked instead, and in whose name."""

    to = HouseField(label=_("转问哪家医院"), queryset=None, empty_label=_("请选"))
    name = NameField(label=_("这里谁定的"), max_length=30)

    def __init__(self, *args: Any, houses: QuerySet[Facility], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice_of_rows(self, "to").queryset = houses


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

    note = TidyField(label=_("备注"), max_length=300, required=False)


class StatusForm(EditForm):
    """How a service stands. A time that is there and cannot be typed so finely stays to the second."""

    status = forms.ChoiceField(label=_("现在"), choices=ServiceStatus.choices)
    until = MomentField(
        label=_("到什么时候恢复"),
        required=False,
    )
    reason = TidyField(label=_("原因"), max_length=200, required=False)

    def shown(self, record: Service) -> dict[str, Any]:
        """Return the status with its end and reason."""
        return {"status": record.status, "until": record.status_until, "reason": record.status_reason}

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
