"""认人: somebody let out in an emergency, or received without a word, turns out to be a registered resident.

A stranger is a request without a resident; nothing is merged and no record is deleted. The request, with everything
that happened to it, becomes the resident's, and the suppliers' cards follow.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from access import policies
from access.events import RequestIdentified
from access.models import AccessRequest, Identification, Resident
from access.models.request import OPEN
from access.selectors.facts import locked_case
from access.selectors.ground import zone_now
from access.services import absences, one_way, residents
from access.services.card_writing import write_cards
from core import audit, clock, outbox
from core.actors import RELAY, Actor
from core.errors import Conflict
from core.vocabulary import Mobility
from hospitals.models import Intake

UNDO = timedelta(minutes=30)  # a wrong face is noticed at once; later others have acted on the name
KEPT = (
    *("name", "person_key", "community_id", "dispatch_area", "zone_class", "owner_role", "owner_place", "mobility"),
    *("home_words", "needs_oxygen", "has_stairs"),
)


@transaction.atomic
def identify(request: AccessRequest, resident: Resident, *, by: Actor, at: datetime) -> AccessRequest:
    """Join a stranger's request to a registered resident. Said twice it stands once.

    Raises Conflict when the request is somebody else's already, or when the resident has an open one for the same
    service on the same day: two papers of one way are for people to sort out, not to be merged in silence.
    """
    policies.check_identify(by, request, resident)
    one_way.hold_resident(resident.pk)
    row = locked_case(request.pk)
    if row.resident_id == resident.pk:
        return row
    if row.resident_id is not None:
        raise Conflict("identity.known", _("这一单已经认过人了，请刷新看是谁。"))
    _refuse_second(row, resident)
    before = {name: _as_json(getattr(row, name)) for name in KEPT}
    signed = {"at": at, "by_key": by.key, "by_label": by.label}
    Identification.objects.create(request=row, resident=resident, before=before, **signed)
    home = row.community or resident.community
    row.resident, row.community = resident, home
    values = {
        "name": resident.name,
        "person_key": resident.person_key,
        "dispatch_area": home.dispatch_area_id,
        "zone_class": zone_now(home, resident.building, at=at),
        "mobility": resident.mobility if row.mobility == Mobility.WALK else row.mobility,
        "needs_oxygen": row.needs_oxygen or resident.needs_oxygen,
        "has_stairs": resident.has_stairs,
        "home_words": "",
    }
    write_cards(row, values, by=by, at=at)
    audit.record("request.identified", row, by=by, at=at, detail={"resident": str(resident.pk)})
    if kept := _intake(row).first():
        absences.note_seen(resident.person_key, at=kept.arrived_at)
        absences.take_up(row.case_ref, at=at)
    sampled = _intake(row).exclude(sample_result="").values_list("sample_result", flat=True).first()
    if sampled:
        residents.note_result(resident.pk, result=sampled, by=RELAY, at=at)
    outbox.put(RequestIdentified(case_ref=row.case_ref, at=at, request_id=str(row.pk)))
    return row


@transaction.atomic
def undo(request: AccessRequest, *, by: Actor, at: datetime) -> AccessRequest:
    """Take a wrong identification back within half an hour: the request is a stranger's again, as it was."""
    policies.check_undo_identity(by, request)
    row = locked_case(request.pk)
    found = Identification.objects.filter(request=row, withdrawn_at__isnull=True).select_related("resident").first()
    if found is None:
        raise Conflict("identity.absent", _("没有可以撤回的认人。"))
    if at - found.at > UNDO or row.status not in OPEN:
        raise Conflict("identity.too_late", _("过了 30 分钟或已经结了，撤不回。请打调度台。"))
    Identification.objects.filter(pk=found.pk).update(withdrawn_at=at)
    row.resident = None
    write_cards(row, {**found.before, "person_key": UUID(found.before["person_key"])}, by=by, at=at)
    audit.record("request.identity_undone", row, by=by, at=at, detail={"resident": str(found.resident_id)})
    return row


def _as_json(value: object) -> str | bool | None:
    """Return a column as the record of what was before keeps it: yes and no stay yes and no, a key becomes text."""
    return value if value is None or isinstance(value, bool) else str(value)


def _intake(row: AccessRequest) -> Any:
    return Intake.objects.filter(case_ref=row.case_ref)


def _refuse_second(row: AccessRequest, resident: Resident) -> None:
    if row.is_critical:
        one_way.require_first(resident.person_key, besides=row)
    start, end = clock.day_bounds(clock.local_day(row.arrive_at or row.submitted_at))
    same_day = Q(arrive_at__gte=start, arrive_at__lt=end) | Q(arrive_at__isnull=True, submitted_at__range=(start, end))
    other = resident.requests.filter(same_day, status__in=OPEN, service_kind=row.service_kind).first()
    if other is not None:
        words = {"name": resident.name, "number": other.number, "what": other.get_need_kind_display()}
        text = _("%(name)s当天已经有一单%(what)s（%(number)s）。先把两单里多的一单结掉，再认人。") % words
        raise Conflict("identity.same_day", text, request=other.pk)
