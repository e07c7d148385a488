"""The mark that every page of a gate gives the phone it is shown on."""

from __future__ import annotations

import hashlib

from django import template
from django.template import Context

from communities.models import Gate
from communities.services import device_marks
from core import clock

register = template.Library()


@register.simple_tag(takes_context=True)
def gate_mark(context: Context, gate: Gate) -> str:
    """Return the signed mark of this phone at this gate; one session is one phone."""
    session = context["request"].session.session_key or ""
    device = hashlib.sha256(f"gate phone {session}".encode()).hexdigest()[:16]
    return device_marks.issue(gate, device=device, at=clock.now())
