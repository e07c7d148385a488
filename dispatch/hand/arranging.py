"""The one writer of an arrangement: place, both ways, pass and every word told, together or not at all.

`hold` takes the locks, in one order for everybody: request → slot → cars (by code) → pass (architecture.md 4). Under
them the arrangement is judged, or made where it depends on what the cars do now. `write` makes it fact. Who lost the
race reads who has it now.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from math import ceil
from uuid import UUID

from django.utils.translation import gettext as _

from access.journey import has_way_home, is_over
from access.models import AccessRequest
from access.selectors import facts_of, locked_case
from access.selectors.annotated import LockedCase
from access.services import cards
from access.states import RequestStatus, TransportMode
from communities.models import Community
from communities.services import passes
from communities.services.passes import PassWindow
from core import audit, boards, clock
from core.actors import Actor
from core.errors import Conflict, Invalid
from core.geo import travel_min
from core.stored import stored
from dispatch.hand import rides, taken, telling, way_home
from dispatch.hand.arrangement import Arrangement, Drive, TreatmentPlace
from dispatch.limits import EXIT_BEFORE_MIN, RETURN_AFTER_H
from hospitals.models import Appointment, Facility, Slot
from hospitals.services import appointments
from hospitals.services.announcing import announce
from transport.models import Run, Trip, Vehicle
from transport.services import trips
from transport.states import ELSEWHERE, TripDirection, TripStatus

HOME_WITHIN = timedelta(minutes=60)  # of the end of the treatment, where no car home is kept yet


@dataclass(frozen=True)
class Held:
    """What is held while a request is arranged: its row, its place, its two ways as they stand, the cars by code."""

    request: AccessRequest
    there: Trip | None = None
    back: Trip | None = None
    slot: Slot | None = None
    facility: Facility | None = None
    cars: dict[str, Vehicle] = field(default_factory=dict)


@dataclass(frozen=True)
class Written:
    """The runs an arrangement came onto: who shares an outing joins them."""

    out: Run | None = None
    back: Run | None = None


def hold(pk: UUID, place: TreatmentPlace | None, vehicles: Iterable[str], *, by: Actor, at: datetime) -> Held:
    """Lock a request, its place and its cars, and judge whether it still waits; open its two ways where it has none.

    `place` empty asks for the way home alone. Raises Conflict when it is arranged, over, or of somebody whose home
    nobody knows; Invalid when the place is none.
    """
    request = locked_case(pk)
    if place is None:
        back = _way_home_to_arrange(request)
        return Held(request, back=back, cars=_locked_vehicles(vehicles))
    require_waiting(request)
    _home(request)
    slot, facility = _receiving(request, place)
    if not request.needs_vehicle:
        return Held(request, slot=slot, facility=facility)
    there, back = _pair_of_trips(request, slot, facility, by=by, at=at)
    return Held(request, there, back, slot, facility, _locked_vehicles(vehicles))


def write(held: Held, made: Arrangement, *, by: Actor, at: datetime) -> Written:
    """Make an arrangement fact, all of it: cars, place, pass, what desk and guard read, the record."""
    request, done = held.request, Written()
    if held.facility is not None:
        done = _there_and_back(held, held.facility, made, by=by, at=at)
    elif held.back is not None and made.back is not None:
        way = _claimed(made.back, held)
        done = Written(back=way_home.write(held.back, request, way, is_pinned=made.is_pinned, by=by, at=at))
    telling.nothing_left(request)
    house = held.facility.code if held.facility else ""
    audit.record(made.verb, request, by=by, at=at, detail=made.as_detail(house))
    boards.touch(*request.boards)
    return done


def require_waiting(request: LockedCase) -> None:
    """Make sure the request still waits for its way there; raise Conflict otherwise."""
    if request.status != RequestStatus.APPROVED:
        label = request.get_status_display()
        raise Conflict("placement.not_approved", _("这一单现在是“%(status)s”，不用排车。") % {"status": label})
    facts = facts_of(request)
    if not request.is_critical and request.has_critical_way:
        raise Conflict("placement.critical_first", _("这个人已经叫了 120，先看那一趟。那一趟完了再排这一单。"))
    if is_over(facts):
        raise Conflict("placement.over", _("已经到家或住院了，不用排车。"))
    if facts.boarded_at or facts.arrived_at:
        raise Conflict("placement.under_way", _("人已经在路上或到院了，请刷新看最新情况。"))
    if facts.scheduled_at:
        raise taken.by_another("placement.exists", request)


def _home(request: AccessRequest) -> Community:
    if request.community is None:
        raise Conflict("request.home_unknown", _("还不知道这个人住哪。先认人，再排车。"))
    return request.community


def _way_home_to_arrange(request: AccessRequest) -> Trip:
    """Return the way home that still needs a car, or one kept for it."""
    facts = facts_of(request)
    if is_over(facts):
        raise Conflict("placement.over", _("已经到家或住院了，不用排车。"))
    live = Trip.objects.live().filter(case_ref=request.case_ref, direction=TripDirection.INBOUND)
    trip = live.select_related("run", "reserved_run").first()
    is_found = trip and (trip.reserved_run_id if trip.status == TripStatus.WILL_CALL else has_way_home(facts))
    if trip is None or trip.run_id or is_found:
        raise taken.by_another("return.exists", request)
    return trip


def _receiving(request: AccessRequest, place: TreatmentPlace) -> tuple[Slot | None, Facility]:
    """Lock the slot and return it with its facility; a critical request may go without (life floor)."""
    if place.slot_id:
        rows = Slot.objects.select_for_update(of=("self",)).select_related("service__facility")
        slot = rows.filter(pk=place.slot_id).first()
        if slot is None:
            raise Invalid("placement.slot", _("请选医院和时段。"), field="slot")
        return slot, slot.service.facility
    facility = Facility.objects.filter(pk=place.facility_code).first()
    if facility is None or not request.is_critical:
        raise Invalid("placement.slot", _("请选医院和时段。"), field="slot")
    return None, facility


def _pair_of_trips(
    request: AccessRequest, slot: Slot | None, facility: Facility, *, by: Actor, at: datetime
) -> tuple[Trip, Trip]:
    """Return the two trips of the case, opened now or left from an earlier try to the same place and hour."""
    arrive_by = slot.starts_at if slot else None
    live = Trip.objects.live().filter(case_ref=request.case_ref).select_related("run", "reserved_run")
    found = {trip.direction: trip for trip in live}
    there, back = found.get(TripDirection.OUTBOUND), found.get(TripDirection.INBOUND)
    same = (TripStatus.UNSCHEDULED, facility.code, arrive_by)
    if there and back and (there.status, there.to_code, there.arrive_by) == same:
        return there, back
    stands = there.origin if there and there.from_kind == ELSEWHERE else None  # beside a car that broke down
    if found:
        trips.cancel_case(request.case_ref, by=by, at=at, reason=stored("重新安排"))
    return trips.open_pair(
        request.case_ref,
        card=cards.rider_card(request, on=clock.local_day(at)),
        home=cards.home_of(request),
        start=stands,
        facility=rides.facility_place(facility),
        arrive_by=arrive_by,
        expected_ready_at=(arrive_by or at) + timedelta(minutes=request.session_min),
        dispatch_area=request.dispatch_area,
        by=by,
        at=at,
    )


def _locked_vehicles(codes: Iterable[str]) -> dict[str, Vehicle]:
    """Lock the chosen cars in the order of their codes, so that two who plan never wait for each other in a ring."""
    rows = Vehicle.objects.select_for_update().filter(pk__in=set(codes) - {""}).order_by("pk")
    return {vehicle.pk: vehicle for vehicle in rows}


def _there_and_back(held: Held, facility: Facility, made: Arrangement, *, by: Actor, at: datetime) -> Written:
    request = held.request
    if request.needs_vehicle:
        done, window, plate = _by_car(held, facility, made, by=by, at=at)
    else:
        _book(request, held.slot, by=by, at=at)
        done, window, plate = Written(), own_way(request, held.slot, facility, at=at), ""
    issued = passes.issue(
        cards.pass_card(request, plate=plate),
        community=_home(request),
        case_ref=request.case_ref,
        window=window,
        by=by,
        at=at,
        is_emergency=request.is_critical,
    )
    if issued.plate != plate:  # somebody is out with the one they have
        passes.set_ride(request.case_ref, plate=plate, by=by, at=at)
    return done


def _by_car(
    held: Held, facility: Facility, made: Arrangement, *, by: Actor, at: datetime
) -> tuple[Written, PassWindow, str]:
    """Put the way there on its car, keep the way home, tell the desk; return the pass's window and plate as well.

    Raises Conflict where no car was chosen: they went by themselves when the plan was made.
    """
    request, there, back, out = held.request, held.there, held.back, made.out
    if there is None or back is None or out is None:
        raise Conflict("placement.needs_car", _("这一单现在要派车，排的时候还不用。请重新排。"))
    run = way_home.put_on(there, _claimed(out, held), is_pinned=made.is_pinned, by=by, at=at)
    leaves, arrives = out.ride.pickup_at, out.ride.dropoff_at
    home, kept = _latest_home(held, back, arrives), None
    if made.back is not None:
        home, way = made.back.ride.dropoff_at, _claimed(made.back, held)
        kept = way_home.write(back, request, way, is_pinned=made.is_pinned, by=by, at=at)
    _tell_the_desk(held, facility, run, arrives, by=by, at=at)
    return Written(run, kept), window_of(leaves, home), run.vehicle.plate


def _tell_the_desk(held: Held, facility: Facility, run: Run, arrives: datetime, *, by: Actor, at: datetime) -> None:
    """Take the place with the car and its time, a critical patient's too."""
    request, who = held.request, telling.carried_by(run)
    booked = _book(request, held.slot, by=by, at=at, expected_at=arrives, carried_by=who)
    if booked is None:  # critical, and told of for the first time
        card, care = cards.patient_card(request), request.care_asked
        announce(facility, card=card, case_ref=request.case_ref, expected_at=arrives, by=by, at=at, service_kind=care)
        appointments.set_ride(request.case_ref, expected_at=arrives, carried_by=who, by=by, at=at)


def _latest_home(held: Held, back: Trip, arrives: datetime) -> datetime:
    """Return when somebody is home at the latest for whom no car is kept yet: so long after the treatment.

    A car kept earlier that comes later than that is waited for.
    """
    request, slot = held.request, held.slot
    begins = arrives if slot is None or request.is_critical else max(slot.starts_at, arrives)
    home = begins + timedelta(minutes=request.session_min) + HOME_WITHIN
    return max(home, back.reserved_until or home)


def _book(
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
        if held:
            appointments.set_ride(request.case_ref, expected_at=expected_at, carried_by=carried_by, by=by, at=at)
        return held
    if held:
        appointments.withdraw(request.case_ref, by=by, at=at, reason=stored("换一个时段"))
    card = cards.patient_card(request)
    return appointments.book(
        slot, card=card, case_ref=request.case_ref, by=by, at=at, expected_at=expected_at, carried_by=carried_by
    )


def _claimed(way: Drive, held: Held) -> Drive:
    """Let a way have the car as it is held; one that was not held is locked when it is put on."""
    car = held.cars.get(way.ride.vehicle.pk)
    return way if car is None else replace(way, ride=replace(way.ride, vehicle=car, is_claimed=True))


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
