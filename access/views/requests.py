"""Asking for a way, and the list of what was asked."""

from __future__ import annotations

import json
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from access.forms.requests import RequestForm, time_words
from access.models import AccessRequest, Resident
from access.selectors.ground import Ground, asking, ground_of
from access.selectors.requests import request_page
from access.selectors.residents import resident_of
from access.selectors.suggestion import Suggestion, suggestion, wish_values
from access.services import one_way
from access.services import requests as service
from access.services.requests import AccessWish
from access.states import Danger
from access.views.called import show_first
from accounts.access_control import actor_of, for_roles
from accounts.requests import ActorRequest
from core import clock
from core.errors import Conflict, Invalid
from core.http import mark_of, page, unchanged
from core.idempotency import idempotent
from core.vocabulary import NeedKind

FILTER_WORDS = (
    ("all", gettext_lazy("全部")),
    ("waiting", gettext_lazy("等安排")),
    ("planned", gettext_lazy("已排好")),
    ("out", gettext_lazy("在外面")),
    ("over", gettext_lazy("已结束")),
)


@require_safe
@for_roles("staff", "lead")
def request_list(request: ActorRequest) -> HttpResponse:
    """List, search and filter the community's requests."""
    actor, at = actor_of(request), clock.now()
    mark = mark_of(request, f"community:{actor.place_code}", at=at)
    if same := unchanged(request, mark):
        return same
    search, only = request.GET.get("q", ""), request.GET.get("only", "all")
    found = request_page(actor, at=at, search=search, only=only, after=request.GET.get("after", ""))
    context = {"found": found, "search": search[:40], "only": only, "filters": FILTER_WORDS}
    return page(request, "access/requests.html", context, part="list", mark=mark)


@require_safe
@for_roles("staff", "lead")
def request_new(request: ActorRequest, ident: UUID) -> HttpResponse:
    """Show the three questions, answered as the roster suggests."""
    at = clock.now()
    resident = resident_of(actor_of(request), ident)
    found = suggestion(resident, at=at)
    form = RequestForm(initial=wish_values(resident, found))
    return _form_page(request, form, resident, found, ground_of(resident, on=found.usual_at or at, at=at))


@require_POST
@for_roles("staff", "lead")
@idempotent
def request_submit(request: ActorRequest, ident: UUID) -> HttpResponse:
    """Store the wish; a second one for the same day is asked about first."""
    actor, at = actor_of(request), clock.now()
    form = RequestForm(request.POST)
    is_valid = form.is_valid()
    on = form.cleaned_data.get("arrive_at") or at
    one_way.hold_own(actor, ident)  # what is read from here on is so until the answer
    asked = asking(actor, ident, on=on, purpose=form.cleaned_data.get("purpose", ""), at=at)
    same_day: Ground | None = None
    if is_valid:
        wish = form.wish(
            facility=asked.facility, session_min=asked.session_min, is_second=request.POST.get("is_second") == "1"
        )
        try:
            row = service.submit(asked.resident, wish=wish, by=actor, at=at, ground=asked.ground)
        except Invalid as error:
            form.add_error(error.context.get("field"), error.message)
        except Conflict as error:
            if error.code != "request.same_day":
                return show_first(request, error)
            same_day = asked.ground
        else:
            return _stored(request, row)
    found = suggestion(asked.resident, at=at)
    return _form_page(request, form, asked.resident, found, asked.ground, same_day=same_day, status=422)


@require_POST
@for_roles("staff", "lead")
@idempotent
def request_critical(request: ActorRequest, ident: UUID) -> HttpResponse:
    """Ask for 120 in one press: nothing is asked first (R-000-2)."""
    actor, at = actor_of(request), clock.now()
    one_way.hold_own(actor, ident)
    asked = asking(actor, ident, on=at, purpose=NeedKind.EMERGENCY, at=at)
    resident = asked.resident
    wish = AccessWish(
        need_kind=NeedKind.EMERGENCY,
        mobility=resident.mobility,
        needs_oxygen=resident.needs_oxygen,
        has_stairs=resident.has_stairs,
        escorts=1,
        is_critical=True,
        is_labour=request.POST.get("kind") == Danger.LABOUR,
    )
    try:
        row = service.submit(resident, wish=wish, by=actor, at=at, ground=asked.ground)
    except Conflict as error:
        return show_first(request, error)
    return _stored(request, row)


def _stored(request: ActorRequest, row: AccessRequest) -> HttpResponse:
    if not row.is_critical:
        messages.success(request, _("先收下了。什么时候排、车几点到，都写在这一页。"))
    return HttpResponseRedirect(reverse("access:request", args=[row.pk]))


def _form_page(  # noqa: PLR0913 - the forms a page may show again
    request: ActorRequest,
    form: RequestForm,
    resident: Resident,
    found: Suggestion,
    ground: Ground,
    *,
    same_day: Ground | None = None,
    status: int = 200,
) -> HttpResponse:
    at = clock.now()
    form.offer(found, resident=resident, zone_class=ground.zone_class, at=at)
    context = {
        "form": form,
        "resident": resident,
        "age": resident.age_on(clock.local_day(at)),
        "found": found,
        "ground": ground,
        "same_day": same_day,
        "same_day_words": time_words(same_day.same_day_at, at) if same_day and same_day.same_day_at else "",
        "last_fill": json.dumps(_last_fill(found)),
    }
    return page(request, "access/request_new.html", context, status=status)


def _last_fill(found: Suggestion) -> dict[str, object]:
    """Return what 照上次填 fills in; the time stays the next session's."""
    last = found.last
    if last is None:
        return {}
    return {
        "purpose": last.need_kind,
        "travel": last.mode if last.mode in service.OWN_WAY else last.mobility,
        "escort": bool(last.escorts),
        "needs_oxygen": last.needs_oxygen,
        "has_stairs": last.has_stairs,
    }
