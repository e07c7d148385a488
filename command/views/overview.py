"""Who has nothing, and whose move it is."""

from __future__ import annotations

from django.http import HttpResponse

from accounts.access_control import actor_of, for_roles
from accounts.requests import ActorRequest
from command.selectors.kept_overview import kept
from core import boards, clock
from core.http import mark_of, page, unchanged, wants_fresh
from core.kept import KeptKey
from dispatch import selectors


@for_roles("command")
def show(request: ActorRequest) -> HttpResponse:
    """Show a division's unmet needs, people out without a way home, and counts by street."""
    actor, at = actor_of(request), clock.now()
    version = boards.version(kinds=("area", "facility", "community"))
    mark = mark_of(request, version=version, at=at)
    if same := unchanged(request, mark):
        return same
    seen = kept(KeptKey(actor, at, "" if wants_fresh(request) else version))
    context = {"seen": seen, "bad_rules": selectors.bad_rules(actor, at=at)}
    return page(request, "command/overview.html", context, part="numbers", mark=mark)
