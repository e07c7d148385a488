"""120 was called for this person already: the second press shows the first (INV-04)."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse

from accounts.requests import ActorRequest
from core.errors import Conflict


def show_first(request: ActorRequest, error: Conflict) -> HttpResponse:
    """Lead to the first request; any other conflict is raised again."""
    if error.code not in {"critical.exists", "request.stands"}:
        raise error
    messages.warning(request, error.message)
    return HttpResponseRedirect(reverse("access:request", args=[error.context["request"]]))
