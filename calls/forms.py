"""What is typed about a call."""

from django import forms
from django.utils.translation import gettext_lazy as _

from core.fields import TidyField


class EndForm(forms.Form):
    """What became of it."""

    words = TidyField(
        label=_("办成了什么"),
        max_length=300,
        error_messages={"required": _("写一句办成了什么。")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
