"""The community's passes: list, card, A6 sheet."""

from __future__ import annotations

import uuid
from collections import Counter
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.access_control import actor_of, for_roles
from accounts.requests import ActorRequest
from communities import selectors, tokens, words
from communities.forms import ListForm
from communities.models import GatePass
from communities.policies import COMMUNITY_ROLES
from communities.services import device_marks
from communities.states import PassPhase
from core import clock
from core.http import page
from core.idempotency import idempotent


@require_GET
@for_roles(*COMMUNITY_ROLES)
def passes(request: ActorRequest) -> HttpResponse:
    """List a day's passes with where each stands."""
    actor, at = actor_of(request), clock.now()
    form = ListForm(request.GET)
    data = form.cleaned_data if form.is_valid() else {}
    today = clock.local_day(at)
    day = data.get("day") or today
    lines = selectors.pass_lines(actor, day=day, at=at, search=data.get("q", ""))
    counts = Counter(line.phase for line in lines)
    context = {
        "form": form,
        "lines": lines,
        "passes": [line.gate_pass for line in lines],
        "day": day,
        "is_today": day == today,
        "before": day - timedelta(days=1),
        "after": day + timedelta(days=1),
        "out": counts[PassPhase.OUT] + counts[PassPhase.OVERDUE],
        "overdue": counts[PassPhase.OVERDUE],
        "query": request.GET.urlencode(),
    }
    return page(request, "communities/passes.html", context, part="list")


@require_POST
@for_roles(*COMMUNITY_ROLES)
@idempotent
def call_in_phones(request: ActorRequest) -> HttpResponse:
    """Make the marks of every phone of the community's gates void: one was lost."""
    actor, at = actor_of(request), clock.now()
    for gate in selectors.gates_of(actor):
        device_marks.call_in(gate, by=actor, at=at)
    messages.success(request, _("作废了。还在用的手机，再打开一次扫码页就好。"))
    return HttpResponseRedirect(reverse("communities:passes"))


@require_GET
@for_roles(*COMMUNITY_ROLES)
def pass_page(request: ActorRequest, pass_id: uuid.UUID) -> HttpResponse:
    """Show one pass as it is printed, the words to send, and what happened with it."""
    row = selectors.pass_for(actor_of(request), pass_id)
    passage = selectors.passage(row.case_ref)
    context = {
        **_card(row, error="m"),
        "cards": [row],
        "phase": selectors.phase_of(row, passage, at=clock.now()),
        "scans": selectors.scans_of(row),
        "text": words.pass_text(row),
    }
    return page(request, "communities/pass.html", context)


@require_GET
@for_roles(*COMMUNITY_ROLES)
def pass_print(request: ActorRequest, pass_id: uuid.UUID) -> HttpResponse:
    """Show the A6 sheet alone, with the more robust code for paper."""
    return page(
        request, "communities/pass_print.html", _card(selectors.pass_for(actor_of(request), pass_id), error="q")
    )


def _card(row: GatePass, *, error: str) -> dict[str, Any]:
    picture = tokens.qr_svg(row.token, label=_("通行证二维码"), error=error)
    return {"row": row, "qr": mark_safe(picture), "escorts": row.party_size - 1}
