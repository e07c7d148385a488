"""Which house and hour the panel begins with: what was pressed, else what is held, else the best. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext as _

from core.vocabulary import hhmm
from dispatch.board.shown import Choice
from dispatch.hand.receiving import Option, Times


def of(possible: list[Option], choice: Choice, *, held: int | None) -> tuple[Option | None, Times | None]:
    """Return the house and hour; where the pressed hour went to somebody else, its house with the hour nearest to it.

    A dispatcher who lost a race reads the refusal with the house they had chosen, not with the first of several.
    """
    for wanted in (choice.slot_id, None if choice.facility else held):
        for option in possible:
            if time := _time(option.times, wanted):
                return option, time
    gone = _chosen(possible, choice)
    if gone is not None:
        return gone, _nearest(gone, choice.slot_id) or _time(gone.times, held) or _first(gone)
    return (possible[0], _first(possible[0])) if possible else (None, None)


def words(options: Iterable[Option], choice: Choice, hospital: Option | None, slot: Times | None) -> str:
    """Say what of the choice cannot be kept, and what stands in its place; "" where all of it stands."""
    chosen = _chosen(list(options), choice)
    if chosen is None or hospital is None:
        return ""
    if chosen.receiver.code != hospital.receiver.code:
        names = {"chosen": chosen.receiver.name, "other": hospital.receiver.name}
        return _("您选的%(chosen)s现在不能接，下面换成了%(other)s。") % names
    at = _starts_at(chosen, choice.slot_id)
    if at is None or slot is None or slot.slot_id == choice.slot_id:
        return ""
    return _("您选的 %(at)s 刚被约满，下面换成了最近的 %(other)s。") % {"at": hhmm(at), "other": hhmm(slot.starts_at)}


def _chosen(options: list[Option], choice: Choice) -> Option | None:
    named = (each for each in options if choice.facility and each.receiver.code == choice.facility)
    holding = (each for each in options if choice.slot_id and _starts_at(each, choice.slot_id))
    return next(named, None) or next(holding, None)


def _nearest(option: Option, slot_id: int | None) -> Times | None:
    """Return the free hour nearest to the one pressed; None where none was."""
    at = _starts_at(option, slot_id)
    return min(option.times, key=lambda each: abs(each.starts_at - at), default=None) if at else None


def _starts_at(option: Option, slot_id: int | None) -> datetime | None:
    time = _time(option.receiver.times, slot_id)
    return time.starts_at if time else None


def _time(times: Iterable[Times], slot_id: int | None) -> Times | None:
    return next((each for each in times if slot_id and each.slot_id == slot_id), None)


def _first(option: Option) -> Times | None:
    return option.times[0] if option.times else None
