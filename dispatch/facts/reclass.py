"""The class of somebody on the way changes: the zone of a compound, or what a test found (E1, E7, E18).

Nobody stays behind for it: who has not left waits again where the new class no longer fits, who is aboard is driven
on, and everybody is brought home. `sweep` finds by query what the relay missed. Every function is safe to run twice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from structlog import get_logger

from access.journey import Facts, is_out
from access.models import AccessRequest
from access.models.request import OPEN
from access.selectors import facts_of, locked_case
from access.selectors.ground import zone_now, zone_of
from access.selectors.rescue import place_of
from access.services import cards, requests
from access.services.letting_go import unplace
from core import boards
from core.actors import RELAY
from core.buildings import same_building
from core.errors import DomainError
from core.stored import stored
from core.sweeping import each
from core.vocabulary import ZoneClass
from dispatch.facts.wake import ring_for
from dispatch.hand import receiving, snapshot, telling
from dispatch.limits import limits
from hospitals.cards import CareClass
from hospitals.machines import SERVICES
from hospitals.models import Appointment
from hospitals.services import appointments
from hospitals.states import AppointmentStatus
from transport.models import Trip
from transport.services import classes, scheduling
from transport.states import TripStatus

log = get_logger(__name__)
T = TripStatus
_OPEN = Q(status__in=OPEN)
ROLES = "role_"  # checks of the zone → hospital matrix begin so


@dataclass
class Case:
    """One case whose class is another one than before, with what it was."""

    request: AccessRequest
    facts: Facts
    is_stricter: bool
    was_own_way: bool
    is_misplaced: bool = False
    trips: list[Trip] = field(default_factory=list)

    @property
    def is_out(self) -> bool:
        """Say whether the person is out already."""
        return is_out(self.facts)


def zone_changed(*, at: datetime, community: str, building: str = "") -> int:
    """Follow the new zone of a compound, or of one building, for everybody who asks or is on the way.

    Return how many.
    """
    rows = _moving().filter(community_id=community)
    rows = rows.filter(same_building(building, "resident__")) if building else rows
    return _follow_all(list(rows.values_list("pk", flat=True)), at=at)


def infection_changed(*, at: datetime, resident_id: str) -> int:
    """Follow what a test found, for every case of a resident; return how many."""
    return _follow_all(list(_moving().filter(resident_id=resident_id).values_list("pk", flat=True)), at=at)


def ability_changed(*, at: datetime, resident_id: str) -> int:
    """Follow how a resident moves now, for every case that says so; return how many ways changed (E12)."""
    pks = list(_moving().filter(resident_id=resident_id).values_list("pk", flat=True))
    done: list[UUID] = []
    each(pks, lambda pk: done.extend(_remeasure(pk, at=at)))
    return len(done)


@transaction.atomic
def _remeasure(pk: UUID, *, at: datetime) -> list[UUID]:
    """Write how somebody moves on their ways not yet begun; one whose car has no such place waits for another."""
    row, changed = locked_case(pk), []
    for trip in _with_cars(Trip.objects.live().filter(case_ref=row.case_ref)):
        if not classes.remeasure(trip, row, party_size=cards.party_size(row), at=at, by=RELAY):
            continue
        changed.append(trip.pk)
        if bar := classes.crowding(trip):
            _give_up_car(trip, reason=bar.words, at=at)
    if changed:
        ring_for(row.case_ref)
        boards.touch(*row.boards)
    return changed


def sweep(*, at: datetime) -> None:
    """Find the cases whose class is not what zone and register say, by compound, and let them follow."""
    truth = {
        "zone_true": Coalesce(
            zone_of(OuterRef("community_id"), resident="resident__", at=at), Value(ZoneClass.PRECAUTIONARY)
        ),
    }
    other = Trip.objects.live().filter(case_ref=OuterRef("case_ref"))
    other = other.exclude(zone_class=OuterRef("zone_true"), infection_class=OuterRef("resident__precaution"))
    elsewhere = Appointment.objects.filter(case_ref=OuterRef("case_ref"), status=AppointmentStatus.BOOKED)
    elsewhere = elsewhere.filter(slot__service__kind__in=SERVICES)
    elsewhere = elsewhere.exclude(machine_class=OuterRef("resident__machine_class"))
    differs = ~Q(zone_class=F("zone_true")) | Exists(other) | Exists(elsewhere)
    groups: dict[str, set[UUID]] = defaultdict(set)
    for some in _OPEN, Q(case_ref__in=Trip.objects.live().values("case_ref")):  # one by one: each has its index
        rows = _known().filter(some).annotate(**truth).filter(differs)
        for pk, community in rows.values_list("pk", "community_id"):
            groups[community].add(pk)
    each(groups.values(), lambda pks: _follow_all(sorted(pks), at=at))


def _follow_all(pks: list[UUID], *, at: datetime) -> int:
    """Let cases follow together.

    When one of them cannot, the others follow by themselves and the sweep tries it again.
    """
    try:
        with transaction.atomic():
            return follow(pks, at=at)
    except DomainError as error:
        if len(pks) == 1:
            raise
        log.warning("reclass.one_by_one", cases=len(pks), code=error.code)
    each(pks, lambda pk: follow([pk], at=at))
    return len(pks)


def _known() -> QuerySet[AccessRequest]:
    """Select the requests of people who are known."""
    return AccessRequest.objects.filter(resident__isnull=False, community__isnull=False)


def _moving() -> QuerySet[AccessRequest]:
    """Select known people's requests that something is still to be done for, or to be driven for."""
    return _known().filter(_OPEN | Exists(Trip.objects.live().filter(case_ref=OuterRef("case_ref"))))


