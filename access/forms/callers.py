"""What a post that takes calls asks: whose telephone, what for in three classes, when."""

from __future__ import annotations

from datetime import datetime

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.models import CareNeed, Resident
from access.rhythm import session_min
from access.selectors.ground import length_of
from access.selectors.suggestion import Suggestion
from access.services.requests import AccessWish
from core.fields import MomentField, NoteField, PhoneField
from core.vocabulary import NeedKind

REGISTERED, VISIT = "registered", "visit"


class PhoneForm(forms.Form):
    """The telephone of whoever rings."""

    phone = PhoneField(
        label=gettext_lazy("来电人的电话"),
        max_length=120,
        error_messages={"required": gettext_lazy("请写电话，号码要全。")},
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off", "autofocus": True}),
    )


class CallerForm(forms.Form):
    """What for and when; how they travel is what the register says."""

    purpose = forms.ChoiceField(
        label=gettext_lazy("去做什么？"),
        choices=[
            (REGISTERED, gettext_lazy("平时的治疗（按名册，这里不显示是什么）")),
            (VISIT, gettext_lazy("看门诊、复诊")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("请选一样。")},
    )
    arrive_at = MomentField(
        label=gettext_lazy("几点要到医院？"),
        required=False,
        help_text=gettext_lazy("不写就是越快越好；平时的治疗不写，就是下一次的钟点；今天的过了就是今天越快越好。"),
    )
    note = NoteField(
        label=gettext_lazy("来电人说的话"),
        required=False,
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def wish(self, resident: Resident, known: Suggestion, *, is_second: bool) -> AccessWish:
        """Make the wish of a valid form that `check_registered` has passed."""
        cleaned = self.cleaned_data
        is_registered = cleaned["purpose"] == REGISTERED
        usual_at = None if known.is_due_now else known.usual_at  # missed today: as soon as possible, no day unsaid
        arrive_at: datetime | None = cleaned.get("arrive_at") or (usual_at if is_registered else None)
        chosen = known.chosen if is_registered else None
        return AccessWish(
            need_kind=chosen.kind if chosen else NeedKind.OUTPATIENT,
            arrive_at=arrive_at,
            mobility=resident.mobility,
            facility=known.facility_code if is_registered else "",
            escorts=int(resident.escort_required),
            needs_oxygen=resident.needs_oxygen,
            has_stairs=resident.has_stairs,
            note=cleaned["note"],
            session_min=_length(chosen, arrive_at),
            source="hotline",
            is_second=is_second,
        )

    def check_registered(self, known: Suggestion) -> bool:
        """Say whether the register knows a treatment, where one is asked for; else mark the field."""
        if self.cleaned_data.get("purpose") == REGISTERED and known.chosen is None:
            self.add_error("purpose", _("名册上没有定期治疗。请选看门诊，把来电人的话写在下面。"))
            return False
        return True


def _length(need: CareNeed | None, arrive_at: datetime | None) -> int:
    if need is None:
        return session_min(NeedKind.OUTPATIENT)
    return length_of(need, at=arrive_at) if arrive_at else session_min(need.kind, hours=need.session_hours)
