"""How a run stands, as its driver reads it: one word, one colour and one icon for each status."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from core.templatetags.components import tag
from transport.states import RunStatus

register = template.Library()
# what the driver may still take or leave stands for every status that is not named
OFFERED: tuple[Any, str, str] = (_("等您接"), "wait", "alert")
MARKS: dict[str, tuple[Any, str, str]] = {
    RunStatus.COMPLETED: (_("跑完了"), "quiet", "check"),
    RunStatus.UNDER_WAY: (_("在跑"), "info", "car"),
    RunStatus.ACCEPTED: (_("接了"), "quiet", "okcircle"),
    RunStatus.DRAFT: (_("预留返程"), "quiet", "carback"),
}


@register.simple_tag
def run_mark(status: str) -> SafeString:
    """Draw the status of a run."""
    return tag(*MARKS.get(status, OFFERED))
