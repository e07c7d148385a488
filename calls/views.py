"""The strip of calls on every page of a post, their list, and the three acts on one."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access_control import actor_of, for_roles
from accounts.requests import ActorRequest
from calls import selectors
from calls.forms import EndForm
from calls.services import calls
from calls.states import HANDLERS
from core import clock
from core.actors import Actor
from core.http import mark_of, page, page_before, unchanged
from core.idempotency import idempotent
from core.vocabulary import Role

SEERS = ("staff", "lead", "guard", "driver", "dispatch", "intake", "hospadm", "command")
IN_STRIP = 6  # rows of the strip when it is opened; the page shows them all


def _mark(request: ActorRequest, actor: Actor) -> str:
    kinds = ("calls",) if actor.role == Role.COMMAND else ()
    return mark_of(request, *selectors.boards_of(actor), kinds=kinds, at=clock.now())


@require_safe
@for_roles(*SEERS)
def strip(request: ActorRequest) -> HttpResponse:
    """Show the calls of the post in one line that opens: the living part of every page."""
    actor, at = actor_of(request), clock.now()
    mark = _mark(request, actor)
    if same := unchanged(request, mark):
        return same
    seen = selectors.seen_by(actor, at=at)
    context = {"seen": seen, "shown": seen.calls[:IN_STRIP], "more": max(len(seen.calls) - IN_STRIP, 0)}
    return page(request, "calls/strip.html", context, part="strip", mark=mark)


@require_safe
@for_roles(*SEERS)
def show(request: ActorRequest) -> HttpResponse:
    """List every call of the post, and what ended within the last day."""
    actor = actor_of(request)
    mark = _mark(request, actor)
    return unchanged(request, mark) or _list(request, mark=mark)


def _list(
    request: ActorRequest,
    *,
    mark: str = "",
    status: int = 200,
    end_form: EndForm | None = None,
    ending: UUID | None = None,
) -> HttpResponse:
    """Draw the list; `end_form` is what was typed about the call `ending`, to be mended."""
    actor, at = actor_of(request), clock.now()
    ended = selectors.ended_lately(actor, at=at)
    context = {
        "seen": selectors.seen_by(actor, at=at).unended(),
        "ended": ended,
        "end_form": end_form,
        "ending": ending,
    }
    return page(request, "calls/list.html", context, part="live", mark=mark, status=status)


@require_POST
@for_roles(*HANDLERS)
@idempotent
def take_up(request: ActorRequest, call_id: UUID) -> HttpResponse:
    """Take a call up by name: whoever raised it reads the name."""
    actor = actor_of(request)
    calls.take_up(selectors.own_call(actor, call_id), by=actor, at=clock.now())
    messages.success(request, _("您接手了，报的人能看到您的名字。"))
    return HttpResponseRedirect(page_before(request, reverse("calls:list")))


@require_POST
@for_roles(*HANDLERS)
@idempotent
def put_back(request: ActorRequest, call_id: UUID) -> HttpResponse:
    """Put a call back among those nobody has in hand."""
    actor = actor_of(request)
    calls.put_back(selectors.own_call(actor, call_id), by=actor, at=clock.now())
    messages.success(request, _("放回去了，别人可以接手。"))
    return HttpResponseRedirect(page_before(request, reverse("calls:list")))


@require_POST
@for_roles(*HANDLERS)
@idempotent
def end(request: ActorRequest, call_id: UUID) -> HttpResponse:
    """End a call with what became of it."""
    actor, form = actor_of(request), EndForm(request.POST)
    call = selectors.own_call(actor, call_id)
    if not form.is_valid():
        return _list(request, status=422, end_form=form, ending=call.pk)
    calls.end(call, words=form.cleaned_data["words"], by=actor, at=clock.now())
    messages.success(request, _("记下了：办完了。"))
    return HttpResponseRedirect(page_before(request, reverse("calls:list")))
