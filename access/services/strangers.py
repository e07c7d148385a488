"""Somebody without a name: what they look like, and where to bring them, so that a way home can be planned (INV-29)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from access import policies
from access.events import StrangerPlaced
from access.models import AccessRequest
from access.models.request import OPEN
from access.selectors.facts import locked_case
from access.selectors.ground import zone_now
from access.services.card_writing import write_cards
from communities.models import Community
from core import audit, outbox
from core.actors import Actor
from core.errors import Conflict
from core.stored import stored
from transport.models import Trip
from transport.services import trips
from transport.states import TripDirection, TripStatus


@dataclass(frozen=True)
class Known:
    """What somebody said of a stranger: the compound to bring them to, where in it, and how they look.

    Empty: unsaid.
    """

    community: Community | None = None
    home_words: str = ""
    looks: str = ""


@transaction.atomic
def describe(request: AccessRequest, known: Known, *, by: Actor, at: datetime) -> AccessRequest:
    """Write down where a stranger is to be brought and how to tell them apart; the way home follows from it.

    Raises Conflict when somebody said meanwhile who it is, when the case is over, or when a car is on the way to
    another place already.
    """
    policies.check_place_stranger(by, request)
    row = locked_case(request.pk)
    if row.resident_id is not None:
        raise Conflict("stranger.known", _("这一单已经认过人了，按本人的家送。"))
    if row.status not in OPEN:
        raise Conflict("stranger.over", _("这一单已经结了。"))
    home = known.community or row.community
    words = known.home_words.strip()[:60] or row.home_words
    is_moved = (home, words) != (row.community, row.home_words)
    if is_moved:
        _free_way_home(row, by=by, at=at)
    looks = known.looks.strip()[:40] or row.looks
    values: dict[str, Any] = {"looks": looks, "home_words": words, "name": _name(row, looks)}
    if home is not None and is_moved:
        row.community = home
        values |= {"dispatch_area": home.dispatch_area_id, "zone_class": zone_now(home, "", at=at)}
    write_cards(row, values, by=by, at=at)
    audit.record("request.stranger_described", row, by=by, at=at, detail={"home": home.code if home else ""})
    if home is not None and is_moved:
        outbox.put(StrangerPlaced(case_ref=row.case_ref, at=at, request_id=str(row.pk)))
    return row


def _name(row: AccessRequest, looks: str) -> str:
    """Put how they look behind the mark that everybody reads; a name somebody typed stays before it."""
    base = row.mark or row.name
    if row.looks and row.name.endswith(row.looks):
        base = row.name.removesuffix(row.looks).rstrip(" ·")
    elif not row.looks:
        base = row.name
    return " · ".join(filter(None, (base, looks)))[:60]


def _free_way_home(row: AccessRequest, *, by: Actor, at: datetime) -> None:
    """Give up a way home that leads elsewhere; the new one is opened with the new place."""
    way = Trip.objects.live().filter(case_ref=row.case_ref, direction=TripDirection.INBOUND).first()
    if way is None:
        return
    if way.status not in {TripStatus.WILL_CALL, TripStatus.UNSCHEDULED}:
        raise Conflict("stranger.on_way", _("回家的车已经派了。先撤回那辆车，再改送到哪。"))
    trips.cancel_return(row.case_ref, by=by, at=at, reason=stored("改了送到哪"))
