"""Calls for help from a car: nobody found, unwell aboard or at the roadside, a closed door, too late (R-000-17)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from calls.models import OpenCall
from calls.services import calls
from calls.services.calls import Trouble
from calls.states import CallKind
from communities.services import calling
from communities.services.calling import Scene
from core import audit
from core.actors import Actor
from core.errors import Conflict
from core.stored import stored
from core.vocabulary import PlaceKind, hhmm
from transport import policies
from transport.legs import place_lines
from transport.models import Run, Stop, Trip
from transport.states import StopKind, TripStatus
from transport.whereabouts import car_words, where_is

ABOARD = (CallKind.UNWELL_ABOARD, CallKind.DOOR_CLOSED)
WAITS_UNTIL = stored("%(car)s在等，等到 %(until)s。")
NOT_TAKEN_IN = stored("司机在门口说不接，请马上去接。%s")
NEXT_STOP_AT = stored("下一站 %(at)s 到")


def person_not_found(stop: Stop, *, until: datetime, by: Actor, at: datetime) -> OpenCall:
    """Have somebody looked for: the community's task at its door, whoever dispatches at any other."""
    trip, run = stop.trip, stop.run
    here = stop.place_code
    scene = calling.scene_of_area(trip.dispatch_area, facility=here)
    if stop.place_kind == PlaceKind.COMMUNITY:
        scene = Scene(community=here, division=here, dispatch_area=trip.dispatch_area)
    words = {"car": car_words(run), "until": hhmm(until)}
    trouble = Trouble(
        CallKind.PERSON_NOT_FOUND,
        subject=str(trip.pk),
        who=_who(trip),
        place=" ".join(place_lines(stop)),
        note=WAITS_UNTIL % words,
        case_ref=trip.case_ref,
    )
    return calling.call_for_help(trouble, scene=scene, by=by, at=at)


def unwell(run: Run, trip: Trip | None, *, by: Actor, at: datetime) -> OpenCall:
    """Call for somebody unwell in or at a car; without a rider for whoever is in it. The place is where the car is."""
    facility = trip.to_code if trip and trip.to_kind == PlaceKind.FACILITY else ""
    trouble = Trouble(
        CallKind.UNWELL_ABOARD,
        subject=str(trip.pk if trip else run.pk),
        who=_who(trip) if trip else stored("车上的人"),
        place=where_is(run),
        note=car_words(run),
        phone=run.driver.phone,
        case_ref=trip.case_ref if trip else None,
    )
    scene = _scene(trip, facility=facility) if trip else calling.scene_of_area(run.vehicle.dispatch_area)
    return calling.call_for_help(trouble, scene=scene, by=by, at=at)


@transaction.atomic
def roadside(run: Run, *, where: str, note: str, by: Actor, at: datetime) -> OpenCall:
    """Call for somebody outside who stopped the car (E23); what was lent to them stands in the call's note.

    The audit keeps that it happened and whether something was written: the words may name an illness, and the audit
    is read by those who may not.

    `where` is what the driver says of the place; without it the place is read from the outing.
    """
    policies.check_drive(by, run)
    trouble = Trouble(
        CallKind.ROADSIDE,
        subject=str(run.pk),
        who=stored("路边的人"),
        place=" · ".join(filter(None, (where.strip(), where_is(run)))),
        note=" · ".join(filter(None, (note.strip(), car_words(run)))),
        phone=run.driver.phone,
    )
    audit.record("run.roadside", run, by=by, at=at, detail={"has_note": bool(note.strip())})
    rider = run.stops.select_related("trip").first()  # command of where the outing leads reads it, the rider's home not
    near = calling.scene_of_area(run.vehicle.dispatch_area, community=_home(rider.trip) if rider else "")
    return calling.call_for_help(trouble, scene=replace(near, community=""), by=by, at=at)


@transaction.atomic
def door_closed(stop: Stop, *, by: Actor, at: datetime) -> OpenCall:
    """Call for a party that a hospital does not take in at its door; the desk there reads it as well.

    Raises Conflict where no hospital's door is meant, or the party is not in the car.
    """
    policies.check_drive(by, stop.run)
    trip, run = stop.trip, stop.run
    if stop.kind != StopKind.DROPOFF or stop.place_kind != PlaceKind.FACILITY or trip.status != TripStatus.ON_BOARD:
        raise Conflict("stop.no_door", _("只有把人送到医院门口时，才报医院不接。"))
    trouble = Trouble(
        CallKind.DOOR_CLOSED,
        subject=str(trip.case_ref),
        who=_who(trip),
        place=" ".join(place_lines(stop)),
        note=NOT_TAKEN_IN % car_words(run),
        phone=run.driver.phone,
        case_ref=trip.case_ref,
    )
    audit.record("stop.door_closed", stop, by=by, at=at, case_ref=trip.case_ref)
    return calling.call_for_help(trouble, scene=_scene(trip, facility=stop.place_code), by=by, at=at)


def too_late(run: Run, stop: Stop, why: Sequence[str], *, by: Actor, at: datetime) -> OpenCall:
    """Call for a car that comes too late for what waits for it from `stop` on: `why` says for whom and by how much."""
    trouble = Trouble(
        CallKind.LATE_CAR,
        subject=str(run.pk),
        who=car_words(run),
        place=NEXT_STOP_AT % {"at": hhmm(stop.planned_at)},
        note="；".join(why),
        phone=run.driver.phone,
    )
    return calling.call_for_help(trouble, scene=_scene(stop.trip), by=by, at=at)


def over(subjects: Sequence[object], kinds: Sequence[CallKind], *, words: str, by: Actor, at: datetime) -> None:
    """End the calls of these kinds about these subjects that live: the fact has come about.

    One query where none does.
    """
    found = OpenCall.objects.live().filter(kind__in=kinds, subject__in=[str(each) for each in subjects])
    for kind, subject in found.values_list("kind", "subject"):
        calls.end_by_fact(CallKind(kind), subject, words=words, by=by, at=at)


def _scene(trip: Trip, *, facility: str = "") -> Scene:
    """Return where a trip's troubles are seen: its community, its area, and command of where it lies
    (else of the city).
    """
    return calling.scene_of_area(trip.dispatch_area, community=_home(trip), facility=facility)


def _home(trip: Trip) -> str:
    """Return the community at one end of a trip, "" where there is none."""
    ends = ((trip.from_kind, trip.from_code), (trip.to_kind, trip.to_code))
    return next((code for kind, code in ends if kind == PlaceKind.COMMUNITY), "")


def _who(trip: Trip) -> str:
    return f"{trip.rider} {trip.building}".strip()
