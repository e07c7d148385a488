"""Patients handed from house to house, as both desks, dispatch and command read them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from calls.models import OpenCall
from calls.selectors import newest, said_of
from calls.states import CallKind
from core.actors import Actor
from core.composed import Composed
from core.errors import NotFound
from core.vocabulary import SERVICE_OF, ServiceKind, hhmm
from hospitals.models import Facility, Intake, Service, TransferRequest
from hospitals.selectors.desk import about, level_of, precaution_of
from hospitals.selectors.limits import limits
from hospitals.states import TRANSFER_OPEN, ServiceStatus, TransferStatus, ZoneRole
from hospitals.words import need_word

_ROWS = ("facility", "intake__facility", "intake__appointment", "intake__told_by")


@dataclass(frozen=True)
class Handing:
    """One hand-over as a row. `minutes`: since it was asked; `is_late`: without an answer past the rulebook's minutes.

    `door_wait`: minutes at the door of the house asked, while nobody there has received; `door_level`: "warn" or
    "late". `call`: the call for help about the silence of the house asked.
    """

    transfer: TransferRequest
    minutes: int
    about: str
    need: Any
    zone_class: str
    precaution: Any
    is_late: bool
    door_wait: int | None = None
    door_level: str = ""
    call: OpenCall | None = None

    @property
    def intake(self) -> Intake:
        """The arrival at the house that asks."""
        return self.transfer.intake

    @property
    def is_asked(self) -> bool:
        """Say whether nobody has answered."""
        return self.transfer.status == TransferStatus.ASKED

    @property
    def is_open(self) -> bool:
        """Say whether the patient is still the first house's own."""
        return self.transfer.status in TRANSFER_OPEN

    @property
    def state(self) -> str:
        """Say where it stands in one sentence: who has to do what, or which car comes when."""
        row = self.transfer
        to = row.facility.name
        if row.status == TransferStatus.RECEIVED:
            return _("%(to)s %(t)s 已接到") % {"to": to, "t": hhmm(row.status_at)}
        if not self.is_open:
            return str(row.get_status_display())
        if self.is_asked:
            waits = _("等%(to)s答复 %(n)s 分钟") % {"to": to, "n": self.minutes}
            return _("%(waits)s。%(said)s") % {"waits": waits, "said": said_of(self.call)} if self.call else waits
        who = {"to": to, "name": row.accepted_name}
        said = _("%(to)s %(name)s 电话里答应接") % who if row.is_by_phone else _("%(to)s %(name)s 答应接") % who
        if self.door_wait is not None:
            return said + _("，人在%(to)s门口 %(n)s 分钟") % {"to": to, "n": self.door_wait}
        if row.left_at:
            arrives = _("，%(t)s 到") % {"t": hhmm(row.expected_at)} if row.expected_at else ""
            return said + _("，人在车上 %(car)s") % {"car": row.carried_by} + arrives
        if row.carried_by and row.expected_at:
            return said + _("，车 %(car)s，%(t)s 送到") % {"car": row.carried_by, "t": hhmm(row.expected_at)}
        return said + _("，还没有车")


def handing_of(row: TransferRequest, *, at: datetime) -> Handing:
    """Say one hand-over in the desk's words."""
    return _handings([row], at=at)[0]


def _handing(row: TransferRequest, call: OpenCall | None, at: datetime) -> Handing:
    card, minutes = row.intake.card, row.minutes_since(at)
    known = limits(row.facility_id, at=at)
    door = row.at_door_at if row.status in TRANSFER_OPEN else None
    return Handing(
        transfer=row,
        minutes=minutes,
        about=about(card, at=at) if card else row.intake.note,
        need=need_word(row.intake.need_kind),
        zone_class=card.zone_class if card else "",
        precaution=precaution_of(row.intake),
        is_late=row.status == TransferStatus.ASKED and at - row.asked_at >= known.transfer_answer,
        door_wait=max(int((at - door).total_seconds() // 60), 0) if door else None,
        door_level=level_of(door + known.hand_over, at=at, amber=known.hand_over_amber) if door else "",
        call=call,
    )


def _handings(rows: Iterable[TransferRequest], *, at: datetime) -> list[Handing]:
    """Say hand-overs in order, each with the call about it: two queries."""
    found = list(rows)
    calls = newest(CallKind.TRANSFER_UNANSWERED, [str(row.pk) for row in found]) if found else {}
    return [_handing(row, calls.get(str(row.pk)), at) for row in found]


def _open(*, facility: str) -> QuerySet[TransferRequest]:
    rows = TransferRequest.objects.open().select_related(*_ROWS)
    return rows.filter(Q(facility=facility) | Q(intake__facility=facility)).order_by("asked_at")


_OPEN = Composed[TransferRequest](_open, facility=str)


def open_transfers(facility_code: str, *, at: datetime) -> tuple[list[Handing], list[Handing]]:
    """Return who is to come to a house, and who is to leave it, the longest asked first: two queries."""
    handings = _handings(_OPEN.rows(facility=facility_code), at=at)
    coming = [each for each in handings if each.transfer.facility_id == facility_code]
    coming.sort(key=lambda each: -1 if each.door_wait is None else -each.door_wait - 2)
    return coming, [each for each in handings if each.transfer.facility_id != facility_code]


def transfers_for(actor: Actor, *, at: datetime) -> list[Handing]:
    """Return the open hand-overs an actor may read, the longest asked first."""
    rows = TransferRequest.objects.visible_to(actor).open().select_related(*_ROWS).order_by("asked_at")
    return _handings(rows, at=at)


def transfer_for(actor: Actor, transfer_id: UUID) -> TransferRequest:
    """Return one hand-over; anybody else's is as absent as none."""
    row = TransferRequest.objects.visible_to(actor).select_related(*_ROWS).filter(pk=transfer_id).first()
    if row is None:
        raise NotFound("transfer.absent")
    return row


def transfer_of(intake: Intake, *, at: datetime) -> Handing | None:
    """Return the newest hand-over of a patient of this house that was not withdrawn, for the patient's page."""
    rows = TransferRequest.objects.filter(intake=intake).exclude(status=TransferStatus.WITHDRAWN)
    row = rows.select_related(*_ROWS).order_by("-asked_at").first()
    return handing_of(row, at=at) if row else None


def unanswered(*, at: datetime) -> list[TransferRequest]:
    """Return the hand-overs whose house has said nothing past the rulebook's minutes: others ask there (R-000-17)."""
    rows = TransferRequest.objects.filter(status=TransferStatus.ASKED).select_related(*_ROWS).order_by("asked_at")
    return [row for row in rows if at - row.asked_at >= limits(row.facility_id, at=at).transfer_answer]


def houses_for(intake: Intake, *besides: str) -> QuerySet[Facility]:
    """List the other houses that receive, those that do what the patient needs first."""
    kind = ServiceKind.EMERGENCY if intake.is_critical else SERVICE_OF.get(intake.need_kind, intake.need_kind)
    offers = Service.objects.filter(facility=OuterRef("pk"), kind=kind).exclude(status=ServiceStatus.CLOSED)
    houses = Facility.objects.exclude(pk__in=[intake.facility_id, *besides]).exclude(zone_role=ZoneRole.NONE)
    return houses.annotate(does_it=Exists(offers)).order_by("-does_it", "name")


def open_of_case(case_ref: UUID) -> TransferRequest | None:
    """Return what is open for a case."""
    rows = TransferRequest.objects.open().filter(case_ref=case_ref)
    return rows.select_related("facility", "intake__facility").first()
