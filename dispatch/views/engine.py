"""The switch of automatic planning, and what it planned last."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from accounts.access_control import actor_of, for_roles
from accounts.requests import ActorRequest
from core import clock
from core.http import page
from core.idempotency import idempotent
from dispatch import selectors
from dispatch.planning import engine_switch, faulty

MODES = {"on": (True, False), "propose": (True, True), "off": (False, False)}


@for_roles("dispatch")
def show(request: ActorRequest) -> HttpResponse:
    """Show what the engine may do in the area, and its last plans."""
    actor = actor_of(request)
    context = {
        "setting": selectors.engine_setting(actor),
        "plans": selectors.plans(actor),
        "area": actor.place_code,
        "bad_rules": selectors.bad_rules(actor, at=clock.now()),
        "set_aside": SimpleLazyObject(lambda: faulty.set_aside(actor, at=clock.now())),  # of whole pages alone
    }
    return page(request, "dispatch/engine.html", context, part="plans")


@for_roles("dispatch")
@idempotent
def switch(request: ActorRequest) -> HttpResponse:
    """Let the engine place, only propose, or stay off; what stands is untouched."""
    actor = actor_of(request)
    is_on, proposes_only = MODES.get(request.POST.get("mode", ""), MODES["on"])
    engine_switch.set_engine(actor.place_code, is_on=is_on, proposes_only=proposes_only, by=actor, at=clock.now())
    messages.success(request, _("改好了。已经排好的都不动。"))
    return HttpResponseRedirect(reverse("dispatch:engine"))


@for_roles("dispatch")
@idempotent
def take(request: ActorRequest, run_id: UUID) -> HttpResponse:
    """Put a proposal into force."""
    actor = actor_of(request)
    outcome = engine_switch.take_proposal(selectors.plan_of(actor, run_id), by=actor, at=clock.now())
    words = _("%(n)s 位排好了，%(stale)s 位情况变了，还在等。") % {
        "n": len(outcome.applied),
        "stale": len(outcome.stale),
    }
    messages.success(request, words)
    return HttpResponseRedirect(reverse("dispatch:board"))
