"""Intake desks: they confirm the arrival, take over, treat, and let go home."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from access.models import AccessRequest, Resident
from access.services import identity
from core.actors import Actor
from core.vocabulary import INFECTIOUS
from drill.agenda import Steps
from drill.world import MIN, DrilledParty, World, person
from hospitals.models import Appointment, Facility, Intake, TransferRequest
from hospitals.services import intake, transfers
from hospitals.states import INSIDE, IntakeStatus

EARLY = 15 * MIN  # a free chair is used before its time
EXPECTED = ("proposed", "booked", "arrived")  # on the desk's page; whoever else comes is searched for there
SLOW = 22 * MIN  # how much later a desk is that cannot cope


def desk(facility: Facility) -> Actor:
    """Return who works at a facility's desk."""
    return person("intake", "facility", facility.pk, "接诊台", facility.name)


def receive(world: World, case_ref: UUID, facility_code: str) -> Steps:
    """Receive whoever was set down, with or without an appointment; then treat."""
    dice = world.dice("desk", case_ref.int % 1000, facility_code)
    facility = Facility.objects.get(pk=facility_code)
    yield world.now + dice.uniform(1, 4) * MIN + _slower(world, facility_code)
    handed_on = TransferRequest.objects.open().filter(case_ref=case_ref, facility=facility)
    if (asked := handed_on.select_related("facility").first()) is not None:
        yield from treat(world, transfers.receive(asked, by=desk(facility), at=world.now), not_before=world.now)
        return
    bookings = list(Appointment.objects.filter(case_ref=case_ref, facility=facility).order_by("-pk"))
    if not bookings:
        return
    booked = next((each for each in bookings if each.status in EXPECTED), bookings[0])
    # the driver said so, and the house was told by itself once its limit had passed
    arrival = Intake.objects.filter(case_ref=case_ref, facility=facility, status=IntakeStatus.ARRIVED).first()
    arrival = arrival or intake.check_in(booked, by=desk(facility), at=world.now)
    starts = booked.slot.starts_at if booked.slot else world.now
    yield from treat(world, arrival, not_before=starts - EARLY)


def _slower(world: World, facility_code: str) -> timedelta:
    """Return by how much a desk that cannot cope is later with each step."""
    return SLOW if world.slow.get(facility_code, world.now) > world.now else timedelta()


def treat(world: World, arrival: Intake, *, not_before: datetime) -> Steps:
    """Take over, treat, and release or admit; everything a desk presses after the arrival."""
    by, patient = desk(arrival.facility), world.patient(arrival.case_ref)
    patient.is_inside = True
    yield world.now + patient.hand_over + _slower(world, arrival.facility_id)
    if not _is_here(arrival):
        return
    intake.hand_over(_again(arrival), by=by, at=world.now)
    yield max(world.now + 3 * MIN, not_before)
    if not _is_here(arrival):
        return
    took = timedelta(minutes=_session(arrival.case_ref)) + patient.overrun
    expected = world.now + timedelta(minutes=_session(arrival.case_ref))
    intake.start_treatment(_again(arrival), by=by, at=world.now, expected_ready_at=expected)
    yield world.now + max(took, 5 * MIN)
    while _is_handed_on(arrival):  # treated here until the other house has received (R-000-8)
        yield world.now + 5 * MIN
    if _is_here(arrival):
        _let_go(world, _again(arrival), patient, by)


def _is_here(arrival: Intake) -> bool:
    """Say whether a patient is still inside: nobody died, and no other house has them."""
    return Intake.objects.filter(pk=arrival.pk, status__in=INSIDE).exists()


def _is_handed_on(arrival: Intake) -> bool:
    """Say whether another house is asked for a patient, or has accepted and they are on the way."""
    return TransferRequest.objects.open().filter(intake=arrival, intake__status__in=INSIDE).exists()


def _let_go(world: World, arrival: Intake, patient: DrilledParty, by: Actor) -> None:
    patient.is_inside = False
    dice = world.dice("kept", patient.name)
    if patient.is_admitted or _is_infectious(arrival) or (arrival.is_critical and dice.random() < 0.6):
        intake.admit(arrival, by=by, at=world.now, note="收住院")
        patient.is_out = False
        return
    patient.ready_at = world.now
    if arrival.status in (IntakeStatus.ARRIVED, IntakeStatus.IN_TREATMENT):
        intake.release(arrival, by=by, at=world.now)


def _is_infectious(arrival: Intake) -> bool:
    """Say whether a test came back positive meanwhile: then the hospital keeps the person."""
    request = AccessRequest.objects.select_related("resident").filter(case_ref=arrival.case_ref).first()
    return request is not None and request.resident is not None and request.resident.precaution in INFECTIOUS


def identify(world: World, arrival: Intake, resident: Resident, *, by: Actor) -> None:
    """Say who somebody is whom nobody announced, so that there is a home to bring them to (认人)."""
    request = AccessRequest.objects.filter(case_ref=arrival.case_ref).first()
    if request is not None:
        identity.identify(request, resident, by=by, at=world.now)


def _again(arrival: Intake) -> Intake:
    return Intake.objects.select_related("facility", "appointment__slot").get(pk=arrival.pk)


def _session(case_ref: UUID) -> int:
    return AccessRequest.objects.filter(case_ref=case_ref).values_list("session_min", flat=True).first() or 60
