"""The community's first page."""

from __future__ import annotations

from hashlib import sha256

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from access.selectors.home import home_lists
from access.services import cycle
from accounts.access_control import actor_of, for_roles
from accounts.requests import ActorRequest
from core import clock
from core.http import mark_of, page, unchanged
from core.idempotency import idempotent


@require_safe
@for_roles("staff", "lead")
def home(request: ActorRequest) -> HttpResponse:
    """Show what must be done now, today's journeys and the days ahead."""
    actor, at = actor_of(request), clock.now()
    mark = mark_of(request, f"community:{actor.place_code}", at=at)
    if same := unchanged(request, mark):
        return same
    lists = home_lists(actor, at=at)
    due = "".join(str(each.resident.pk) for day in lists.days for each in day.unasked)
    context = {
        "lists": lists,
        "today": clock.local_day(at),
        # the same people, the same key: a poll that changes nothing stays the same fragment
        "cycle_key": sha256(due.encode()).hexdigest()[:32],
    }
    return page(request, "access/home.html", context, part="live", mark=mark)


@require_POST
@for_roles("staff", "lead")
@idempotent
def ask_due(request: ActorRequest) -> HttpResponse:
    """Ask by treatment cycle for everybody due in the next days."""
    made = cycle.ask_due(by=actor_of(request), at=clock.now())
    messages.success(request, _("按治疗周期申请了 %(n)s 人。") % {"n": len(made)})
    return HttpResponseRedirect(reverse("access:home"))
