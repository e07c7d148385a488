"""Who has nothing, and whose move it is."""

from __future__ import annotations

from django.http import HttpResponse

from accounts.access_control import actor_of, for_roles
from accounts.requests import ActorRequest
from command.selectors.overview import overview
from core import clock
from core.http import page
from dispatch import selectors


@for_roles("command")
def show(request: ActorRequest) -> HttpResponse:
    """Show a division's unmet needs, people out without a way home, and counts by street."""
    actor, at = actor_of(request), clock.now()
    context = {"seen": overview(actor, at=at), "bad_rules": selectors.bad_rules(actor, at=at)}
    return page(request, "command/overview.html", context, part="numbers")
