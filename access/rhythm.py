"""On which days care is due: pure, from a need's rhythm or date (decisions.md F28)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from core.vocabulary import NeedKind, ScheduleKind, TreatmentShift

SHIFT_STARTS: dict[str, str] = {
    TreatmentShift.MORNING: "07:30",
    TreatmentShift.AFTERNOON: "12:30",
    TreatmentShift.EVENING: "17:30",
}
SESSION_H: dict[str, float] = {NeedKind.DIALYSIS: 4.0, NeedKind.CHEMOTHERAPY: 4.0}
OTHER_SESSION_H = 1.0
LONGEST_H = 24.0  # what is written beyond is no length of a session
OTHERWISE = "09:00"  # a treatment whose shift nobody wrote down


def days_left(today: date, *, last_refill: date | None, supply_days: int | None, next_date: date | None) -> int | None:
    """Return for how many days medicine or fluid lasts, below zero when it has run out; None when nobody wrote it."""
    ends = [next_date] if next_date else []
    if last_refill and supply_days:
        ends.append(last_refill + timedelta(days=supply_days))
    known = [end for end in ends if last_refill is None or end > last_refill]
    return (min(known) - today).days if known else None


def session_min(kind: str, *, hours: float | None = None, slot_min: int | None = None) -> int:
    """Return the minutes of one session: of the booked slot, else as written for the person, else as usual for the
    kind.

    The one rule for every maker of requests, so that the same wish never has two lengths.
    """
    if slot_min and slot_min > 0:
        return slot_min
    usual = SESSION_H.get(kind, OTHER_SESSION_H)
    return max(1, round((hours if hours and 0 < hours <= LONGEST_H else usual) * 60))


@dataclass(frozen=True)
class Rhythm:
    """A need's rhythm as it is stored: kind, days, shift, next date."""

    kind: str = ""
    days: str = ""
    shift: str = ""
    next_date: date | None = None

    def is_due(self, day: date) -> bool:
        """Say whether care is due on a day; medicine refills come to the door and do not count."""
        if self.kind == ScheduleKind.WEEKLY:
            return day.isoweekday() in _weekdays(self.days)
        if self.kind == ScheduleKind.TWO_WEEKLY:
            odd, _bar, even = self.days.partition("|")
            return day.isoweekday() in _weekdays(odd if day.isocalendar().week % 2 else even)
        if self.kind == ScheduleKind.CYCLE:
            return self._is_due_in_cycle(day)
        return self.kind == ScheduleKind.DATE and self.next_date == day

    def _is_due_in_cycle(self, day: date) -> bool:
        if self.next_date is None or day < self.next_date:
            return False
        length = int(self.days.removesuffix("d")) if self.days.removesuffix("d").isdecimal() else 0
        return day == self.next_date or (length > 0 and (day - self.next_date).days % length == 0)

    @property
    def starts(self) -> str:
        """Return the usual time of arrival as 07:30."""
        return SHIFT_STARTS.get(self.shift, OTHERWISE)


def _weekdays(text: str) -> set[int]:
    return {int(part) for part in text.split(",") if part.strip().isdecimal()}
