"""A unit that closes gives its patients to come back to those who wait; the next plan finds them another place."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from access.journey import is_out
from access.models import AccessRequest
from access.selectors import facts_of, locked_case_of, with_facts
from access.selectors.rescue import place_of
from access.services import cards
from access.services.letting_go import unplace
from calls.models import OpenCall
from calls.services import calls
from calls.services.calls import Trouble
from calls.states import CallKind
from communities.services import calling
from core import clock
from core.actors import RELAY
from core.stored import stored
from dispatch.facts.wake import ring, ring_for
from dispatch.hand import receiving, snapshot
from dispatch.hand.receiving import Option
from dispatch.limits import limits
from hospitals.models import Appointment, Service
from hospitals.states import AppointmentStatus

KIND = CallKind.ON_WAY_TO_CLOSED
SHUT_BUT_RECEIVES = stored("去的科室停了，%(house)s 仍要接，先打接诊台 %(phone)s")
ELSEWHERE = stored("要改，可去 %(name)s，车程 %(min)s 分钟")


def let_wait_again(*, at: datetime, service_id: int) -> int:
    """Unbook whoever is due while a service does not receive and has not left home yet; return how many.

    Who is on the way stays booked: the desk receives or hands on (R-000-8), and a call names another place for them.
    Safe to run twice.
    """
    service = Service.objects.select_related("facility").filter(pk=service_id).first()
    if service is None:
        return 0
    if not service.is_closed_at(at):
        _receives_again(service, at=at)
        return 0
    booked = Appointment.objects.filter(  # who is late for a time that has begun has not left home either
        slot__service=service, status__in=[AppointmentStatus.PROPOSED, AppointmentStatus.BOOKED], slot__ends_at__gt=at
    )
    if service.status_until:
        booked = booked.filter(slot__starts_at__lt=service.status_until)
    riding = with_facts(AccessRequest.objects.filter(case_ref__in=booked_here(service), is_critical=False))
    for request in riding.select_related("community", "resident"):
        facts = facts_of(request)
        if is_out(facts) and facts.arrived_at is None:
            call_on_the_way(request, service, at=at)
    return sum(_unplace(case_ref, at=at) for case_ref in booked.values_list("case_ref", flat=True))


def booked_here(service: Service) -> QuerySet[Appointment, UUID]:
    """Select the cases that a service still expects."""
    expected = [AppointmentStatus.PROPOSED, AppointmentStatus.BOOKED]
    return Appointment.objects.filter(slot__service=service, status__in=expected).values_list("case_ref", flat=True)


@transaction.atomic
def call_on_the_way(request: AccessRequest, service: Service, *, at: datetime) -> None:
    """Call for whoever is on the way to a service that shut: the house still receives,
    another place is proposed (E2).
    """
    house = service.facility
    words = {"house": house.name, "phone": house.phone}
    note = SHUT_BUT_RECEIVES % words
    if place := _elsewhere(request, service, at):
        note += "；" + ELSEWHERE % {"name": place.receiver.name, "min": place.ride_min}
    who = cards.rider_card(request, on=clock.local_day(at)).rider
    trouble = Trouble(KIND, str(request.case_ref), who, house.name, note, house.phone, request.case_ref)
    home = request.community
    area = calling.scene_of_area(request.dispatch_area, facility=house.pk)
    scene = calling.scene_of_community(home, facility=house.pk) if home else area
    calling.call_for_help(trouble, scene=scene, by=RELAY, at=at)


def _receives_again(service: Service, *, at: datetime) -> None:
    """Nobody on the way needs another place any more, and whoever waits for one is looked at again."""
    told = OpenCall.objects.live().filter(kind=KIND, case_ref__in=booked_here(service))
    for subject in told.values_list("subject", flat=True):
        calls.end_by_fact(KIND, subject, words=stored("科室又接诊了，照原来的去"), by=RELAY, at=at)
    area = calling.dispatch_area_of(service.facility.division_code)
    waiting = AccessRequest.objects.open().filter(dispatch_area=area, service_kind=service.kind)
    if waiting.filter(try_again_at__isnull=False).update(try_again_at=None):
        transaction.on_commit(partial(ring, area))


def _elsewhere(request: AccessRequest, service: Service, at: datetime) -> Option | None:
    """Return the first other house that can take somebody on the way."""
    known = limits(place=place_of(request), at=at)
    found = receiving.options(
        snapshot.receivers(request, now=at), snapshot.care_ask(request, now=at), now=at, limits=known
    )
    return next((each for each in found if each.is_possible and each.receiver.code != service.facility_id), None)


@transaction.atomic
def _unplace(case_ref: UUID, *, at: datetime) -> bool:
    request = locked_case_of(case_ref)
    if request is None:
        return False
    facts = facts_of(request)
    if is_out(facts) or request.is_critical:
        return False
    unplace(request, facts, by=RELAY, at=at, reason=stored("科室停诊，另行安排"))
    ring_for(case_ref)
    return True
