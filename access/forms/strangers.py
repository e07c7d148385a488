"""What somebody says of a person without a name."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from communities.models import Community
from core.fields import TidyField


class StrangerForm(forms.Form):
    """Where to bring them, and how they look; each may stay empty, but not all."""

    home = TidyField(label=lazy("送到哪个小区"), max_length=80, required=False)
    home_words = TidyField(label=lazy("小区里哪儿，或怎么走"), max_length=60, required=False)
    looks = TidyField(label=lazy("长什么样（男女、年纪、衣服）"), max_length=40, required=False)

    def clean_home(self) -> Community | None:
        """Find the compound by its number behind the name, as the list writes it, or by a name that is one's alone."""
        text = self.cleaned_data["home"].strip()
        if not text:
            return None
        code = text.rpartition(" ")[2]
        found = list(Community.objects.filter(code=code)) or list(Community.objects.filter(name=text)[:2])
        if len(found) == 1:
            return found[0]
        if found:
            raise forms.ValidationError(_("叫这个名字的小区不止一个，请从列出来的里选。"))
        raise forms.ValidationError(_("没有这个小区，请从列出来的里选最近的一个，再写怎么走。"))

    def clean(self) -> dict[str, Any]:
        """Ask for at least one word."""
        data = super().clean() or {}
        if not self.errors and not any(data.get(name) for name in ("home", "home_words", "looks")):
            self.add_error("home", _("写送到哪，或者写他长什么样。"))
        return data
