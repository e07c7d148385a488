"""What a change of zone carries."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from core.fields import MomentField, TidyField
from core.vocabulary import ZoneClass


class ZoneForm(forms.Form):
    """A class for a compound or one building, from when, by which order."""

    zone_class = forms.ChoiceField(
        label=_("改成"),
        choices=ZoneClass.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("请选一种区。")},
    )
    building = TidyField(
        label=_("哪里"),
        widget=forms.TextInput(attrs={"list": "buildings", "autocomplete": "off"}),
        max_length=40,
        required=False,
        strip=True,
        help_text=_("空着是全小区；只改一栋，写楼号，例：5号楼。"),
    )
    since = MomentField(
        label=_("从什么时候起"),
        required=False,
        help_text=_("空着就是现在。写今晚 0 点，到点自动生效。"),
    )
    source = TidyField(label=_("依据"), max_length=120, required=False, help_text=_("文件的名字或文号。"))
