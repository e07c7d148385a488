"""A patient handed to another house: the desk that asks, the desk that answers, and who writes down what it said."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access_control import actor_of, for_roles
from accounts.requests import ActorRequest
from core import clock
from core.actors import Actor
from core.http import next_url, page
from core.idempotency import idempotent
from hospitals import selectors
from hospitals.forms import AcceptForm, PassOnForm, TransferForm
from hospitals.models import TransferRequest
from hospitals.models.transfer import RECORD_ROLES
from hospitals.policies import INTAKE_ROLES, TRANSFER_ROLES
from hospitals.services import transfers as services
from hospitals.views.patients import intake_context


@require_safe
@for_roles(*TRANSFER_ROLES)
def transfers(request: ActorRequest) -> HttpResponse:
    """List the open hand-overs: a desk's own, or those of an area or division."""
    rows = selectors.transfers_for(actor_of(request), at=clock.now())
    return page(request, "hospitals/transfers.html", {"rows": rows}, part="rows")


@require_safe
@for_roles(*TRANSFER_ROLES)
def transfer(request: ActorRequest, transfer_id: UUID) -> HttpResponse:
    """Show one hand-over with what this post can do about it."""
    actor = actor_of(request)
    row = selectors.transfer_for(actor, transfer_id)
    return page(request, "hospitals/transfer.html", _context(row, actor))


def _context(row: TransferRequest, actor: Actor, **forms: Any) -> dict[str, Any]:
    houses = selectors.houses_for(row.intake, row.facility_id)
    is_desk = actor.role in INTAKE_ROLES
    may_record = actor.role in RECORD_ROLES
    return {
        "row": selectors.handing_of(row, at=clock.now()),
        "transfer": row,
        "is_desk": is_desk,  # dispatch and command read no illness
        "is_ours": is_desk and actor.place_code == row.facility_id,
        "may_answer": may_record or actor.place_code == row.facility_id,
        "may_withdraw": may_record or actor.place_code == row.intake.facility_id,
        "accept_form": AcceptForm(),
        "pass_on_form": PassOnForm(houses=houses),
        **forms,
    }


@require_POST
@for_roles(*INTAKE_ROLES)
@idempotent
def ask(request: ActorRequest, intake_id: UUID) -> HttpResponse:
    """Ask another house to take a patient over."""
    intake = selectors.intake_for(actor_of(request), intake_id)
    form = TransferForm(request.POST, houses=selectors.houses_for(intake))
    if not form.is_valid():
        return page(request, "hospitals/intake.html", intake_context(intake, transfer_form=form), status=422)
    row = services.ask(intake, form.wish(), by=actor_of(request), at=clock.now())
    words = {"name": intake.label, "to": row.facility.name}
    if row.accepted_name:
        messages.success(request, _("%(name)s：记下%(to)s电话里答应了。对方接到人之前，还是这里的病人。") % words)
    else:
        messages.success(request, _("%(name)s：问到%(to)s接诊台了。对方接到人之前，还是这里的病人。") % words)
    return HttpResponseRedirect(reverse("hospitals:intake", args=[intake.pk]))


@require_POST
@for_roles(*TRANSFER_ROLES)
@idempotent
def accept(request: ActorRequest, transfer_id: UUID) -> HttpResponse:
    """Write down that the house asked takes the patient."""
    actor = actor_of(request)
    row = selectors.transfer_for(actor, transfer_id)
    form = AcceptForm(request.POST)
    if not form.is_valid():
        return page(request, "hospitals/transfer.html", _context(row, actor, accept_form=form), status=422)
    services.accept(row, name=form.cleaned_data["name"], by=actor, at=clock.now())
    messages.success(
        request, _("记下了：%(name)s 答应接 %(who)s。") % {"name": row.accepted_name, "who": row.intake.label}
    )
    return _back(request)


@require_POST
@for_roles(*TRANSFER_ROLES)
@idempotent
def pass_on(request: ActorRequest, transfer_id: UUID) -> HttpResponse:
    """Ask a third house instead."""
    actor = actor_of(request)
    row = selectors.transfer_for(actor, transfer_id)
    form = PassOnForm(request.POST, houses=selectors.houses_for(row.intake, row.facility_id))
    if not form.is_valid():
        return page(request, "hospitals/transfer.html", _context(row, actor, pass_on_form=form), status=422)
    then = services.pass_on(row, **form.cleaned_data, by=actor, at=clock.now())
    messages.success(request, _("%(who)s 转问%(to)s了。") % {"who": row.intake.label, "to": then.facility.name})
    return _back(request)


@require_POST
@for_roles(*TRANSFER_ROLES)
@idempotent
def withdraw(request: ActorRequest, transfer_id: UUID) -> HttpResponse:
    """Keep the patient after all."""
    row = selectors.transfer_for(actor_of(request), transfer_id)
    services.withdraw(row, by=actor_of(request), at=clock.now())
    messages.success(request, _("%(who)s 不转了，还在这里治。") % {"who": row.intake.label})
    return _back(request)


@require_POST
@for_roles(*INTAKE_ROLES)
@idempotent
def receive(request: ActorRequest, transfer_id: UUID) -> HttpResponse:
    """Record that the patient stands here."""
    row = selectors.transfer_for(actor_of(request), transfer_id)
    intake = services.receive(row, by=actor_of(request), at=clock.now())
    undo = f"undo:{reverse('hospitals:undo', args=[intake.pk])}"
    messages.success(request, _("%(name)s 已到院。") % {"name": intake.label}, extra_tags=undo)
    return _back(request)


def _back(request: ActorRequest) -> HttpResponse:
    """Return to where the press came from."""
    home = "hospitals:desk" if actor_of(request).role in INTAKE_ROLES else "hospitals:transfers"
    return HttpResponseRedirect(next_url(request, reverse(home)))
