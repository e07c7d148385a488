"""The register's form: what must be, and what may be filled in when there is time."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.models import Resident
from access.selectors.residents import facilities_offering
from access.services.needs import NeedFacts
from access.services.residents import ResidentFacts
from access.states import Finding, NeedKind
from core import tidy
from core.codes import read_id_no
from core.inputs import DayInput
from transport.states import Mobility

_T = gettext_lazy
ID_KINDS = [
    ("resident_id", _T("居民身份证")),
    ("hk_mo_tw", _T("港澳台证件")),
    ("passport", _T("护照")),
    ("none_newborn", _T("新生儿，还没有")),
    ("none", _T("没有证件")),
]
PHONE_OWNERS = [
    ("self", _T("本人")), ("child", _T("子女")), ("parent", _T("父母")), ("neighbour", _T("邻居")), ("none", _T("没有电话")),
]  # fmt: skip
DAYS = [
    ("1", _T("周一")), ("2", _T("周二")), ("3", _T("周三")), ("4", _T("周四")), ("5", _T("周五")), ("6", _T("周六")), ("7", _T("周日")),
]  # fmt: skip
SHIFTS = [("", _T("没有固定")), ("AM", _T("上午班")), ("PM", _T("下午班")), ("EVE", _T("晚班"))]
MOBILITY_ICONS = {"walk": "walk", "assisted": "user", "wheelchair": "chair", "stretcher": "bed"}
NEED_CHOICES = [(kind.value, kind.label) for kind in NeedKind if kind not in {NeedKind.EMERGENCY, NeedKind.OUTPATIENT}]
NEED_FIELDS = {"need_kind", "days", "cycle_days", "shift", "next_date", "facility", "session_hours"}
_PHONE = re.compile(r"^[0-9+\-() ]{7,20}$")


class ResidentForm(forms.Form):
    """One person and the need that brings them here."""

    name = forms.CharField(label=_T("姓名"), max_length=60)
    id_kind = forms.ChoiceField(label=_T("证件"), choices=ID_KINDS, initial="resident_id")
    id_no = forms.CharField(
        label=_T("证件号码"), max_length=40, required=False, help_text=_T("手边没有就空着，改天补。")
    )
    sex = forms.ChoiceField(
        label=_T("性别"), required=False, choices=[("", _T("按证件")), ("M", _T("男")), ("F", _T("女"))]
    )
    birth_date = forms.DateField(
        label=_T("出生日期"),
        required=False,
        widget=DayInput(),
        help_text=_T("填了身份证就不用填。"),
    )
    building = forms.CharField(label=_T("几号楼"), max_length=40, help_text=_T("例：5号楼。门岗按这个放人。"))
    address = forms.CharField(label=_T("单元和门牌"), max_length=120, required=False)
    phone = forms.CharField(label=_T("电话"), max_length=20, required=False)
    phone_owner = forms.ChoiceField(label=_T("谁的电话"), choices=PHONE_OWNERS, initial="self")
    need_kind = forms.ChoiceField(label=_T("需要什么"), choices=NEED_CHOICES, initial=NeedKind.DIALYSIS)
    days = forms.MultipleChoiceField(
        label=_T("每周哪几天"), choices=DAYS, required=False, widget=forms.CheckboxSelectMultiple
    )
    cycle_days = forms.IntegerField(
        label=_T("或者几天一次"),
        required=False,
        min_value=1,
        max_value=120,
        help_text=_T("放化疗、产检按周期的填这里。"),
    )
    shift = forms.ChoiceField(label=_T("哪一班"), choices=SHIFTS, required=False)
    next_date = forms.DateField(label=_T("下次日期"), required=False, widget=DayInput())
    mobility = forms.ChoiceField(
        label=_T("怎么走"), choices=Mobility.choices, initial=Mobility.WALK, widget=forms.RadioSelect
    )
    facility: forms.ModelChoiceField[Any] = forms.ModelChoiceField(
        label=_T("常去的医院"), queryset=None, required=False, empty_label=_T("不固定")
    )
    session_hours = forms.FloatField(label=_T("一次几小时"), required=False, min_value=0.25, max_value=24)
    escort_required = forms.BooleanField(label=_T("要人陪同"), required=False)
    needs_oxygen = forms.BooleanField(label=_T("要氧气瓶"), required=False)
    has_stairs = forms.BooleanField(label=_T("家里有台阶，需要人扶"), required=False)
    machine_class = forms.ChoiceField(
        label=_T("透析分机"), required=False, choices=[("", _T("不用")), ("HBV", "HBV"), ("HCV", "HCV")]
    )
    note = forms.CharField(
        label=_T("备注"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2, "maxlength": 300})
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["facility"].queryset = facilities_offering()  # type: ignore[attr-defined]
        self.fields["mobility"].tiles = {value: {"icon": icon} for value, icon in MOBILITY_ICONS.items()}  # type: ignore[attr-defined]
        if last4 := self.initial.get("id_last4"):
            self.fields["id_no"].help_text = _("登记的是 %(number)s。空着就不改。") % {"number": "*" * 14 + last4}
        self.fields["id_no"].widget.attrs |= {"inputmode": "text", "autocomplete": "off", "spellcheck": "false"}
        self.fields["phone"].widget.attrs |= {"inputmode": "tel", "autocomplete": "off"}

    def clean_name(self) -> str:
        """Tidy the spaces; characters nobody's name holds are named."""
        name = " ".join(self.cleaned_data["name"].split())
        if not name.isprintable() or re.search(r"[<>{}\\]", name):
            raise forms.ValidationError(_("姓名里有认不出的符号，请再看一遍。"))
        return name

    def clean_phone(self) -> str:
        """Take telephone numbers as they are written, without spaces."""
        phone = self.cleaned_data["phone"].strip()
        if phone and not _PHONE.match(phone):
            raise forms.ValidationError(_("电话只能是数字，7 到 20 位。没有电话就空着。"))
        return re.sub(r"[ ()]", "", phone)

    def facts(self) -> ResidentFacts:
        """Return the person's part."""
        data = self.cleaned_data
        names = ResidentFacts.__dataclass_fields__
        return ResidentFacts(**{name: data[name] for name in names if name in data and name != "escort_reason"})

    def need_changed(self) -> bool:
        """Say whether the need's part differs from what the form was shown with."""
        return bool(NEED_FIELDS & set(self.changed_data))

    def need(self) -> NeedFacts:
        """Return the need's part."""
        data = self.cleaned_data
        return NeedFacts(
            kind=data["need_kind"],
            schedule_days=",".join(sorted(data["days"])),
            cycle_days=data["cycle_days"],
            shift=data["shift"],
            next_date=data["next_date"],
            facility=data["facility"],
            session_hours=data["session_hours"],
        )


