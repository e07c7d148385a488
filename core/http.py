"""Pages, fragments and errors over HTTP."""

from __future__ import annotations

import hashlib
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme

from core.errors import DomainError


def page(
    request: HttpRequest, template: str, context: dict[str, Any] | None = None, *, part: str = "", status: int = 200
) -> HttpResponse:
    """Render a page, or only its partial `part` when htmx asks for a fragment (not for a restored history entry)."""
    wants_part = part and is_fragment(request)
    response = render(request, f"{template}#{part}" if wants_part else template, context or {}, status=status)
    patch_vary_headers(response, ["HX-Request"])
    response.headers["Cache-Control"] = "no-store"
    if wants_part and request.method == "GET":
        return _unless_unchanged(request, response)
    return response


def is_fragment(request: HttpRequest) -> bool:
    """Say whether htmx asks for a fragment."""
    htmx: Any = getattr(request, "htmx", None)
    return bool(htmx) and not htmx.history_restore_request and not htmx.boosted


def _unless_unchanged(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Answer 304 to a poll whose fragment is the one the page already shows."""
    tag = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
    if request.headers.get("If-None-Match") == tag:
        return HttpResponseNotModified()
    response.headers["ETag"] = tag
    return response


def next_url(request: HttpRequest, default: str) -> str:
    """Return the `next` the form names if it leads to this site, else `default`."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        return target
    return default


def error_page(request: HttpRequest, error: DomainError) -> HttpResponse:
    """Render a domain error: 403, 404, 409 or 422, as a page or as a fragment for the page that asked."""
    template = "errors/fragment.html" if is_fragment(request) else f"errors/{error.http_status}.html"
    context = {"error": error} if error.http_status != 404 else {}
    return render(request, template, context, status=error.http_status)
