"""Who may do what with rides (rows run, leg and vehicle of the authorisation table).

What a person may see at all is `visible_to` of the models. Each `check_…` raises NotAllowed when the act is another
post's, NotFound when the ride is somebody else's.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from core.actors import Actor
from core.errors import NotAllowed, NotFound
from core.vocabulary import Role
from transport.models import Run, Stop, Trip, Vehicle
from transport.states import STRANDED, RunStatus, TripStatus

WINDOW = timedelta(hours=2)  # trust.md C0, code V: from two hours before to two hours after

_PLACED = "placing by hand, calling a way home or a plan puts it there; each has asked, or is a worker"
_ENDED = "cancelling, closing, moving a placement or a driver's step takes it off; each has asked, or is a worker"

# Parts of another act, which asked for the whole: `by` is whoever pressed there. Views never call them.
STEPS = {
    "trips.open_between": "our own worker opens the way to the hospital that accepted (dispatch transfers)",
    "trips.cancel_between": "our own worker lets that car go (dispatch transfers)",
    "alarms.over": "the step that ends the trouble has asked",
    "alarms.person_not_found": "the driver's step has asked",
    "alarms.too_late": "saying how late a car is has asked",
    "alarms.unwell": "the driver's alarm has asked",
    "classes.adopt": "our own worker follows zone and register (dispatch reclass)",
    "classes.reclass": "our own worker follows zone and register (dispatch reclass)",
    "classes.remeasure": "our own worker follows a mended record (dispatch reclass)",
    "fleet.break_down": "breaking off an outing has asked",
    "kept.leave_behind": _ENDED,
    "riders.assign": _PLACED,
    "riders.join": _PLACED,
    "riders.keep_on": _PLACED,
    "riders.leave_run": _ENDED,
    "riders.take_off": _ENDED,
    "room.give_room_back": _ENDED,
    "room.make_room": _PLACED,
    "room.take_time": _PLACED,
    "runs.complete": "the last hand-over ends the outing; the driver's step has asked",
    "runs.interrupt_trip": "breaking off an outing has asked",
    "scheduling.activate": _PLACED,
    "scheduling.part": "our own worker follows a late arrival",
    "scheduling.release_reservation": _ENDED,
    "scheduling.reserve": _PLACED,
    "scheduling.schedule": _PLACED,
    "scheduling.use_reservation": _PLACED,
    "trips.back_to_waiting": "our own worker follows a ride that failed (E3)",
    "trips.cancel_case": _ENDED,
    "trips.cancel_return": _ENDED,
    "trips.end_way_there": "our own worker follows an arrival at a hospital by other means",
    "trips.open_pair": _PLACED,
    "trips.open_return": _PLACED,
    "trips.put_person": "saying who a stranger is, or mending a record (access card_writing), has asked",
}


def check_drive(by: Actor, run: Run) -> None:
    """Let the driver of a run take its steps, and dispatch of the car's area in the driver's name."""
    if by.role == Role.DRIVER:
        if not is_driver_of(by, run):
            raise NotFound("run.absent")
    elif by.role == Role.DISPATCH:
        if run.vehicle.dispatch_area != by.place_code:
            raise NotFound("run.absent")
    else:
        raise NotAllowed("run.step", _("这一步由这一趟的司机，或本片区的调度台来点。"))


def check_call(by: Actor, stop: Stop, *, at: datetime) -> None:
    """Let a driver ring the rider of the own ride within its window (decisions.md D23)."""
    if not may_call(by, stop.run, stop.trip, at=at):
        raise NotAllowed("call.window", _("这一趟已经过了，号码收起来了。有事打调度台。"))


def check_set_availability(by: Actor, vehicle: Vehicle) -> None:
    """Let dispatch of its area put a car into service or out of it, and a driver the car of the own shifts."""
    if by.is_service:
        return
    if by.role == Role.DISPATCH:
        is_own = vehicle.dispatch_area == by.place_code
    elif by.role == Role.DRIVER:
        is_own = Vehicle.objects.visible_to(by).filter(pk=vehicle.pk).exists()
    else:
        raise NotAllowed("vehicle.set_availability", _("停车、派车由本片区的调度台，或车的司机来做。"))
    if not is_own:
        raise NotFound("vehicle.absent")


def check_roster(by: Actor, vehicle: Vehicle) -> None:
    """Let dispatch of its area put drivers on a car and end their shifts, and the loading of a city write them."""
    if by.is_service:
        return
    if by.role != Role.DISPATCH:
        raise NotAllowed("shift.change", _("排班由本片区的调度台来做。"))
    if vehicle.dispatch_area != by.place_code:
        raise NotFound("vehicle.absent")


def is_driver_of(by: Actor, run: Run) -> bool:
    """Say whether this is the actor's own run (a driver's post carries the driver's code)."""
    return by.role == Role.DRIVER and bool(by.place_code) and run.driver_id == by.place_code


def may_call(by: Actor, run: Run, trip: Trip, *, at: datetime) -> bool:
    """Say whether a driver's page offers the rider's number: own ride, still to be done, within its window."""
    carries = STRANDED if run.status == RunStatus.ABORTED else (TripStatus.SCHEDULED, TripStatus.ON_BOARD)
    if not is_driver_of(by, run) or trip.status not in carries:
        return False
    start, end = run.occupied.lower - WINDOW, run.occupied.upper + WINDOW
    return bool(start <= at <= end)
