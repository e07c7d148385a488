"""Put a request on a slot, a car there, a reserved car back and passes: together, or not at all (architecture.md 4).

Lock order, always: request → slot → cars (by code) → pass. What the dispatcher saw is judged again under these locks;
who lost the race reads who has it now.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from access.journey import is_out
from access.models import AccessRequest
from access.selectors import facts_of, locked_case
from access.services import cards
from access.services.one_way import critical_of
from access.states import RequestStatus, TransportMode
from communities.models import Community
from communities.services import passes
from communities.services.passes import PassWindow
from core import audit, boards, clock
from core.actors import Actor
from core.errors import Conflict, Invalid
from core.geo import travel_min
from dispatch import policies
from dispatch.hand import rescues, rides, snapshot
from dispatch.hand.allowances import EXIT_BEFORE_MIN, RETURN_AFTER_H
from dispatch.hand.offers import Errand, Pair, pair_of
from dispatch.shapes import RidePlan
from dispatch.words import sentence
from hospitals.models import Appointment, Facility, Slot
from hospitals.services import appointments
from hospitals.services.announcing import announce
from transport.models import Trip, Vehicle
from transport.selectors import kept_alone
from transport.services import scheduling, trips
from transport.states import TripDirection, TripStatus

HORIZON_H = 14


@dataclass(frozen=True)
class PlacementChoice:
    """What the dispatcher chose. `back_vehicle` empty: the best one by rule. A critical request needs no slot."""

    slot_id: int | None = None
    facility_code: str = ""
    out_vehicle: str = ""
    back_vehicle: str = ""


@transaction.atomic
def place(request: AccessRequest, *, choice: PlacementChoice, by: Actor, at: datetime) -> AccessRequest:
    """Give a request its slot, both rides and its passes in one transaction.

    Raises Conflict when it is placed or over already, when the slot or car went to somebody else, or a rule bars
    the car; Invalid when the choice lacks a hospital or a car.
    """
    policies.check_place(by, request)
    request = locked_case(request.pk)
    require_waiting(request)
    community = _home(request)
    slot, facility = _receiving(request, choice)
    appointment = booked(request, slot, by=by, at=at)
    if request.needs_vehicle:
        window, plate = _drive(request, choice, slot, facility, appointment, by=by, at=at)
    else:
        window, plate = own_way(request, slot, facility, at=at), ""
    passes.issue(
        cards.pass_card(request, plate=plate),
        community=community,
        case_ref=request.case_ref,
        window=window,
        by=by,
        at=at,
        is_emergency=request.is_critical,
    )
    passes.set_ride(request.case_ref, plate=plate, by=by, at=at)
    chosen = {"slot": choice.slot_id, "facility": facility.code, "out": choice.out_vehicle, "back": choice.back_vehicle}
    audit.record("request.placed", request, by=by, at=at, detail=chosen)
    if request.is_critical:
        rescues.look_at(request.case_ref, at=at)
    boards.touch(*request.boards)
    return request


@transaction.atomic
def withdraw(request: AccessRequest, *, by: Actor, at: datetime, reason: str = "") -> AccessRequest:
    """Take a placement back: place, rides and pass return, the request waits again.

    Raises Conflict once somebody is out: then only the way home can change (INV-19).
    """
    policies.check_place(by, request)
    request = locked_case(request.pk)
    facts = facts_of(request)
    if is_out(facts):
        raise Conflict("placement.under_way", _("已经出门了，撤不回来。要改返程，在“等车的人”里改。"))
    appointments.withdraw(request.case_ref, by=by, at=at, reason=reason)
    trips.cancel_case(request.case_ref, by=by, at=at, reason=reason)
    passes.void_for_case(request.case_ref, by=by, at=at, reason=reason)
    audit.record("request.unplaced", request, by=by, at=at, reason=reason)
    boards.touch(*request.boards)
    return request


def require_waiting(request: AccessRequest) -> None:
    """Make sure the request still waits for its way there; raise Conflict otherwise."""
    if request.status != RequestStatus.APPROVED:
        label = request.get_status_display()
        raise Conflict("placement.not_approved", _("这一单现在是“%(status)s”，不用排车。") % {"status": label})
    facts = facts_of(request)
    if not request.is_critical and critical_of(request.person_key):
        raise Conflict("placement.critical_first", _("这个人已经叫了 120，先看那一趟。那一趟完了再排这一单。"))
    if facts.boarded_at or facts.arrived_at:
        raise Conflict("placement.under_way", _("人已经在路上或到院了，请刷新看最新情况。"))
    if facts.scheduled_at:
        raise Conflict("placement.exists", _("刚被别人排好了，请刷新看最新情况。"))


def _home(request: AccessRequest) -> Community:
    if request.community is None:
        raise Conflict("request.home_unknown", _("还不知道这个人住哪。先认人，再排车。"))
    return request.community


def _receiving(request: AccessRequest, choice: PlacementChoice) -> tuple[Slot | None, Facility]:
    """Lock the slot and return it with its facility; a critical request may go without (life floor)."""
    if choice.slot_id:
        slot = (
            Slot.objects.select_for_update(of=("self",))
            .select_related("service__facility")
            .filter(pk=choice.slot_id)
            .first()
        )
        if slot is None:
            raise Invalid("placement.slot", _("请选医院和时段。"), field="slot")
        return slot, slot.service.facility
    facility = Facility.objects.filter(pk=choice.facility_code).first()
    if facility is None or not request.is_critical:
        raise Invalid("placement.slot", _("请选医院和时段。"), field="slot")
    return None, facility


def booked(
    request: AccessRequest,
    slot: Slot | None,
    *,
    by: Actor,
    at: datetime,
    expected_at: datetime | None = None,
    carried_by: str = "",
) -> Appointment | None:
    """Hold a place in the slot: keep the one held when it is the same, else move there; the desk reads the ride there.

    A critical request takes no published place; its desk is told once the car's arrival is known.
    """
    held = Appointment.objects.live().filter(case_ref=request.case_ref).first()
    if slot is None or request.is_critical or (held and held.slot_id == slot.pk):
        if held and expected_at:
            ride: dict[str, Any] = {"expected_at": expected_at, "carried_by": carried_by}
            appointments.set_ride(request.case_ref, **ride, by=by, at=at)
        return held
    if held:
        appointments.withdraw(request.case_ref, by=by, at=at, reason="换一个时段")
    card = cards.patient_card(request)
    told: dict[str, Any] = {"expected_at": expected_at, "carried_by": carried_by}
    return appointments.book(slot, card=card, case_ref=request.case_ref, by=by, at=at, **told)


def _errand(request: AccessRequest, there: Trip, slot: Slot | None) -> Errand:
    """Describe the way to one hospital: a critical patient is driven at once, whatever the slot says."""
    by_slot = slot.starts_at if slot and not request.is_critical else None
    return Errand(
        there.origin.point, cards.home_of(request).point, there.destination.point, by_slot, request.session_min
    )


def _drive(
    request: AccessRequest,
    choice: PlacementChoice,
    slot: Slot | None,
    facility: Facility,
    appointment: Appointment | None,
    *,
    by: Actor,
    at: datetime,
) -> tuple[PassWindow, str]:
    """Put both ways on cars and tell the desk; return the window of the pass and the plate on it."""
    trip_there, trip_back = pair_of_trips(request, slot, facility, by=by, at=at)
    vehicles = locked_vehicles({choice.out_vehicle, choice.back_vehicle})
    if choice.out_vehicle not in vehicles:
        raise Invalid("placement.vehicle", _("请选一辆车。"), field="out_vehicle")
    way = _errand(request, trip_there, slot)
    since = at - snapshot.LOOK_BACK
    until = (way.arrive_by or at) + timedelta(minutes=request.session_min, hours=HORIZON_H)
    seen = snapshot.fleet(request.dispatch_area, since=since, until=until, besides=kept_alone(trip_back))
    pair = pair_of(seen.cars, snapshot.ask(request), way, out=choice.out_vehicle, back=choice.back_vehicle, now=at)
    ride, home = _require(pair), pair.back
    why = {"out": [check.as_json() for check in pair.checks]}
    scheduling.schedule(trip_there, ride=rides.ride_of(pair.there), by=by, at=at, is_pinned=True, explanation=why)
    ready = way.ready_at(ride)
    expected_home = ready + timedelta(minutes=60)
    if home and home.ride:
        rides.reserve(trip_back, home, by=by, at=at)
        expected_home = home.ride.dropoff_at
    carried_by = rides.carried_by(pair.there)
    if appointment is None and request.is_critical:
        card = cards.patient_card(request)
        appointment = announce(
            facility,
            card=card,
            case_ref=request.case_ref,
            expected_at=ride.dropoff_at,
            by=by,
            at=at,
            service_kind=request.care_asked,
        )
    if appointment:
        appointments.set_ride(request.case_ref, expected_at=ride.dropoff_at, carried_by=carried_by, by=by, at=at)
    return window_of(ride.pickup_at, expected_home), pair.there.car.plate


def _require(pair: Pair) -> RidePlan:
    """Return the ride there, or raise the rule that bars it in the words of whoever lost a race."""
    if pair.there.ride and pair.is_possible:
        return pair.there.ride
    barred = pair.checks[0]
    words = {"plate": pair.there.car.plate, "why": sentence(barred)}
    cause = barred.figures.get("cause", barred)
    if cause.code == "occupied":
        raise Conflict("vehicle.taken", _("刚被别人排走了：%(plate)s %(why)s。请换一辆。") % words)
    raise Conflict("vehicle.barred", _("不能排 %(plate)s：%(why)s。请换一辆。") % words)


def pair_of_trips(
    request: AccessRequest, slot: Slot | None, facility: Facility, *, by: Actor, at: datetime
) -> tuple[Trip, Trip]:
    """Return the two trips of the case, opened now or left from an earlier try to the same place and hour."""
    arrive_by = slot.starts_at if slot else None
    live = Trip.objects.live().filter(case_ref=request.case_ref).select_related("run", "reserved_run")
    found = {trip.direction: trip for trip in live}
    there, back = found.get(TripDirection.OUTBOUND), found.get(TripDirection.INBOUND)
    is_same = there is not None and (there.to_code, there.arrive_by) == (facility.code, arrive_by)
    if there and back and is_same and there.status == TripStatus.UNSCHEDULED:
        return there, back
    if found:
        trips.cancel_case(request.case_ref, by=by, at=at, reason="重新安排")
    return trips.open_pair(
        request.case_ref,
        card=cards.rider_card(request, on=clock.local_day(at)),
        home=cards.home_of(request),
        facility=rides.facility_place(facility),
        arrive_by=arrive_by,
        expected_ready_at=(arrive_by or at) + timedelta(minutes=request.session_min),
        dispatch_area=request.dispatch_area,
        by=by,
        at=at,
    )


def locked_vehicles(codes: set[str]) -> dict[str, Vehicle]:
    """Lock the chosen cars in the order of their codes, so that two dispatchers never wait for each other in a ring."""
    rows = Vehicle.objects.select_for_update().filter(pk__in=codes - {""}).order_by("pk")
    return {vehicle.pk: vehicle for vehicle in rows}


def own_way(request: AccessRequest, slot: Slot | None, facility: Facility, *, at: datetime) -> PassWindow:
    """Return the pass window of somebody who walks or drives: no trip, but the same right to leave and come home."""
    speed = 5 if request.mode == TransportMode.ON_FOOT else 1
    minutes = ceil(travel_min(cards.home_of(request).point, facility.point)) * speed
    arrive = slot.starts_at if slot else at
    home = arrive + timedelta(minutes=request.session_min + minutes)
    return window_of(arrive - timedelta(minutes=minutes), home)


def window_of(leave: datetime, home: datetime) -> PassWindow:
    """Return the pass window of a way that leaves and is expected home at these times."""
    return PassWindow(
        exit_from=leave - timedelta(minutes=EXIT_BEFORE_MIN),
        exit_until=home + timedelta(hours=RETURN_AFTER_H),
        back_expected_at=home,
    )
