"""The mark that a guard's phone keeps: a signed word that it stood at a gate, good without a session (R-002-2b,
INV-28).

It opens one thing only, the emergency release of that gate. It is given while somebody is signed in there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.core import signing
from django.db import transaction
from django.utils.translation import gettext as _

from communities import policies
from communities.models import Gate, Scan
from core import audit
from core.actors import Actor

SALT = "communities.gate_device"
GOOD_FOR = timedelta(days=90)
PER_SPAN, SPAN = 30, timedelta(minutes=10)  # more new releases of one phone than this wait on the phone


@dataclass(frozen=True)
class DeviceMark:
    """A mark that was believed."""

    gate: Gate
    device: str

    @property
    def actor(self) -> Actor:
        """Return who acts: the phone, since nobody is signed in."""
        return Actor(
            key=f"device:{self.device}",
            label=_("门岗手机"),
            role="guard",
            place_kind="gate",
            place_code=self.gate.code,
            place_label=str(self.gate),
        )


def issue(gate: Gate, *, device: str, at: datetime) -> str:
    """Make the mark of a phone at a gate."""
    return signing.dumps([gate.code, device, int(at.timestamp())], salt=SALT)


def read(text: str, *, at: datetime) -> DeviceMark | None:
    """Return what a mark says; None for one that is forged, too old or called in."""
    try:
        gate_code, device, issued_s = signing.loads(text, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    issued_at = datetime.fromtimestamp(issued_s, UTC)
    gate = Gate.objects.select_related("community").filter(code=gate_code).first()
    if gate is None or at - issued_at > GOOD_FOR:
        return None
    if gate.marks_called_in_at and issued_at < gate.marks_called_in_at:
        return None
    return DeviceMark(gate, device)


def has_pressed_too_often(mark: DeviceMark, *, at: datetime) -> bool:
    """Say whether a phone has sent so many releases lately that further ones wait on it."""
    return Scan.objects.filter(operator_key=mark.actor.key, recorded_at__gt=at - SPAN).count() >= PER_SPAN


@transaction.atomic
def call_in(gate: Gate, *, by: Actor, at: datetime) -> None:
    """Make every mark given so far at a gate void: a phone was lost.

    Phones in use get a new one with their next page.
    """
    policies.check_call_in(by, gate)
    Gate.objects.filter(pk=gate.pk).update(marks_called_in_at=at)
    gate.marks_called_in_at = at
    audit.record("gate.marks_called_in", gate, by=by, at=at)
