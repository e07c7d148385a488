"""What a driver types: rarely anything."""

from __future__ import annotations

from datetime import datetime, timedelta

from django import forms
from django.utils.translation import gettext_lazy as _

from core.fields import MomentField, TidyField
from transport.services.lateness import LATE_AT_MOST_MIN

KEPT_AT_MOST = timedelta(hours=12)


class WhenForm(forms.Form):
    """When a step happened, if the phone had no network then."""

    happened_at = MomentField(required=False)

    def moment(self, now: datetime) -> datetime:
        """Return when it happened: not in the future, and not longer ago than a phone may keep it."""
        typed = self.cleaned_data.get("happened_at") if self.is_valid() else None
        return typed if typed and now - KEPT_AT_MOST <= typed <= now else now


class LateForm(forms.Form):
    """How much later."""

    minutes = forms.IntegerField(
        label=_("晚几分钟"),
        min_value=1,
        max_value=LATE_AT_MOST_MIN,
        error_messages={
            "required": _("请写晚多少分钟。"),
            "invalid": _("请写一个数，单位是分钟。"),
            "min_value": _("请写 1 到 240 之间的分钟数。"),
            "max_value": _("请写 1 到 240 之间的分钟数。"),
        },
    )


class DeclineForm(forms.Form):
    """Why an offered run cannot be taken."""

    reason = TidyField(
        label=_("为什么接不了"), max_length=100, error_messages={"required": _("请选一个原因，调度台好改派。")}
    )


class AbortForm(DeclineForm):
    """Why a run cannot go on, and where the car stands."""

    where = TidyField(label=_("现在停在哪里"), max_length=120, required=False)


class RoadsideForm(forms.Form):
    """Where somebody outside asks for help, what is the matter, what was lent (E23); nothing must be typed."""

    where = TidyField(label=_("在哪里"), max_length=80, required=False)
    note = TidyField(label=_("怎么了，借了什么给人"), max_length=120, required=False)


DECLINE_REASONS = [_("车坏了"), _("身体不舒服"), _("时间来不及"), _("车上条件不够")]
ABORT_REASONS = [_("车坏了"), _("出了事故"), _("路封了"), _("身体不舒服")]
