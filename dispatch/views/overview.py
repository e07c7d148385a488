"""Vehicles of the area, and how the hospitals stand."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.access_control import actor_of, for_roles
from accounts.requests import ActorRequest
from core import clock
from core.http import mark_of, next_url, page, unchanged
from core.idempotency import idempotent
from core.phrases import listed
from core.stored import stored
from dispatch import selectors
from dispatch.board import overview
from transport.services import fleet
from transport.states import VehicleStatus


@for_roles("dispatch")
def vehicles(request: ActorRequest) -> HttpResponse:
    """Show the area's vehicles with driver, shift and today's runs."""
    actor, now = actor_of(request), clock.now()
    mark = mark_of(request, f"area:{actor.place_code}", at=now)
    if same := unchanged(request, mark):
        return same
    context = {"groups": overview.vehicles(actor, at=now), "area": actor.place_code}
    return page(request, "dispatch/vehicles.html", context, part="list", mark=mark)


@for_roles("dispatch")
def vehicle(request: ActorRequest, code: str) -> HttpResponse:
    """Show one car: its drivers, its outings with everybody who rides, and who loses it when it is taken off."""
    actor, now = actor_of(request), clock.now()
    mark = mark_of(request, f"area:{actor.place_code}", at=now)
    if same := unchanged(request, mark):
        return same
    row = selectors.vehicle_for(actor, code)
    context = {"vehicle": row, "day": overview.day_of(row, at=now), "area": actor.place_code}
    return page(request, "dispatch/vehicle.html", context, part="day", mark=mark)


@for_roles("dispatch")
@idempotent
def put_on(request: ActorRequest, code: str) -> HttpResponse:
    """Let a car serve again."""
    vehicle = selectors.vehicle_for(actor_of(request), code)
    fleet.set_availability(vehicle, status=VehicleStatus.AVAILABLE, by=actor_of(request), at=clock.now())
    messages.success(request, _("%(plate)s 能用了。停用时另排的人不会自己回来。") % {"plate": vehicle.plate})
    return HttpResponseRedirect(next_url(request, reverse("dispatch:vehicles")))


@for_roles("dispatch")
@idempotent
def take_off(request: ActorRequest, code: str) -> HttpResponse:
    """Take a car out of service: its outings to come go to other cars, one under way goes on."""
    vehicle = selectors.vehicle_for(actor_of(request), code)
    reason = stored("调度停用")
    lost = fleet.set_availability(
        vehicle, status=VehicleStatus.OFF, by=actor_of(request), at=clock.now(), reason=reason
    )
    names = {trip.case_ref: trip.name for trip in lost}
    words = {"plate": vehicle.plate, "n": len(names), "who": listed(names.values())}
    undo = reverse("dispatch:vehicle_on", args=[vehicle.pk])
    said = (
        _("%(plate)s 停用了，%(n)s 位另排车：%(who)s。撤回只让车能用，这几位不会自己回来。")
        if names
        else _("%(plate)s 停用了。")
    )
    messages.success(request, said % words, extra_tags=f"undo:{undo}")
    return HttpResponseRedirect(next_url(request, reverse("dispatch:vehicles")))


@for_roles("dispatch")
def facilities(request: ActorRequest) -> HttpResponse:
    """Show facilities against services with free places today."""
    context = {"matrix": overview.facilities(at=clock.now())}
    return page(request, "dispatch/facilities.html", context, part="list")