class ResultForm(forms.Form):
    """What a test found, or that isolation began or ended."""

    result = forms.ChoiceField(
        label=_T("结果"),
        choices=Finding.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _T("请选一个结果。")},
    )


def initial_of(resident: Resident) -> dict[str, Any]:
    """Return what the form shows for a resident already registered: of the identity number only its end (INV-32)."""
    need = next(iter(resident.needs.all()), None)
    values: dict[str, Any] = {
        name: getattr(resident, name)
        for name in (*ResidentForm.base_fields, "id_last4")
        if name != "id_no" and hasattr(resident, name)
    }
    if need:
        values |= {
            "need_kind": need.kind,
            "days": [day for day in need.schedule_days.split("|")[0].split(",") if day.isdigit()],
            "cycle_days": need.schedule_days.rstrip("d") if need.schedule_kind == "cycle" else None,
            "shift": need.shift,
            "next_date": need.next_date,
            "facility": need.facility_id,
            "session_hours": need.session_hours,
        }
    return values


def id_hint(id_no: str, id_kind: str) -> dict[str, Any]:
    """Say what an identity number tells, or what is probably wrong with it, while the form is filled."""
    if id_kind != "resident_id" or not tidy.id_no(id_no):
        return {}
    read = read_id_no(id_no)
    return {"fault": read.fault, "hint": read.hint, "birth_date": read.birth_date, "sex": read.sex}
