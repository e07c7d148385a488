"""外面没登记的人: everybody without a name, on one page of dispatch, community and hospital desk."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from access.forms.strangers import StrangerForm
from access.selectors import strangers as selectors
from access.selectors.identity import stranger_for
from access.services import home, strangers
from access.services.strangers import Known
from accounts.access_control import actor_of, for_roles
from accounts.requests import ActorRequest
from core import clock
from core.errors import Conflict
from core.http import page
from core.idempotency import idempotent
from core.vocabulary import Role

ROLES = (Role.STAFF, Role.LEAD, Role.DISPATCH, Role.INTAKE)


@for_roles(*ROLES)
def show(request: ActorRequest) -> HttpResponse:
    """List them with what is missing and the acts on each."""
    return _page(request)


@for_roles(*ROLES)
@idempotent
def describe(request: ActorRequest, case_ref: UUID) -> HttpResponse:
    """Write down where to bring somebody, and how they look."""
    actor = actor_of(request)
    row = stranger_for(actor, case_ref)
    form = StrangerForm(request.POST)
    if not form.is_valid():
        return _page(request, form=form, of=case_ref, status=422)
    said = form.cleaned_data
    try:
        row = strangers.describe(row, Known(said["home"], said["home_words"], said["looks"]), by=actor, at=clock.now())
    except Conflict as error:
        return _page(request, error=error.message, of=case_ref, status=error.http_status)
    messages.success(request, _("记下了：%(name)s。") % {"name": row.name})
    return HttpResponseRedirect(reverse("access:strangers"))


@for_roles(Role.STAFF, Role.LEAD, Role.DISPATCH)
@idempotent
def say_home(request: ActorRequest, case_ref: UUID) -> HttpResponse:
    """Say that somebody is home though no car and no gate said so."""
    actor = actor_of(request)
    row = stranger_for(actor, case_ref)
    home.say_home(row, by=actor, at=clock.now())
    messages.success(request, _("记下了：%(name)s 已到家。") % {"name": row.name})
    return HttpResponseRedirect(reverse("access:strangers"))


def _page(
    request: ActorRequest,
    *,
    form: StrangerForm | None = None,
    of: UUID | None = None,
    error: str = "",
    status: int = 200,
) -> HttpResponse:
    actor = actor_of(request)
    context = {
        "rows": selectors.strangers(actor),
        "places": selectors.places(),
        "form": form,
        "of": of,
        "error": error,
        "may_say_home": actor.role != Role.INTAKE,
        "is_dispatch": actor.role == Role.DISPATCH,
        "blank": StrangerForm(),
    }
    return page(request, "access/strangers.html", context, status=status)
