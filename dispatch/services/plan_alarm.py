"""A plan that failed is a call for help of its area until one succeeds; nobody has to look into a log."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from calls.services import calls
from calls.services.calls import Trouble
from calls.states import CallKind
from communities.services import calling
from core.actors import ENGINE


def report_failed(area: str, *, why: str, at: datetime) -> None:
    """Call for help in the caller's transaction; the same area again is the same call."""
    words = _("有人在等，这个片区要人来排。出的错：%(why)s") % {"why": why}
    trouble = Trouble(CallKind.PLAN_FAILED, subject=area, note=words)
    calling.call_for_help(trouble, scene=calling.scene_of_area(area), by=ENGINE, at=at)


def note_success(area: str, *, at: datetime) -> None:
    """End the call of an area whose plan was made after all."""
    calls.end_by_fact(CallKind.PLAN_FAILED, area, words=_("后来排成了"), by=ENGINE, at=at)
