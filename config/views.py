"""Health, and the pages of last resort."""

from __future__ import annotations

import sys

from django.conf import settings
from django.db import Error
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET
from structlog import get_logger

from core import heartbeat
from core.errors import DomainError, is_away
from core.http import is_fragment, way_back
from core.middleware import unavailable, unreadable

log = get_logger(__name__)


@require_GET
def live(_request: HttpRequest) -> HttpResponse:
    """Answer while the process runs, with the release: whoever updates sees that the new one answers."""
    return JsonResponse({"live": True, "version": settings.RELEASE.version, "commit": settings.RELEASE.commit})


@require_GET
def ready(_request: HttpRequest) -> HttpResponse:
    """Answer 200 when the database answers and work is done, 503 else, with who is silent since when; without any data.

    For whoever watches: the pages work on while nobody plans, so a load balancer asks `live`.
    """
    try:
        silent = {each.name: each.since.isoformat() for each in heartbeat.silences()}
    except Error:
        return JsonResponse({"ready": False}, status=503)
    return JsonResponse({"ready": not silent, "silent": silent}, status=503 if silent else 200)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that the browser sent something unreadable."""
    return unreadable(request)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say whose page it is."""
    return _last_resort(request, 403, "forbidden", _("这一页归别的岗位管"))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say nothing about whether it exists."""
    return _last_resort(request, 404, "not_found", _("没找到"))


def stale(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say that the form was too old to be believed, and lead to the page it came from, where it is fresh.

    Nothing that was sent is shown or offered to be sent again: another site may have sent it. No session is read.
    """
    log.info("csrf.refused", reason=reason)
    back = way_back(request)
    if is_fragment(request):
        error = DomainError("stale_page", _("这一页放得太久了，刚才那一下没有存。"))
        return render(None, "errors/fragment.html", {"error": error, "again": back}, status=403)
    return render(None, "403_csrf.html", {"back": back}, status=403)


def broken(request: HttpRequest) -> HttpResponse:
    """Say that it is our fault, without touching the database; a database that went away meanwhile is a 503."""
    if is_away(sys.exc_info()[1]):
        return unavailable(request)
    return _last_resort(request, 500, "broken", _("出了故障"))


def _last_resort(request: HttpRequest, status: int, code: str, message: str) -> HttpResponse:
    """Render the page, or for a program the same in JSON; a 500 without whatever the request would look up."""
    if request.path.startswith("/api/"):
        return JsonResponse({"code": code, "message": message, "context": {}}, status=status)
    return render(
        None if status == 500 else request, f"errors/{status}.html", {"back": way_back(request)}, status=status
    )
