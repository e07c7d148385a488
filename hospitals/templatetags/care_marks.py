"""How a patient and a service stand at a house, as marks: the one table of each for every page of the desk."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.phrases import label
from core.templatetags.components import status_word, tag
from hospitals.states import IntakeStatus, ServiceStatus

register = template.Library()
SERVICE_LOOKS = {
    ServiceStatus.OPEN: ("quiet", "okcircle"),
    ServiceStatus.LIMITED: ("wait", "alert"),
    ServiceStatus.DIVERTING: ("wait", "swap"),
    ServiceStatus.CLOSED: ("wait", "dash"),
}


@register.simple_tag
def service_mark(status: str) -> SafeString:
    """Draw whether a service receives."""
    look = SERVICE_LOOKS[ServiceStatus(status)] if status in ServiceStatus.values else ("wait", "alert")
    return tag(label(ServiceStatus, status), *look)


@register.simple_tag
def intake_mark(row: Any) -> SafeString:
    """Draw where somebody in the house stands: being handed over, treated, waiting for the car home, or gone."""
    intake = row.intake
    if row.is_handing_over:
        return status_word("handover", over=row.hand_over_level)
    if intake.status == IntakeStatus.ARRIVED:
        return tag(_("已交接，等治疗"), "info", "check")
    if intake.status == IntakeStatus.RELEASED and not intake.left_at:
        return status_word("awaiting_return", over=row.is_wait_over)
    if intake.status in {IntakeStatus.IN_TREATMENT, IntakeStatus.ADMITTED}:
        return status_word(intake.status)
    return format_html('<span class="muted">{}</span>', intake.get_status_display())
