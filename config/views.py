"""Health, and the pages of last resort."""

from __future__ import annotations

from django.db import Error, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET


@require_GET
def live(_request: HttpRequest) -> HttpResponse:
    """Answer while the process runs."""
    return JsonResponse({"live": True})


@require_GET
def ready(_request: HttpRequest) -> HttpResponse:
    """Answer 200 when the database answers, 503 when it does not; without any data."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return JsonResponse({"ready": False}, status=503)
    return JsonResponse({"ready": True})


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that the browser sent something unreadable."""
    return render(request, "errors/400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say whose page it is."""
    return render(request, "errors/403.html", status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say nothing about whether it exists."""
    return render(request, "errors/404.html", status=404)


def broken(_request: HttpRequest) -> HttpResponse:
    """Say that it is our fault, without touching the database."""
    return render(None, "errors/500.html", status=500)
