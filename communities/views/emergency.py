"""紧急放行: one press, recorded at that instant; everything else is asked afterwards and may stay empty."""

from __future__ import annotations

import uuid
from functools import wraps

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_POST

from accounts.access_control import View, actor_of, for_roles
from accounts.requests import ActorRequest
from communities import releases, selectors, words
from communities.forms import DetailForm, EmergencyForm
from communities.policies import GATE_ROLES, stands_at
from communities.services import device_marks, gates
from core import clock
from core.errors import Conflict
from core.http import mark_of, page, unchanged
from core.idempotency import idempotent
from core.view_marks import marked


def marked_or_signed_in(view: View) -> View:
    """Let in a phone whose form carries its gate's mark; without one ask for a session and its CSRF token as ever.

    The mark is in the page, not in a cookie, so another site's page cannot send it.
    """
    signed_in = csrf_protect(for_roles(*GATE_ROLES)(view))

    @csrf_exempt
    @wraps(view)
    def wrapper(request: ActorRequest) -> HttpResponse:
        post = request.post_held
        mark = device_marks.read(request.POST.get("device_mark", ""), at=clock.now())
        if mark is None:
            return signed_in(request)
        actor = post.actor() if post and post.role in GATE_ROLES else mark.actor
        request.actor = actor if stands_at(actor, mark.gate) else mark.actor
        if device_marks.has_pressed_too_often(mark, at=clock.now()):
            raise Conflict("emergency.too_often", _("这台手机按得太密，这一次没有报上去。请马上打 120，再打给社区。"))
        return view(request)

    return marked(wrapper, roles=GATE_ROLES)


@require_POST
@marked_or_signed_in
@idempotent
def release(request: ActorRequest) -> HttpResponse:
    """Record the release now. No field, no check and no state of anything stands before it (R-002-2b)."""
    actor = actor_of(request)
    form = EmergencyForm(request.POST)
    event_id = (form.cleaned_data.get("event_id") if form.is_valid() else None) or uuid.uuid4()
    gate = selectors.gate_of(actor)
    row = gates.emergency_release(gate, event_id=event_id, by=actor, at=clock.now())
    if actor.key.startswith("device:"):
        context = {"gate": gate, "line": words.release_line(row, releases.release_state(row))}
        return page(request, "communities/emergency_unsigned.html", context)
    return HttpResponseRedirect(reverse("communities:gate_emergency_detail", args=[row.pk]))


@require_GET
@for_roles(*GATE_ROLES)
def released(request: ActorRequest, scan_id: uuid.UUID) -> HttpResponse:
    """Say that it is done and who took it up, and offer three optional taps."""
    place = actor_of(request).place_code
    mark = mark_of(
        request, f"gate:{place[:12]}", f"calls:guard:{place}", f"calls:community:{place[:12]}", at=clock.now()
    )
    return unchanged(request, mark) or _page(request, scan_id, DetailForm(), mark=mark)


@require_POST
@for_roles(*GATE_ROLES)
@idempotent
def add_detail(request: ActorRequest, scan_id: uuid.UUID) -> HttpResponse:
    """Add building, number of people, ambulance: whatever was tapped."""
    actor = actor_of(request)
    form = DetailForm(request.POST)
    if not form.is_valid():
        return _page(request, scan_id, form, status=422)
    row, data = selectors.emergency_out(actor, scan_id), form.cleaned_data
    if any(value not in ("", None) for value in data.values()):
        gates.add_detail(row, **data, by=actor, at=clock.now())
    return HttpResponseRedirect(f"{reverse('communities:gate')}?done={row.pk}")


def _page(
    request: ActorRequest, scan_id: uuid.UUID, form: DetailForm, *, status: int = 200, mark: str = ""
) -> HttpResponse:
    actor = actor_of(request)
    gate = selectors.gate_of(actor)
    row = selectors.emergency_out(actor, scan_id)
    state = releases.release_state(row)
    context = {
        "row": row,
        "state": state,
        "line": words.release_line(row, state),
        "gate": gate,
        "form": form,
        "emergency_id": uuid.uuid4(),
        "released": selectors.released_today(gate, at=clock.now()),
    }
    return page(request, "communities/emergency.html", context, part="state", status=status, mark=mark)
