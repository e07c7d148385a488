"""Emergencies that began at a gate or a desk: recorded there first, taken up here after (E7, R-000-2)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef

from access import journey
from access.events import RequestApproved
from access.models import AccessRequest, Resident
from access.selectors.facts import locked_case_of
from access.selectors.ground import zone_now
from access.services import absences, critical, one_way
from access.services.making import NewRequest, make
from access.states import TransportMode
from communities.models import Community, DispatchAreaDivision, Scan
from communities.states import Decision, Direction
from core import audit, names, outbox
from core.actors import RELAY
from core.boards import touch
from core.errors import NotFound
from core.sealed import create_person_key
from core.stored import stored
from core.sweeping import each
from core.vocabulary import SERVICE_OF, NeedKind, ZoneClass
from hospitals.models import Intake


def take_up_gate(
    case_ref: UUID | None,
    *,
    at: datetime,
    community: str,
    building: str = "",
    party_size: int | None = None,
    mark: str = "",
    **_: Any,
) -> AccessRequest | None:
    """Make the critical request of a party a guard let out; the case's own number makes a second call harmless."""
    if case_ref is None:
        return None
    home = Community.objects.get(pk=community)
    new = NewRequest(
        case_ref=case_ref,
        person_key=create_person_key(),
        source="gate",
        mark=mark or names.UNKNOWN,
        name=_name(mark or names.UNKNOWN, building),
        need_kind=NeedKind.EMERGENCY,
        service_kind=SERVICE_OF[NeedKind.EMERGENCY],
        is_critical=True,
        mode=TransportMode.AMBULANCE,
        community_id=home.pk,
        dispatch_area=home.dispatch_area_id,
        zone_class=zone_now(home, building, at=at),
        escorts=max((party_size or 1) - 1, 0),
    )
    return _take_up(new, at=at)


@transaction.atomic
def note_detail(
    case_ref: UUID | None, *, at: datetime, building: str = "", party_size: int | None = None, **_: Any
) -> None:
    """Add what the guard tapped after the release: which building, how many; safe to say twice.

    Raises NotFound while the release itself is not taken up yet, so that the relay tells it again later.
    """
    if case_ref is None:
        return
    row = locked_case_of(case_ref)
    if row is None:
        raise NotFound("request.absent")
    if row.source != "gate" or row.resident_id:
        return
    if building and row.community:
        row.name = _name(row.mark, building, row.looks)
        row.zone_class = zone_now(row.community, building, at=at)
    if party_size:
        row.escorts = party_size - 1
    row.save(update_fields=["name", "zone_class", "escorts"])
    audit.record("request.note_detail", row, by=RELAY, at=at)
    touch(*row.boards)


def take_up_walk_in(case_ref: UUID | None, *, at: datetime, intake_id: str, **_: Any) -> AccessRequest | None:
    """Make the request of somebody who came to a desk unannounced, so that there is a way home to plan (INV-29)."""
    if case_ref is None:
        return None
    intake = Intake.objects.select_related("facility").get(pk=intake_id)
    key = intake.person_key
    absences.note_seen(key, at=intake.arrived_at)
    known = Resident.objects.filter(person_key=key).select_related("community").first() if key else None
    home = known.community if known else None
    area = home.dispatch_area_id if home else _area_of(intake.facility.division_code)
    need_kind = NeedKind(intake.need_kind or NeedKind.OUTPATIENT)
    new = NewRequest(
        case_ref=case_ref,
        person_key=key or create_person_key(),
        source="desk",
        mark=intake.label if intake.label.startswith(names.UNKNOWN) else "",
        name=intake.label,
        need_kind=need_kind,
        service_kind=SERVICE_OF[need_kind],
        is_critical=intake.is_critical,
        community_id=home.pk if home else None,
        resident=known,
        facility_id=intake.facility_id,
        dispatch_area=area,
        zone_class=zone_now(home, known.building, at=at) if known and home else ZoneClass.PRECAUTIONARY,
    )
    if known is not None:  # the car home has to fit them
        oxygen, stairs = known.needs_oxygen, known.has_stairs
        new = replace(new, mobility=known.mobility, needs_oxygen=oxygen, has_stairs=stairs)
    return _take_up(new, at=at)


def take_up_missed(*, at: datetime) -> None:
    """Find by query what the relay did not hand over: emergency exits and walk-ins without a request."""
    unknown = ~Exists(AccessRequest.objects.filter(case_ref=OuterRef("case_ref")))
    since = at - timedelta(days=3)
    scans = Scan.objects.filter(
        unknown, decision=Decision.EMERGENCY, direction=Direction.EXIT, case_ref__isnull=False, happened_at__gte=since
    )
    each(
        list(scans),
        lambda scan: take_up_gate(
            scan.case_ref,
            at=scan.happened_at,
            community=scan.community_id,
            building=scan.building,
            party_size=scan.party_size,
            mark=scan.mark,
        ),
    )
    each(
        list(Intake.objects.filter(unknown, arrived_at__gte=since)),
        lambda intake: take_up_walk_in(intake.case_ref, at=intake.arrived_at, intake_id=str(intake.pk)),
    )


@transaction.atomic
def _take_up(new: NewRequest, *, at: datetime) -> AccessRequest:
    new = replace(new, is_critical=new.is_critical and _is_only_way(new.person_key, new.case_ref, at))
    row, is_new = make(new, by=RELAY, at=at)
    if is_new:
        audit.record("request.take_up", row, by=RELAY, at=at, new_status=row.status)
        fact = RequestApproved(case_ref=row.case_ref, at=at, request_id=str(row.pk), is_critical=row.is_critical)
        outbox.put(fact)
        touch(*row.boards)
    return row


def _is_only_way(person_key: UUID, case_ref: UUID, at: datetime) -> bool:
    """Give back the ambulance that is under way to somebody who came another way; False while that one carries them."""
    one_way.hold_person(person_key)
    called = one_way.critical_of(person_key)
    if called is None or called.case_ref == case_ref:
        return True
    if journey.is_out(one_way.facts_now(called)):
        return False
    critical.lower_critical(called, reason=stored("人已经自己到了"), by=RELAY, at=at)
    return True


def _name(mark: str, *known: str) -> str:
    return " · ".join(filter(None, (mark, *known)))[:60]


def _area_of(division_code: str) -> str:
    return (
        DispatchAreaDivision.objects.filter(district_code=division_code).values_list("area_id", flat=True).first() or ""
    )
