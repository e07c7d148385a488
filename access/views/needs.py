"""The needs of a resident, each a form of its own: another one, or one that is there."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from access.forms.needs import NeedForm, NewNeedForm
from access.models import Resident
from access.selectors.residents import need_of, resident_of
from access.services import needs
from accounts.access_control import actor_of, for_roles
from accounts.requests import ActorRequest
from core import clock
from core.errors import Conflict
from core.http import page
from core.idempotency import idempotent


@require_safe
@for_roles("staff", "lead")
def new_form(request: ActorRequest, ident: UUID) -> HttpResponse:
    """Show the empty form of another need."""
    return _page(request, resident_of(actor_of(request), ident), NewNeedForm())


@require_POST
@for_roles("staff", "lead")
@idempotent
def new_submit(request: ActorRequest, ident: UUID) -> HttpResponse:
    """Store another need; one that stands already is named."""
    actor, at = actor_of(request), clock.now()
    resident, form = resident_of(actor, ident), NewNeedForm(request.POST)
    if form.is_valid():
        try:
            need = needs.add(resident, facts=form.need(), by=actor, at=at)
        except Conflict as error:
            form.add_error("need_kind", error.message)
        else:
            messages.success(request, _("添好了：%(need)s。") % {"need": need.get_kind_display()})
            return HttpResponseRedirect(reverse("access:resident", args=[resident.pk]))
    return _page(request, resident, form, status=422)


@require_safe
@for_roles("staff", "lead")
def edit_form(request: ActorRequest, ident: UUID, need_id: UUID) -> HttpResponse:
    """Show a need as it is."""
    need = need_of(actor_of(request), ident, need_id)
    return _page(request, need.resident, NeedForm(record=need))


@require_POST
@for_roles("staff", "lead")
@idempotent
def edit_submit(request: ActorRequest, ident: UUID, need_id: UUID) -> HttpResponse:
    """Store what was changed of a need."""
    actor, at = actor_of(request), clock.now()
    need = need_of(actor, ident, need_id)
    form = NeedForm(request.POST, record=need)
    if form.is_valid():
        try:
            needs.change(need, changes=form.changes(), version=form.seen_version, by=actor, at=at)
        except Conflict as error:
            form.meet(error, field="need_kind" if error.code == "need.stands" else None)
        else:
            messages.success(request, _("改好了。"))
            return HttpResponseRedirect(reverse("access:resident", args=[ident]))
    return _page(request, need.resident, form, status=422)


def _page(
    request: ActorRequest, resident: Resident, form: NeedForm | NewNeedForm, *, status: int = 200
) -> HttpResponse:
    context = {"form": form, "resident": resident, "need": getattr(form, "record", None)}
    return page(request, "access/residents/need_form.html", context, status=status)
