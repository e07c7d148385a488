"""紧急放行: one press, recorded at that instant; everything else is asked afterwards and may stay empty."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts.access_control import actor_of, for_roles
from communities import selectors
from communities.forms import DetailForm, EmergencyForm
from communities.policies import GATE_ROLES
from communities.services import gates
from core import clock
from core.http import page
from core.idempotency import idempotent


@require_POST
@for_roles(*GATE_ROLES)
@idempotent
def release(request: HttpRequest) -> HttpResponse:
    """Record the release now. No field, no check and no state of anything stands before it (R-002-2b)."""
    actor = actor_of(request)
    form = EmergencyForm(request.POST)
    event_id = (form.cleaned_data.get("event_id") if form.is_valid() else None) or uuid.uuid4()
    row = gates.emergency_release(selectors.gate_of(actor), event_id=event_id, by=actor, at=clock.now())
    return HttpResponseRedirect(reverse("communities:gate_emergency_detail", args=[row.pk]))


@require_GET
@for_roles(*GATE_ROLES)
def released(request: HttpRequest, scan_id: uuid.UUID) -> HttpResponse:
    """Say that it is done, and offer three optional taps."""
    return _page(request, scan_id, DetailForm())


@require_POST
@for_roles(*GATE_ROLES)
@idempotent
def add_detail(request: HttpRequest, scan_id: uuid.UUID) -> HttpResponse:
    """Add building, number of people, ambulance: whatever was tapped."""
    actor = actor_of(request)
    form = DetailForm(request.POST)
    if not form.is_valid():
        return _page(request, scan_id, form, status=422)
    row, data = selectors.emergency_out(actor, scan_id), form.cleaned_data
    if any(value not in ("", None) for value in data.values()):
        gates.add_detail(row, **data, by=actor, at=clock.now())
    return HttpResponseRedirect(f"{reverse('communities:gate')}?done={row.pk}")


def _page(request: HttpRequest, scan_id: uuid.UUID, form: DetailForm, *, status: int = 200) -> HttpResponse:
    actor = actor_of(request)
    gate = selectors.gate_of(actor)
    context = {
        "row": selectors.emergency_out(actor, scan_id),
        "gate": gate,
        "form": form,
        "emergency_id": uuid.uuid4(),
        "released": selectors.released_today(gate, at=clock.now()),
    }
    return page(request, "communities/emergency.html", context, status=status)
