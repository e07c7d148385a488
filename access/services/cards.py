"""What leaves the register: one card for each supplier, with no more than it needs (trust.md C2)."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from access.models import AccessRequest
from access.states import FIXED
from communities.cards import PassCard
from core import names
from core.errors import Conflict
from core.vocabulary import CarePriority, PlaceKind
from hospitals.cards import CRITICAL_SERVICES, PatientCard
from hospitals.machines import class_on
from transport.cards import Place, RiderCard

LABOUR = "labour"  # what the desk reads of a woman in labour, whatever her request was about (E22)


def patient_card(request: AccessRequest) -> PatientCard:
    """Make the desk's card: who comes, with what."""
    resident = request.resident
    return PatientCard(
        person_key=request.person_key,
        name=request.name,
        sex=resident.sex if resident else "",
        birth_date=resident.birth_date if resident else None,
        id_last4=resident.id_last4 if resident else "",
        phone=resident.phone if resident else "",
        need_kind=LABOUR if is_labour(request) else request.need_kind,
        mobility=request.mobility,
        needs_oxygen=request.needs_oxygen,
        party_size=party_size(request),
        zone_class=request.zone_class,
        precaution=resident.precaution if resident else "",
        machine_class=machine_class(request),
        last_test_at=resident.last_test_at.isoformat() if resident and resident.last_test_at else "",
        is_critical=request.is_critical,
    )


def machine_class(request: AccessRequest) -> str:
    """Return on whose machines a hospital treats the patient, "" where any will do:
    told for haemodialysis alone (E20).
    """
    return class_on(request.service_kind, request.resident.machine_class if request.resident else "")


def rider_card(request: AccessRequest, *, on: date) -> RiderCard:
    """Make the driver's card: how to carry and whom to ask for, never why. A machine class is the hospital's alone."""
    resident = request.resident
    age = resident.age_on(on) if resident else None
    return RiderCard(
        person_key=request.person_key,
        rider=names.with_title(request.name, resident.sex, age) if resident else _stranger(request),
        name=request.name,
        phone=resident.phone if resident else "",
        building=resident.building if resident else "",
        mobility=request.mobility,
        needs_oxygen=request.needs_oxygen,
        party_size=party_size(request),
        zone_class=request.zone_class,
        infection_class=resident.precaution if resident else "",
        has_stairs=request.has_stairs,
        care_class=_care_class(request),
    )


def _care_class(request: AccessRequest) -> CarePriority:
    """Return all that a driver's list may know of why somebody travels."""
    if request.is_critical:
        return CarePriority.URGENT
    return CarePriority.FIXED if request.need_kind in FIXED else CarePriority.ROUTINE


def pass_card(request: AccessRequest, *, plate: str = "") -> PassCard:
    """Make the gate's card: a masked name, a building, how many."""
    return PassCard(
        person_key=request.person_key,
        holder=names.masked(request.name),
        building=request.resident.building if request.resident else "",
        party_size=party_size(request),
        has_escort=request.escorts > 0,
        plate=plate,
    )


def home_of(request: AccessRequest) -> Place:
    """Return the compound as one end of a trip; raise Conflict while nobody said where a stranger lives."""
    community = request.community
    if community is None:
        raise Conflict("request.home_unknown", _("还不知道送到哪。先写送到哪，或认人，再排返程车。"))
    building = request.resident.building if request.resident else request.home_words
    return Place(
        kind=PlaceKind.COMMUNITY,
        code=community.code,
        label=f"{community.name} {building}".strip(),
        point=community.point,
    )


def _stranger(request: AccessRequest) -> str:
    """Return whom a driver asks for when nobody knows the name: the mark of the day and how they look."""
    mark = request.mark.partition(" · ")[0] or request.name
    return f"{mark} {request.looks}".strip()[:20]


def is_labour(request: AccessRequest) -> bool:
    """Say whether a woman is in labour: her house must be able to deliver (E22)."""
    return request.is_critical and request.care_asked == CRITICAL_SERVICES[1]


def party_size(request: AccessRequest) -> int:
    """Count the patient and the escorts."""
    return 1 + request.escorts
