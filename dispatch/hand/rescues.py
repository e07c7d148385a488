"""Nobody critical waits unheard: without an ambulance in time a person is told to ring 120, and reads what comes (C7).

By engine and by hand the same: the call is made from the facts, so it does not matter who sent the other car, or
whether anybody plans at all.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from access.models import AccessRequest
from access.selectors.rescue import Rescue, rescues
from access.services import cards
from calls.models import OpenCall
from calls.selectors import ended_by_hand
from calls.services import calls
from calls.services.calls import Trouble
from calls.states import CallKind
from communities.services import calling
from core import clock
from core.actors import ENGINE
from core.stored import stored
from core.sweeping import each
from core.vocabulary import hhmm

KIND = CallKind.CRITICAL_WITHOUT_CAR
CAR_INSTEAD = stored("救护车排不上：已派 %(plate)s，%(at)s 到。请马上打 120，地址 %(place)s")
NO_CAR = stored("救护车排不上，还没有车能派。请马上打 120，地址 %(place)s")


def sweep(*, at: datetime) -> None:
    """Call for everybody critical without an ambulance in time, and end the calls of those who need none any more."""
    found = rescues(AccessRequest.objects.all(), at=at)
    told = {call.subject: call for call in OpenCall.objects.live().filter(kind=KIND)}
    new = [one for one in found if (call := told.get(str(one.request.case_ref))) is None or call.note != words(one)]
    quiet = ended_by_hand(KIND, (str(one.request.case_ref) for one in new), at=at)
    each(
        [one for one in new if str(one.request.case_ref) not in quiet],
        lambda one: call_critical_without_car(one, at=at),
    )
    over = told.keys() - {str(one.request.case_ref) for one in found}
    each(sorted(over), lambda subject: _end(subject, at))


def look_at(case_ref: UUID, *, at: datetime) -> None:
    """Call, or end the call, for one case: whoever planned or placed it asks here at once."""
    found = rescues(AccessRequest.objects.filter(case_ref=case_ref), at=at)
    for one in found:
        call_critical_without_car(one, at=at)
    if not found:
        _end(str(case_ref), at)


@transaction.atomic
def call_critical_without_car(rescue: Rescue, *, at: datetime) -> None:
    """Raise the call of one patient, or write its newest words: what comes instead, and that a person rings 120."""
    row = rescue.request
    home = row.community
    who = cards.rider_card(row, on=clock.local_day(at)).rider
    trouble = Trouble(KIND, str(row.case_ref), who, rescue.address, words(rescue), case_ref=row.case_ref)
    scene = calling.scene_of_community(home) if home else calling.scene_of_area(row.dispatch_area)
    calling.call_for_help(trouble, scene=scene, by=ENGINE, at=at)


def words(rescue: Rescue) -> str:
    """Say what comes instead of the ambulance, and what a person has to do."""
    if rescue.has_car:
        known = {"plate": rescue.plate, "at": hhmm(rescue.pickup_at), "place": rescue.address}
        return CAR_INSTEAD % known
    return NO_CAR % {"place": rescue.address}


def _end(subject: str, at: datetime) -> None:
    calls.end_by_fact(KIND, subject, words=stored("不用再等救护车了"), by=ENGINE, at=at)


def of_board(rows: Iterable[AccessRequest], *, at: datetime) -> list[Rescue]:
    """Return the critical without an ambulance among the rows of a board, the longest first."""
    urgent = [row.pk for row in rows if row.is_critical]
    return rescues(AccessRequest.objects.filter(pk__in=urgent), at=at) if urgent else []
