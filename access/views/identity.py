"""认人: say which resident a stranger is. The same page for community, dispatch and hospital desk."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from access.models import AccessRequest, Resident
from access.selectors import identity as selectors
from access.services import identity
from accounts.access_control import actor_of, for_roles
from accounts.requests import ActorRequest
from core import audit, clock
from core.actors import Actor
from core.errors import Conflict, Invalid
from core.http import page
from core.idempotency import idempotent
from core.vocabulary import Role

ROLES = (Role.STAFF, Role.LEAD, Role.DISPATCH, Role.INTAKE)


@for_roles(*ROLES)
def show(request: ActorRequest, case_ref: UUID) -> HttpResponse:
    """Search the register, and hold the one chosen beside what is known of the stranger."""
    actor = actor_of(request)
    row = selectors.stranger_for(actor, case_ref)
    if row.resident_id:
        return HttpResponseRedirect(_back(actor, row))
    who = _uuid(request.GET.get("who", ""))
    chosen = selectors.candidate(actor, row, who) if who else None
    return _page(request, row, chosen=chosen)


@for_roles(*ROLES)
@idempotent
def join(request: ActorRequest, case_ref: UUID) -> HttpResponse:
    """Join the stranger's request to the resident chosen."""
    actor = actor_of(request)
    row = selectors.stranger_for(actor, case_ref)
    who = _uuid(request.POST.get("who", ""))
    if who is None:
        return _page(request, row, error=Invalid("identity.nobody", _("请先选一位。")))
    chosen = selectors.candidate(actor, row, who)
    try:
        identity.identify(row, chosen, by=actor, at=clock.now())
    except Conflict as error:
        return _page(request, row, chosen=chosen, error=error)
    undo_url = reverse("access:identify_undo", args=[row.case_ref])
    messages.success(request, _("认出来了：%(name)s。") % {"name": chosen.name}, extra_tags=f"undo:{undo_url}")
    return HttpResponseRedirect(_back(actor, row))


@for_roles(*ROLES)
@idempotent
def undo(request: ActorRequest, case_ref: UUID) -> HttpResponse:
    """Take a wrong identification back."""
    actor = actor_of(request)
    row = selectors.stranger_for(actor, case_ref)
    identity.undo(row, by=actor, at=clock.now())
    messages.info(request, _("撤回了，还是不知道是谁。"))
    return HttpResponseRedirect(reverse("access:identify", args=[row.case_ref]))


def _page(
    request: ActorRequest,
    row: AccessRequest,
    *,
    chosen: Resident | None = None,
    error: Conflict | Invalid | None = None,
) -> HttpResponse:
    actor, words = actor_of(request), request.GET.get("q", "").strip()[:60]
    found = selectors.candidates(actor, row, words)
    if found.people and not selectors.is_own(actor):
        count = {"count": len(found.people)}
        audit.record("resident.looked_up", row, by=actor, at=clock.now(), detail=count)
    context = {
        "row": row,
        "words": words,
        "found": found,
        "chosen": chosen,
        "error": error.message if error else "",
        "is_own": selectors.is_own(actor),
        "reads_id": actor.role != Role.DISPATCH,  # authz/fields.csv: resident.id_last4
        "back": _back(actor, row),
        "today": clock.today(),
    }
    return page(request, "access/identify.html", context, status=error.http_status if error else 200)


def _back(actor: Actor, row: AccessRequest) -> str:
    """Return the page the actor came from."""
    if actor.role == Role.DISPATCH:
        return f"{reverse('dispatch:board')}?who={row.pk}"
    if actor.role == Role.INTAKE:
        arrival = selectors.arrival_of(row)
        return reverse("hospitals:intake", args=[arrival]) if arrival else reverse("hospitals:desk")
    return reverse("access:request", args=[row.pk])


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
