"""What the loser of a race reads: who was first, and when."""

from __future__ import annotations

from django.utils.translation import gettext as _

from access.models import AccessRequest
from core import audit
from core.errors import Conflict
from core.vocabulary import hhmm

PLACED = ("request.placed", "request.arranged", "return.placed", "transfer.placed", "stranded.placed")


def by_another(code: str, request: AccessRequest) -> Conflict:
    """Return the refusal of a placing that somebody has made meanwhile: it names them and the minute."""
    was = audit.timeline(request.case_ref).filter(verb__in=PLACED).order_by("-at", "-id").first()
    if was is None:
        return Conflict(code, _("刚被别人排好了，请刷新看最新情况。"))
    words = {"who": was.actor_label, "at": hhmm(was.at)}
    return Conflict(code, _("刚被别人排好了：%(who)s %(at)s 排的，下面是现在的样子。") % words)
