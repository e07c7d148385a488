"""Vehicles of the area, and how the hospitals stand."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from accounts.access_control import actor_of, for_roles
from core import clock
from core.http import page
from dispatch import overview


@for_roles("dispatch")
def vehicles(request: HttpRequest) -> HttpResponse:
    """Show the area's vehicles with driver, shift and today's runs."""
    now = clock.now()
    context = {"groups": overview.vehicles(actor_of(request), at=now), "area": actor_of(request).place_code}
    return page(request, "dispatch/vehicles.html", context, part="list")


@for_roles("dispatch")
def facilities(request: HttpRequest) -> HttpResponse:
    """Show facilities against services with free places today."""
    context = {"matrix": overview.facilities(at=clock.now())}
    return page(request, "dispatch/facilities.html", context, part="list")
