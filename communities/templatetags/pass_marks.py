"""How a gate pass stands, as a mark: one colour and one icon for each phase."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString

from communities.states import PassPhase
from core.templatetags.components import tag

register = template.Library()
LOOKS = {
    PassPhase.UPCOMING: ("quiet", "clock"),
    PassPhase.READY: ("ok", "okcircle"),
    PassPhase.EXPIRED: ("quiet", "dash"),
    PassPhase.OUT: ("info", "gate"),
    PassPhase.OVERDUE: ("wait", "alert"),
    PassPhase.BACK: ("quiet", "check"),
    PassPhase.VOID: ("quiet", "close"),
}


@register.simple_tag
def phase_mark(phase: str) -> SafeString:
    """Draw the phase of a pass."""
    found = PassPhase(phase)
    return tag(found.label, *LOOKS[found])
