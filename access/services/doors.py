"""A hospital's door that does not take somebody in, told by the community or dispatch that the family rings
(authz: report_door_closed).
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from access import journey, policies
from access.models import AccessRequest
from access.selectors.case_parts import parts_of
from access.selectors.facts import facts_of, with_facts
from calls.models import OpenCall
from calls.services.calls import Trouble
from calls.states import CallKind
from communities.services import calling
from core import audit, names
from core.actors import Actor
from core.errors import Conflict
from core.stored import stored

NOT_TAKEN_IN = stored("%s说门口不接，请马上去接。")


@transaction.atomic
def report_closed(request: AccessRequest, *, by: Actor, at: datetime) -> OpenCall:
    """Call for somebody who is out and whom the hospital does not take in; the same call as the driver's.

    Raises Conflict where the person is not on the way to a hospital that is known.
    """
    policies.check_report_door(by, request)
    facts = facts_of(with_facts(AccessRequest.objects.filter(pk=request.pk)).get())
    booked = parts_of([request.case_ref])[request.case_ref].appointment
    facility = booked.facility if booked else request.facility
    community = request.community
    if facility is None or community is None or facts.arrived_at or not journey.is_out(facts):
        raise Conflict("door.not_there", _("人还没出门，或已经进了医院，报不了门口不接。"))
    resident = request.resident
    who = f"{names.with_title(request.name, resident.sex, None)} {resident.building}" if resident else request.name
    trouble = Trouble(
        CallKind.DOOR_CLOSED,
        subject=str(request.case_ref),
        who=who.strip(),
        place=facility.name,
        note=NOT_TAKEN_IN % (by.place_label or community.name),
        phone=community.contact_phone,
        case_ref=request.case_ref,
    )
    audit.record("request.door_closed", request, by=by, at=at, detail={"facility": facility.pk})
    scene = calling.scene_of_community(community, facility=facility.pk)
    return calling.call_for_help(trouble, scene=scene, by=by, at=at)
