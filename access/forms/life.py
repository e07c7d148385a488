"""Forms of what stops and starts again: a stay away, a need."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _T

from access.models import Absence
from access.states import FOR_GOOD, AbsenceKind
from core.fields import DayField, TidyField

BACK = "back"
PAUSE, FINISH, RESUME = "pause", "finish", "resume"


class AbsenceForm(forms.Form):
    """Where somebody is, until when; or that they are back. Death and moving away put the record away."""

    kind_of = forms.ChoiceField(
        label=_T("人在哪"),
        choices=[(kind.value, kind.label) for kind in AbsenceKind if kind not in FOR_GOOD],
        widget=forms.RadioSelect,
        error_messages={"required": _T("请选一样。")},
    )
    until = DayField(
        label=_T("哪天回来"),
        required=False,
    )
    note = TidyField(label=_T("在哪、谁说的"), required=False, max_length=200)


def said_of(absence: Absence | None) -> dict[str, Any]:
    """Return what was said last of where somebody is, for the form; nothing while they are at home."""
    return {"kind_of": absence.kind, "until": absence.until, "note": absence.note} if absence else {}


class NeedActForm(forms.Form):
    """Pause, end or take up a need again."""

    act = forms.ChoiceField(choices=[(each, each) for each in (PAUSE, FINISH, RESUME)])
    reason = TidyField(label=_T("为什么"), required=False, max_length=200)
    until = DayField(label=_T("到哪天恢复（可以不写）"), required=False)

    def __init__(self, *args: Any, need_id: UUID | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.need_id = need_id
