"""The register's form: what must be, and what may be filled in when there is time."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.forms.needs import NeedFields
from access.models import Resident
from access.services.residents import ResidentFacts
from access.states import Finding
from core import clock, tidy
from core.codes import read_id_no
from core.editing import VersionedForm
from core.fields import BirthDateField, IdNoField, NameField, NoteField, PhoneField, TidyField, TiledForm
from core.vocabulary import Mobility

_T = gettext_lazy
ID_KINDS = [
    ("resident_id", _T("居民身份证")),
    ("hk_mo_tw", _T("港澳台证件")),
    ("passport", _T("护照")),
    ("none_newborn", _T("新生儿，还没有")),
    ("none", _T("没有证件")),
]
PHONE_OWNERS = [
    ("self", _T("本人")), ("child", _T("子女")), ("parent", _T("父母")), ("neighbour", _T("邻居")),
    ("none", _T("没有电话")),
]  # fmt: skip
MOBILITY_ICONS: dict[str, str] = {
    Mobility.WALK: "walk",
    Mobility.ASSISTED: "user",
    Mobility.WHEELCHAIR: "chair",
    Mobility.STRETCHER: "bed",
}


class PersonFields(TiledForm):
    """One person."""

    name = NameField(label=_T("姓名"), max_length=60)
    id_kind = forms.ChoiceField(label=_T("证件"), choices=ID_KINDS, initial="resident_id")
    id_no = IdNoField(label=_T("证件号码"), max_length=40, required=False, help_text=_T("手边没有就空着，改天补。"))
    sex = forms.ChoiceField(
        label=_T("性别"), required=False, choices=[("", _T("不知道")), ("M", _T("男")), ("F", _T("女"))]
    )
    birth_date = BirthDateField(
        label=_T("出生日期"),
        required=False,
        help_text=_T("填了身份证就不用填。"),
    )
    building = TidyField(label=_T("几号楼"), max_length=40, help_text=_T("例：5号楼。门岗按这个放人。"))
    address = TidyField(label=_T("单元和门牌"), max_length=120, required=False)
    phone = PhoneField(label=_T("电话"), max_length=120, required=False)
    phone_owner = forms.ChoiceField(label=_T("谁的电话"), choices=PHONE_OWNERS, initial="self")
    mobility = forms.ChoiceField(
        label=_T("怎么走"), choices=Mobility.choices, initial=Mobility.WALK, widget=forms.RadioSelect
    )
    escort_required = forms.BooleanField(label=_T("要人陪同"), required=False)
    needs_oxygen = forms.BooleanField(label=_T("要氧气瓶"), required=False)
    has_stairs = forms.BooleanField(label=_T("家里有台阶，需要人扶"), required=False)
    machine_class = forms.ChoiceField(
        label=_T("透析分机"), required=False, choices=[("", _T("不用")), ("HBV", "HBV"), ("HCV", "HCV")]
    )
    note = NoteField(
        label=_T("备注"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2, "maxlength": 300})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.tiles["mobility"] = {value: {"icon": icon} for value, icon in MOBILITY_ICONS.items()}
        self.fields["id_no"].widget.attrs["data-private"] = True


class PersonForm(VersionedForm, PersonFields):
    """A registered person. Of the identity number only its end is shown (INV-32): left empty, it stays."""

    def __init__(self, *args: Any, record: Resident, **kwargs: Any) -> None:
        super().__init__(*args, record=record, **kwargs)
        if last4 := record.id_last4:
            self.fields["id_no"].help_text = _("登记的是 %(number)s。空着就不改。") % {
                "number": ("*" * 14 if record.id_kind == "resident_id" else "…") + last4
            }

    def shown(self, record: Resident) -> dict[str, Any]:
        """Return what is shown of a person: of the number nothing that could be sent back."""
        return super().shown(record) | {"id_no": ""}

    def changes(self) -> dict[str, Any]:
        """Return what was changed: another kind of paper puts the old number away, an empty field alone does not."""
        changed = super().changes()
        if "id_kind" in changed:
            return {"id_no": ""} | changed
        return {name: value for name, value in changed.items() if name != "id_no" or value}


class ResidentForm(NeedFields, PersonFields):
    """A new person, and the need that brings them here."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.is_bound:
            self.fields["name"].widget.attrs["autofocus"] = True  # one resident after the other, without the mouse

    def facts(self) -> ResidentFacts:
        """Return the person's part."""
        data = self.cleaned_data
        return ResidentFacts(**{name: data[name] for name in ResidentFacts.__dataclass_fields__ if name in data})


class ResultForm(forms.Form):
    """What a test found, or that isolation began or ended."""

    result = forms.ChoiceField(
        label=_T("结果"),
        choices=Finding.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _T("请选一个结果。")},
    )


def id_hint(id_no: str, id_kind: str) -> dict[str, Any]:
    """Say what an identity number tells, or what is probably wrong with it, while the form is filled."""
    if id_kind != "resident_id" or not tidy.id_no(id_no):
        return {}
    read = read_id_no(id_no, today=clock.today())
    return {"fault": read.fault, "hint": read.hint, "birth_date": read.birth_date, "sex": read.sex}
