"""给谁申请？ Who is due and not asked for stands first, then everybody, found while a name is typed."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from access.selectors import residents as selectors
from access.selectors.due import due_today
from accounts.access_control import actor_of, for_roles
from accounts.requests import ActorRequest
from core import clock
from core.http import page

AT_MOST = 50


@require_safe
@for_roles("staff", "lead")
def request_who(request: ActorRequest) -> HttpResponse:
    """Ask for whom a way is wanted; a press on a name leads to the three questions."""
    actor, at = actor_of(request), clock.now()
    words = request.GET.get("q", "").strip()[:60]
    for rows, read in selectors.readings(actor, selectors.ListQuery(words=words), at=at):
        found, by_sound = list(rows[:AT_MOST]), read.by_sound
        if found:
            break
    context = {
        "words": words,
        "rows": [selectors.row_of(row, stale_before=at - selectors.STALE_AFTER) for row in found],
        "by_sound": by_sound,
        "is_cut": len(found) == AT_MOST,
        "due": [] if words else due_today(actor.place_code, at=at),
    }
    return page(request, "access/request_who.html", context, part="rows")
