"""What comes in at the gate's page."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from communities.states import Decision, Direction
from core.fields import CodeField, DayField, TidyField

GUARD_DECISIONS = [choice for choice in Decision.choices if choice[0] != Decision.EMERGENCY]


class CodeForm(forms.Form):
    """A scanned or typed code."""

    code = CodeField(
        label=_("扫不出来就输后四位"),
        max_length=400,
        error_messages={"required": _("输证号后四位，或短码。")},
        widget=forms.TextInput(
            attrs={
                "autocomplete": "off",
                "autocapitalize": "characters",
                "spellcheck": "false",
                "placeholder": _("证号后四位"),
                "enterkeyhint": "go",
            }
        ),
    )
    direction = forms.ChoiceField(choices=[("", ""), *Direction.choices], required=False, widget=forms.HiddenInput)


class ScanForm(forms.Form):
    """What the guard did, with the event's own id."""

    event_id = forms.UUIDField(widget=forms.HiddenInput)
    direction = forms.ChoiceField(choices=Direction.choices)
    decision = forms.ChoiceField(choices=GUARD_DECISIONS)
    gate_pass = forms.UUIDField(required=False)
    code_text = CodeField(required=False, max_length=400)
    emergency = forms.UUIDField(required=False, help_text="The emergency release whose party comes back")
    party_size = forms.IntegerField(required=False, min_value=1, max_value=20)


class EmergencyForm(forms.Form):
    """One press: only the event's id. Anything missing or odd never stops it."""

    event_id = forms.UUIDField(required=False)


class DetailForm(forms.Form):
    """Three optional taps after an emergency release."""

    building = TidyField(label=_("几号楼"), max_length=20, required=False)
    party_size = forms.TypedChoiceField(
        label=_("几个人"),
        choices=[(1, _("1 人")), (2, _("2 人")), (3, _("3 人")), (4, _("4 人起"))],
        coerce=int,
        empty_value=None,
        required=False,
        widget=forms.RadioSelect,
    )
    has_ambulance = forms.TypedChoiceField(
        label=_("120 来了没"),
        choices=[("yes", _("来了")), ("no", _("还没来"))],
        coerce=lambda value: value == "yes",
        empty_value=None,
        required=False,
        widget=forms.RadioSelect,
    )


class ListForm(forms.Form):
    """Filters of the lists of passes."""

    q = TidyField(
        label=_("找人"),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"placeholder": _("姓、楼号、证号后四位、车牌"), "autocomplete": "off"}),
    )
    day = DayField(required=False)
