"""Dispatch and command act for people: asking for whoever rings, and the page of one case."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from access import policies
from access.acts import acts_of
from access.forms.callers import CallerForm, PhoneForm
from access.forms.requests import CancelForm, ReasonForm
from access.models import AccessRequest, Resident
from access.selectors.callers import caller_of, find_by_phone, registered_way, resident_in_reach
from access.selectors.detail import Detail
from access.selectors.requests import own_case
from access.services import requests as service
from access.services.requests import AccessWish
from access.states import Danger
from access.views.called import show_first
from accounts.access_control import actor_of, for_roles
from accounts.requests import ActorRequest
from core import clock, names
from core.errors import Conflict, Invalid
from core.http import page
from core.idempotency import idempotent
from core.vocabulary import NeedKind, Role

DESKS = ("dispatch", "command")


@require_safe
@for_roles("staff", "lead", *DESKS)
def case(request: ActorRequest, case_ref: UUID) -> HttpResponse:
    """Lead from a case, as other apps name it, to the page of its request."""
    return _to(own_case(actor_of(request), case_ref))


@require_POST
@for_roles(*DESKS)
def find(request: ActorRequest) -> HttpResponse:
    """Find who is registered with a telephone; the number never stands in an address."""
    form = PhoneForm(request.POST)
    if not form.is_valid():
        return page(request, "access/caller_find.html", {"form": form}, status=422)
    phone = form.cleaned_data["phone"]
    context = {"form": form, "callers": find_by_phone(actor_of(request), phone), "asked": True}
    return page(request, "access/caller_find.html", context)


@require_safe
@for_roles(*DESKS)
def find_form(request: ActorRequest) -> HttpResponse:
    """Ask for the telephone of whoever rings."""
    return page(request, "access/caller_find.html", {"form": PhoneForm()})


@require_safe
@for_roles(*DESKS)
def ask_form(request: ActorRequest, ident: UUID) -> HttpResponse:
    """Ask what for and when."""
    return _form(request, resident_in_reach(actor_of(request), ident), CallerForm())


@require_POST
@for_roles(*DESKS)
@idempotent
def ask(request: ActorRequest, ident: UUID) -> HttpResponse:
    """Store the wish of whoever rings: the community says yes,
    or stays silent until the rulebook's minutes are over.
    """
    actor, at = actor_of(request), clock.now()
    resident, form = resident_in_reach(actor, ident), CallerForm(request.POST)
    known = registered_way(resident, at=at)
    if not form.is_valid() or not form.check_registered(known):
        return _form(request, resident, form, status=422)
    wish = form.wish(resident, known, is_second=request.POST.get("is_second") == "1")
    try:
        row = service.submit(resident, wish=wish, by=actor, at=at)
    except Invalid as error:
        form.add_error("arrive_at", error.message)
        return _form(request, resident, form, status=422)
    except Conflict as error:
        if error.code != "request.same_day":
            return show_first(request, error)
        return _form(request, resident, form, status=422, same_day=error.context["request"])
    messages.success(
        request, _("记下了，%(name)s 的申请在社区的页面上等核准。") % {"name": caller_of(actor, resident).name}
    )
    return _to(row)


@require_POST
@for_roles(*DESKS)
@idempotent
def ask_critical(request: ActorRequest, ident: UUID) -> HttpResponse:
    """Ask for 120 for whoever rings, in one press: nothing is asked first (R-000-2)."""
    actor = actor_of(request)
    resident = resident_in_reach(actor, ident)
    wish = AccessWish(
        need_kind=NeedKind.EMERGENCY,
        mobility=resident.mobility,
        needs_oxygen=resident.needs_oxygen,
        has_stairs=resident.has_stairs,
        escorts=1,
        is_critical=True,
        is_labour=request.POST.get("kind") == Danger.LABOUR,
        source="hotline",
    )
    try:
        return _to(service.submit(resident, wish=wish, by=actor, at=clock.now()))
    except Conflict as error:
        return show_first(request, error)


def case_page(
    request: ActorRequest,
    shown: Detail,
    *,
    cancel_form: CancelForm | None = None,
    hand_form: ReasonForm | None = None,
    status: int = 200,
    mark: str = "",
) -> HttpResponse:
    """Draw a case as dispatch and command read it: no identity, no age, no illness (authz/fields.csv)."""
    row = shown.request
    sex = row.resident.sex if row.resident else ""
    is_dispatch = actor_of(request).role == Role.DISPATCH
    context = {
        "d": shown,
        "may_lower": row.is_critical
        and not shown.is_out
        and policies.may_lower(actor_of(request), row, at=clock.now()),
        "row": row,
        "acts": acts_of(shown, actor_of(request).role),
        "name": row.name if is_dispatch or not row.resident else names.with_title(row.name, sex, None),
        "cancel_form": cancel_form or CancelForm(),
        "hand_form": hand_form or ReasonForm(),
        "every": 5 if shown.is_out else 15,
    }
    return page(request, "access/case.html", context, part="live", status=status, mark=mark)


def _form(
    request: ActorRequest, resident: Resident, form: CallerForm, *, status: int = 200, same_day: UUID | None = None
) -> HttpResponse:
    caller = caller_of(actor_of(request), resident)
    context = {"form": form, "caller": caller, "same_day": same_day}
    return page(request, "access/caller_ask.html", context, status=status)


def _to(row: AccessRequest) -> HttpResponse:
    return HttpResponseRedirect(reverse("access:request", args=[row.pk]))
