"""What the form offers before anybody types: the roster's need, the next session, the last way."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from access.models import AccessRequest, CareNeed, Excuse, Resident
from access.selectors.due import AskedFor, asked_on, rhythm_of
from access.states import GOODS, NeedStatus
from core import clock
from core.vocabulary import SERVICE_OF, NeedKind
from hospitals.models import Slot
from hospitals.selectors import bookable_slots

LOOK_AHEAD_DAYS = 21
LEAD = timedelta(minutes=45)  # nobody gets to a hospital sooner than this
AT_HOME = {*GOODS, NeedKind.HOME_NURSING}  # nobody is driven for these (rules.md E29)
OTHER_TIMES = 1
SOON = "soon"  # the answer 越快越好 of the form


@dataclass
class Suggestion:
    """The preselected answers of the form for one resident.

    `is_due_now`: the chosen treatment is due today and its hour is too near or past, so that today comes first.
    """

    needs: list[CareNeed]
    chosen: CareNeed | None
    usual_at: datetime | None
    other_slots: list[Slot] = field(default_factory=list)
    last: AccessRequest | None = None
    is_due_now: bool = False

    @property
    def facility_code(self) -> str:
        """The code of the hospital usually gone to; empty: the rules choose."""
        if self.chosen and self.chosen.facility_id:
            return self.chosen.facility_id
        return self.last.facility_id or "" if self.last else ""


def suggestion(resident: Resident, *, at: datetime) -> Suggestion:
    """Read what to preselect for a resident; three queries, two more where a treatment of today was missed."""
    needs = [
        need
        for need in CareNeed.objects.filter(resident=resident, status=NeedStatus.ACTIVE).select_related("facility")
        if need.kind not in AT_HOME
    ]
    last = AccessRequest.objects.filter(resident=resident).select_related("facility").order_by("-submitted_at").first()
    sessions = [(moment, need) for need in needs if (moment := next_session(need, at=at))]
    only = needs[0] if len(needs) == 1 else None  # of several without a rhythm, one is to be chosen
    usual_at, chosen = min(sessions, key=lambda each: each[0], default=(None, only))
    found = Suggestion(needs, chosen, usual_at, last=last)
    if missed := _missed_today(resident, needs, at=at):
        found.chosen, found.is_due_now = missed, True
        found.usual_at = next_session(missed, at=at)
    found.other_slots = _other_slots(found, resident.machine_class, at)
    return found


def _missed_today(resident: Resident, needs: list[CareNeed], *, at: datetime) -> CareNeed | None:
    """Return a need that is due today at an hour nobody can reach any more, and that nobody asked for or excused."""
    today = clock.local_day(at)
    passed = [
        need
        for need in needs
        if rhythm_of(need).is_due(today) and clock.at_local(today, rhythm_of(need).starts) <= at + LEAD
    ]
    if not passed:
        return None
    rows = AccessRequest.objects.filter(asked_on(today), resident=resident)
    excuses = Excuse.objects.filter(resident=resident, day=today, withdrawn_at__isnull=True)
    asked = AskedFor.by(rows, excuses.values_list("resident_id", "need_kind"))
    return next((need for need in passed if not asked.has(need)), None)


def next_session(need: CareNeed, *, at: datetime) -> datetime | None:
    """Return the next usual time of arrival that can still be reached; None without a rhythm."""
    rhythm = rhythm_of(need)
    today = clock.local_day(at)
    for ahead in range(LOOK_AHEAD_DAYS):
        day = today + timedelta(days=ahead)
        if rhythm.is_due(day) and (moment := clock.at_local(day, rhythm.starts)) > at + LEAD:
            return moment
    return None


def _other_slots(found: Suggestion, machine_class: str, at: datetime) -> list[Slot]:
    """Offer one more time with a free place at the usual hospital, on the day of the usual one."""
    if not found.chosen or not found.facility_code:
        return []
    start, end = clock.day_bounds(clock.local_day(found.usual_at or at))
    slots = bookable_slots(
        SERVICE_OF.get(found.chosen.kind, ""),
        since=max(start, at + LEAD),
        until=end,
        facility_codes=[found.facility_code],
        machine_class=machine_class,
    )
    return [slot for slot in slots if slot.starts_at != found.usual_at][:OTHER_TIMES]


def _time_key(moment: datetime | None) -> str:
    return moment.astimezone(clock.CHINA).strftime("%Y-%m-%dT%H:%M%z") if moment else ""


def wish_values(resident: Resident, found: Suggestion) -> dict[str, Any]:
    """Return the answers the form starts with."""
    last = found.last
    return {
        "purpose": found.chosen.kind if found.chosen else "",
        "time": SOON if found.is_due_now else _time_key(found.usual_at),
        "travel": resident.mobility,
        "escort": resident.escort_required or bool(last and last.escorts),
        "needs_oxygen": resident.needs_oxygen,
        "has_stairs": resident.has_stairs,
    }
