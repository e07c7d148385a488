"""科室与床位: how each service stands, and today's places."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access_control import actor_of, for_roles
from accounts.requests import ActorRequest
from core import clock
from core.actors import Actor
from core.errors import Conflict, Invalid
from core.http import page
from core.idempotency import idempotent
from hospitals import selectors
from hospitals.forms import CapacityForm, MachinesForm, StatusForm
from hospitals.machines import SERVICES
from hospitals.models import Service, Slot
from hospitals.policies import DESK_ROLES
from hospitals.selectors.closing import Closing, hit_by
from hospitals.services import slots, status
from hospitals.services.status import StatusChange
from hospitals.words import SERVICE_ORDER, service_word


@require_safe
@for_roles(*DESK_ROLES)
def services(request: ActorRequest) -> HttpResponse:
    """Show every service with its status and the places of today."""
    return page(request, "hospitals/services.html", _context(actor_of(request)))


def _context(
    actor: Actor, bad: dict[int, StatusForm] | None = None, *, typed: Mapping[str, str] | None = None, of: Any = None
) -> dict[str, Any]:
    """Gather the page; `typed` is what was sent for the service or slot `of` and cannot be: it stays in its field."""
    at = clock.now()
    start, end = clock.day_bounds(clock.local_day(at))
    places: dict[int, list[tuple[Slot, str | int]]] = {}  # of each service: slot, number in its field
    for slot in selectors.slots_of_day(actor.place_code, since=start, until=end):
        if slot.ends_at > at:
            shown = typed["capacity"] if typed and slot == of else slot.capacity
            places.setdefault(slot.service_id, []).append((slot, shown))
    known = sorted(selectors.services_of(actor.place_code), key=lambda row: SERVICE_ORDER.get(row.kind, 99))
    stale = selectors.limits(actor.place_code, at=at).status_stale
    rows = []
    for row in known:
        rows.append(
            {
                "service": row,
                "word": service_word(row.kind),
                "slots": places.get(row.pk, []),
                "form": (bad or {}).get(row.pk) or StatusForm(record=row, prefix=f"s{row.pk}"),
                "has_machines": row.kind in SERVICES,
                "hbv": typed["hbv"] if typed and row == of else row.hbv_places,
                "hcv": typed["hcv"] if typed and row == of else row.hcv_places,
                "is_bad": row.pk in (bad or {}),
                "is_stale": row.confirmed_at is None or at - row.confirmed_at > stale,
            }
        )
    return {"rows": rows, "stale_count": sum(1 for row in rows if row["is_stale"]), "at": at}


def _back(request: ActorRequest, text: str) -> HttpResponse:
    messages.success(request, text)
    return HttpResponseRedirect(reverse("hospitals:services"))


@require_POST
@for_roles(*DESK_ROLES)
@idempotent
def set_status(request: ActorRequest, service_id: int) -> HttpResponse:
    """Open, limit, divert or close one service."""
    actor = actor_of(request)
    service = selectors.service_for(actor, service_id)
    form = StatusForm(request.POST, record=service, prefix=f"s{service.pk}")
    if form.is_valid():
        change, at = form.change(), clock.now()
        try:
            if hit := _unseen(request, service, change, at):
                return page(request, "hospitals/closing.html", _closing(service, change, hit), status=422)
            status.set_status(service, change, by=actor, at=at)
        except Invalid as error:
            form.add_error(error.context.get("field"), error.message)
        else:
            words = {"service": service_word(service.kind), "status": service.get_status_display()}
            return _back(request, _("%(service)s 现在：%(status)s。") % words)
    return page(request, "hospitals/services.html", _context(actor, {service.pk: form}), status=422)


def _closing(service: Service, change: StatusChange, hit: Closing) -> dict[str, Any]:
    until = change.until.astimezone(clock.CHINA).strftime("%Y-%m-%dT%H:%M") if change.until else ""
    return {"service": service, "change": change, "hit": hit, "until_text": until}


def _unseen(request: ActorRequest, service: Service, change: StatusChange, at: datetime) -> Closing | None:
    """Return whom a closure hits while the desk has not been shown them; None when nobody is, or it was shown."""
    if not change.shuts or request.POST.get("seen") == "1":
        return None
    status.require_end(service, change, at=at)
    hit = hit_by(service, until=change.until, at=at)
    return None if hit.is_empty else hit


@require_POST
@for_roles(*DESK_ROLES)
@idempotent
def confirm(request: ActorRequest) -> HttpResponse:
    """Say that everything still stands as shown."""
    actor = actor_of(request)
    count = status.confirm_all(selectors.facility_for(actor), by=actor, at=clock.now())
    return _back(request, _("已确认，%(n)s 个科室都没变。") % {"n": count})


@require_POST
@for_roles(*DESK_ROLES)
@idempotent
def set_capacity(request: ActorRequest, slot_id: int) -> HttpResponse:
    """Publish the places of one slot."""
    actor = actor_of(request)
    slot = selectors.slot_for(actor, slot_id)
    form, wrong = CapacityForm(request.POST), _("名额要写 0 到 999 的数。")
    publish = partial(slots.set_capacity, slot)
    return _publish(request, form, of=slot, publish=publish, wrong=wrong, done=_("已改名额。"))


@require_POST
@for_roles(*DESK_ROLES)
@idempotent
def set_machines(request: ActorRequest, service_id: int) -> HttpResponse:
    """Publish the haemodialysis machines set apart for HBV and HCV."""
    actor = actor_of(request)
    service = selectors.service_for(actor, service_id)
    form, wrong = MachinesForm(request.POST), _("专机数要写 0 到 999 的数。")
    publish = partial(slots.set_apart, service)
    return _publish(request, form, of=service, publish=publish, wrong=wrong, done=_("已改专机数。"))


def _publish(
    request: ActorRequest, form: Form, *, of: Any, publish: Callable[..., object], wrong: str, done: str
) -> HttpResponse:
    """Publish what a form of one or two numbers says; a refusal is read above the list as it stands."""
    actor = actor_of(request)
    if not form.is_valid():
        messages.error(request, wrong)
        typed = {name: form.data.get(name, "")[:20] for name in form.fields}
        return page(request, "hospitals/services.html", _context(actor, typed=typed, of=of), status=422)
    try:
        publish(**form.cleaned_data, by=actor, at=clock.now())
    except Conflict as error:
        messages.error(request, error.message)
        return page(request, "hospitals/services.html", _context(actor), status=409)
    return _back(request, done)
