"""A driver's steps over HTTP for devices. Answers carry states and times; no names, numbers or needs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.utils.decorators import method_decorator
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.requests import actor_of_call, post_of_call
from core import clock
from core.errors import NotFound
from core.idempotency import idempotent
from core.vocabulary import Role
from transport import selectors
from transport.forms import KEPT_AT_MOST
from transport.models import Run, Trip
from transport.services import alarms, lateness, stops
from transport.services.lateness import LATE_AT_MOST_MIN

STEPS: dict[str, Callable[..., Any]] = {
    "arrive": stops.arrive,
    "depart": stops.depart,
    "search": stops.search,
    "no_show": stops.no_show,
    "door_closed": alarms.door_closed,
}
NAMES = [*STEPS, "late", "undo", "unwell"]


class Drives(BasePermission):
    """Signed in, on a driver's or a dispatcher's post."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Let drivers in, and dispatchers who press for a driver who rings."""
        post = post_of_call(request)
        return bool(post and post.role in (Role.DRIVER, Role.DISPATCH))


class StepIn(serializers.Serializer[Any]):
    """When it happened, if the device had no network then; how much later, for `late` alone."""

    happened_at = serializers.DateTimeField(required=False)
    minutes = serializers.IntegerField(required=False, min_value=1, max_value=LATE_AT_MOST_MIN)


class StepOut(serializers.Serializer[Any]):
    """How things stand after the step."""

    stop = serializers.IntegerField()
    arrived_at = serializers.DateTimeField(allow_null=True)
    departed_at = serializers.DateTimeField(allow_null=True)
    trip_status = serializers.CharField()
    run_status = serializers.CharField()
    next_stop = serializers.IntegerField(allow_null=True)


class StopStep(APIView):
    """One step at one stop."""

    permission_classes = [Drives]

    @extend_schema(
        operation_id="drive_stop_step",
        request=StepIn,
        responses=StepOut,
        parameters=[
            OpenApiParameter("step", str, OpenApiParameter.PATH, enum=NAMES),
            OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER, required=True),
        ],
    )
    @method_decorator(idempotent)
    def post(self, request: Request, stop_id: int, step: str) -> HttpResponse:
        """Do the step once per Idempotency-Key; a repeated key answers without doing it again."""
        actor = actor_of_call(request)
        if step not in NAMES:
            raise NotFound("step.absent")
        stop = selectors.own_stop(actor, stop_id)
        given = StepIn(data=request.data)
        given.is_valid(raise_exception=True)
        now = clock.now()
        typed = given.validated_data.get("happened_at")
        at = typed if typed and now - KEPT_AT_MOST <= typed <= now else now
        if step == "late":
            lateness.late(stop, minutes=given.validated_data.get("minutes", 0), by=actor, at=at)
        elif step == "undo":
            stops.undo_last(stop.run, by=actor, at=at)
        elif step == "unwell":
            stops.unwell(stop.run, by=actor, at=at)
        else:
            STEPS[step](stop, by=actor, at=at)
        run, trip = stop.run, stop.trip
        run.refresh_from_db()
        trip.refresh_from_db()
        return Response(_state(stop_id, run, trip))


def _state(stop_id: int, run: Run, trip: Trip) -> dict[str, Any]:
    """Say how things stand; a stop taken away with its trip has no times."""
    left = {stop.pk: stop for stop in run.stops.all()}
    stop = left.get(stop_id)
    coming = next((pk for pk, each in left.items() if each.departed_at is None), None)
    body = {
        "stop": stop_id,
        "arrived_at": stop.arrived_at if stop else None,
        "departed_at": stop.departed_at if stop else None,
        "trip_status": trip.status,
        "run_status": run.status,
        "next_stop": coming,
    }
    return dict(StepOut(body).data)
