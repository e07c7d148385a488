"""按错了: taking 转 120 back, seen before it is pressed."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from access import policies
from access.models import AccessRequest
from access.selectors.lowering import lowering
from access.selectors.requests import own_request
from access.services import critical
from access.states import RequestStatus
from accounts.access_control import actor_of, for_roles
from accounts.requests import ActorRequest
from core import clock
from core.actors import Actor
from core.fields import NoteField
from core.http import page
from core.idempotency import idempotent
from core.vocabulary import Role


class LowerForm(forms.Form):
    """Why it is no emergency."""

    reason = NoteField(label=gettext_lazy("为什么不是急危重症"), max_length=300, widget=forms.Textarea)


@require_safe
@for_roles("staff", "lead", "command")
def show(request: ActorRequest, ident: UUID) -> HttpResponse:
    """Show what happens to the ambulance and to the ordinary way."""
    actor = actor_of(request)
    row = own_request(actor, ident)
    policies.check_lower(actor, row, at=clock.now())
    return _page(request, row, LowerForm())


@require_POST
@for_roles("staff", "lead", "command")
@idempotent
def lower(request: ActorRequest, ident: UUID) -> HttpResponse:
    """Take it back with a reason."""
    actor = actor_of(request)
    row, form = own_request(actor, ident), LowerForm(request.POST)
    if not form.is_valid():
        policies.check_lower(actor, row, at=clock.now())
        return _page(request, row, form, status=422)
    done = critical.lower_critical(row, reason=form.cleaned_data["reason"], by=actor, at=clock.now())
    words = (
        _("撤回了，这一单恢复成原来的出行。") if done.status == RequestStatus.APPROVED else _("撤回了，这一单取消了。")
    )
    messages.success(request, words)
    return HttpResponseRedirect(_back(actor, row))


def _back(actor: Actor, row: AccessRequest) -> str:
    return reverse("command:overview") if actor.role == Role.COMMAND else reverse("access:request", args=[row.pk])


def _page(request: ActorRequest, row: AccessRequest, form: LowerForm, *, status: int = 200) -> HttpResponse:
    context = {"seen": lowering(row), "row": row, "form": form, "back": _back(actor_of(request), row)}
    return page(request, "access/request_lower.html", context, status=status)
