"""Who is out with no way home: one list for every post, as far as it may see."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from accounts.access_control import actor_of, for_roles
from accounts.requests import ActorRequest
from core import clock
from core.http import mark_of, page, unchanged

_BOARDS = {
    "staff": "community", "lead": "community", "guard": "gate", "driver": "driver", "dispatch": "area",
    "intake": "facility", "hospadm": "facility",
}  # fmt: skip


@require_safe
@for_roles("staff", "lead", "guard", "driver", "dispatch", "intake", "hospadm", "command")
def people_out(request: ActorRequest) -> HttpResponse:
    """Show the strip as a page, or as the fragment that living home screens ask for."""
    actor = actor_of(request)
    kind = _BOARDS.get(actor.role)
    place = actor.place_code[:12] if kind == "gate" else actor.place_code
    # command's people are of a whole division, which has no board of its own: read each time
    mark = mark_of(request, f"{kind}:{place}", at=clock.now()) if kind else ""
    return unchanged(request, mark) or page(request, "access/people_out.html", part="strip", mark=mark)