@transaction.atomic
def follow(pks: Iterable[UUID], *, at: datetime) -> int:
    """Write the class as it is now on every case first, then look who still fits where; return how many changed.

    A car full of neighbours whose compound is upgraded stays together; one of another class leaves it (E18).
    """
    cases = [case for pk in sorted(pks) if (case := _reclass(pk, at=at)) is not None]
    for case in cases:
        _settle(case, at=at)
    return len(cases)


def _reclass(pk: UUID, *, at: datetime) -> Case | None:
    """Write zone and infection on the request, its live trips and the desk's row; None when nothing changed."""
    row = locked_case(pk)
    facts, resident = facts_of(row), row.resident
    if row.community is None or resident is None:
        return None
    zone = zone_now(row.community, resident.building, at=at)
    precaution = resident.precaution
    case = Case(row, facts, classes.is_stricter((row.zone_class, ""), (zone, "")), not row.needs_vehicle)
    is_new = requests.reclass(row, zone_class=zone, is_out=case.is_out, at=at, by=RELAY)
    for trip in _with_cars(Trip.objects.live().filter(case_ref=row.case_ref)):
        case.is_stricter |= classes.is_stricter((trip.zone_class, trip.infection_class), (zone, precaution))
        if classes.reclass(trip, zone_class=zone, infection_class=precaution, at=at, by=RELAY):
            case.trips.append(trip)
    known = CareClass(zone, precaution, cards.machine_class(row), resident.last_test_at)
    case.is_misplaced = appointments.note_class(row.case_ref, known, at=at, by=RELAY)
    return case if is_new or case.trips or case.is_misplaced else None


def _with_cars(trips: QuerySet[Trip]) -> QuerySet[Trip]:
    return trips.select_related("run__vehicle", "reserved_run__vehicle")


def _settle(case: Case, *, at: datetime) -> None:
    """Let a case keep what still fits its class, and wait again for what does not."""
    request = case.request
    if why := _bar_of_place(case, at=at):
        unplace(request, case.facts, reason=why, at=at, by=RELAY)
    else:
        for trip in case.trips:
            _settle_trip(trip, at=at)
        boards.touch(*request.boards)
    ring_for(request.case_ref)


def _bar_of_place(case: Case, *, at: datetime) -> str:
    """Say why the whole placement cannot stand, "" when it can. Only before the door: never once somebody is out.

    A class that became milder, and a critical case, lose no place they have (R-000-2, F45).
    """
    request = case.request
    if case.is_out or request.is_critical:
        return ""
    if case.was_own_way and request.needs_vehicle:
        return stored("小区升级，不能自己走，改派车")
    if case.is_misplaced:
        return stored("约的位子不合用了，另行安排")
    held = Appointment.objects.live().filter(case_ref=request.case_ref).first()
    if held is None or not case.is_stricter or not request.needs_vehicle:
        return ""
    known = limits(place=place_of(request), at=at)
    houses = snapshot.receivers(request, now=at, held_slot=held.slot_id)
    found = receiving.options(houses, snapshot.care_ask(request, now=at), now=at, limits=known)
    checks = (check for option in found if option.receiver.code == held.facility_id for check in option.checks)
    barred = any(check.bars and check.code.startswith(ROLES) for check in checks)
    return stored("防护级别变了，这家医院按规定不接，另行安排") if barred else ""


def _settle_trip(trip: Trip, *, at: datetime) -> None:
    """Let a trip keep its car in the new class, or wait for another one; who has not boarded a soiled car waits too."""
    trip = _with_cars(Trip.objects.filter(pk=trip.pk)).get()
    if trip.status == T.ON_BOARD and trip.run:
        for other in classes.not_begun(trip.run):
            _leave_car(other, reason=stored("车上有人的防护级别变了，另派一辆"), at=at)
            ring_for(other.case_ref)
        return
    bar = classes.misfit(trip)
    if bar is None:
        classes.adopt(trip, at=at, by=RELAY)
    else:
        _give_up_car(trip, reason=bar.words, at=at)


def _give_up_car(trip: Trip, *, reason: str, at: datetime) -> None:
    """Give up the car that comes for a trip, or the one kept for it."""
    if trip.status == T.SCHEDULED:
        _leave_car(trip, reason=reason, at=at)
    elif trip.reserved_run_id:
        scheduling.release_reservation(trip, reason=reason, at=at, by=RELAY)


def _leave_car(trip: Trip, *, reason: str, at: datetime) -> None:
    """Take a trip off its car; place and pass stay, desk and gate no longer read that car (E3)."""
    scheduling.take_off(trip, reason=reason[:300], at=at, by=RELAY)
    telling.no_car_comes(trip, at=at, by=RELAY)


__all__ = ["ability_changed", "follow", "infection_changed", "sweep", "zone_changed"]
