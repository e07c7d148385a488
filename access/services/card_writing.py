"""Who travels, onto every card that was made from a request: ride, pass, the desk's row."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Exists, F, OuterRef, Q

from access.events import AbilityChanged
from access.journey import is_out
from access.models import AccessRequest, Resident
from access.models.request import OPEN
from access.selectors.facts import facts_of, locked_case
from access.services import cards
from communities.services import passes
from core import clock, outbox
from core.actors import Actor
from core.boards import touch
from hospitals.services import identity as desk_rows
from transport.models import Trip
from transport.services import trips

ABILITY = ("mobility", "needs_oxygen", "has_stairs")  # a wish may say otherwise for its one way
WITH = "escort_required"  # a request says how many come along
CARRIED = {"name", "sex", "birth_date", "phone", "building", "id_no", "id_kind", WITH, *ABILITY}


def write_cards(row: AccessRequest, values: dict[str, Any], *, by: Actor, at: datetime) -> None:
    """Write the request and every card that was made from it, sealed words under the key of the person."""
    note, was = row.note, set(row.boards)
    for name, value in values.items():
        setattr(row, name, value)
    row.note = note
    changes = {name: getattr(row, name) for name in (*values, "resident_id", "community_id", "note_sealed")}
    AccessRequest.objects.filter(pk=row.pk).update(version=F("version") + 1, **changes)
    row.refresh_from_db()
    home = cards.home_of(row) if row.community_id else None
    trips.put_person(row.case_ref, card=cards.rider_card(row, on=clock.local_day(at)), home=home, by=by, at=at)
    passes.put_person(row.case_ref, card=cards.pass_card(row), by=by, at=at)
    desk_rows.put_person(row.case_ref, card=cards.patient_card(row), by=by, at=at)
    touch(*was | set(row.boards))


def follow_record(resident: Resident, before: Mapping[str, Any], *, by: Actor, at: datetime) -> int:
    """Carry a mended record to all that was made from it and is still to happen; return to how many requests.

    `before` are the fields that were mended with what they said. The driver dials the new number and reads the new
    door; how somebody moves follows where the request says what the record said. Whether the car still fits is judged
    above, by the fact.
    """
    if not CARRIED & set(before):
        return 0
    live = Trip.objects.live().filter(case_ref=OuterRef("case_ref"))
    rows = resident.requests.filter(Q(status__in=OPEN) | Exists(live)).order_by("pk")
    pks = list(rows.values_list("pk", flat=True))
    for pk in pks:
        row = locked_case(pk)
        moved = {name: getattr(resident, name) for name in ABILITY if name in before}
        values = {name: value for name, value in moved.items() if getattr(row, name) == before[name]}
        if WITH in before and resident.escort_required and not row.escorts and not is_out(facts_of(row)):
            values["escorts"] = 1  # never fewer: the wish itself may have said so
        write_cards(row, {"name": resident.name, **values}, by=by, at=at)
    if pks and {WITH, *ABILITY} & set(before):
        outbox.put(AbilityChanged(at=at, resident_id=str(resident.pk)))
    return len(pks)
