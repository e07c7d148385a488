"""What a desk sees of its day: three queries, composed once, however many patients."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from core import clock, names, tidy
from core.composed import Composed
from core.phrases import label
from core.vocabulary import Mobility, ServiceKind, TreatmentShift, hhmm
from hospitals.cards import CONTINUOUS_SERVICES
from hospitals.models import Appointment, Intake, Service, TransferRequest
from hospitals.selectors.desk_rows import ODD_MIN, Arrival, Capacity, CountedService, DeskDay, Patient
from hospitals.selectors.limits import DeskLimits, limits
from hospitals.states import INSIDE, AppointmentStatus, IntakeStatus
from hospitals.words import (
    PRECAUTION_WORDS,
    SERVICE_ORDER,
    SEX_WORDS,
    need_word,
    service_word,
)

TEST_HOURS = timedelta(hours=48)
_WAITING_KEPT = timedelta(hours=24)  # nobody waits longer without others being called in


def day_of(facility_code: str, *, at: datetime, words: str = "") -> DeskDay:
    """Gather a facility's day; `words` (name, initials, last four, plate) narrows the expected arrivals."""
    known = limits(facility_code, at=at)
    day = DeskDay(at=at)
    for row in sorted(_expected(facility_code, at=at, known=known), key=_who_first):
        target = day.under_way if row.appointment.is_critical else day.arrivals
        if row.appointment.is_critical or matches(row.appointment, words):
            target.append(row)
    _sort_patients(day, facility_code, known)
    _count_places(day, facility_code, known)
    return day


def _who_first(row: Arrival) -> tuple[bool, datetime]:
    """Put who stands at the door before who is still to come."""
    return not row.is_at_door, row.door_due_at or row.expected_at


def _expected(facility_code: str, *, at: datetime, known: DeskLimits) -> list[Arrival]:
    start, end = clock.day_around(at)  # who is brought at night is on the page on both sides of midnight
    rows = _EXPECTED.rows(facility=facility_code, start=start, end=end)
    return [arrival_of(row, at=at, known=known) for row in rows]


def _booked(*, facility: str, start: datetime, end: datetime) -> QuerySet[Appointment]:
    """Select who is expected in [start, end), and who stands at the door."""
    rows = Appointment.objects.filter(
        facility=facility, status__in=[AppointmentStatus.BOOKED, AppointmentStatus.PROPOSED]
    )
    here = Q(slot__starts_at__gte=start, slot__starts_at__lt=end) | Q(at_door_at__isnull=False)
    return rows.filter(here).select_related("slot")


_EXPECTED = Composed[Appointment](_booked, facility=str, start=datetime, end=datetime)


def arrival_of(appointment: Appointment, *, at: datetime, known: DeskLimits | None = None) -> Arrival:
    """Say one appointment in the desk's words."""
    door = appointment.at_door_at
    due = door + known.hand_over if door and known else None
    slot = appointment.slot
    expected_at = appointment.expected_at or slot.starts_at
    hours = f"{hhmm(slot.starts_at)}–{hhmm(slot.ends_at)}"
    shift = label(TreatmentShift, slot.shift)
    return Arrival(
        appointment=appointment,
        expected_at=expected_at,
        minutes=int((expected_at - at).total_seconds() // 60),
        about=about(appointment, at=at),
        need=need_word(appointment.need_kind),
        when_booked=f"{shift} {hours}" if shift else hours,
        has_test=has_test(appointment, at=expected_at),
        precaution=PRECAUTION_WORDS.get(appointment.precaution, ""),
        machine=machine_of(appointment),
        door_due_at=due,
        door_wait=max(int((at - door).total_seconds() // 60), 0) if door else None,
        door_level=level_of(due, at=at, amber=known.hand_over_amber) if due and known else "",
    )


def about(appointment: Appointment, *, at: datetime) -> str:
    """Say sex, age, mobility and party in one line."""
    parts = [str(SEX_WORDS.get(appointment.sex, "")) + (f" {age}" if (age := _age(appointment, at)) else "")]
    parts.append(label(Mobility, appointment.mobility))
    if appointment.needs_oxygen:
        parts.append(_("吸氧"))
    if appointment.party_size > 1:
        parts.append(_("陪 %(n)s 人") % {"n": appointment.party_size - 1})
    return " · ".join(part for part in parts if part.strip())


def _age(appointment: Appointment, at: datetime) -> int | None:
    born = appointment.birth_date
    if born is None:
        return None
    today = clock.local_day(at)
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def has_test(appointment: Appointment | None, *, at: datetime) -> bool:
    """Say whether a sample of the last 48 hours is known: information for the way inside, never a condition."""
    return bool(appointment and appointment.last_test_at and at - appointment.last_test_at <= TEST_HOURS)


def precaution_of(intake: Intake) -> Any:
    """Return the word of what the house must be careful of, "" when nothing is known."""
    found = intake.sample_result if intake.sample_result in PRECAUTION_WORDS else ""
    known = intake.card.precaution if intake.card else ""
    return PRECAUTION_WORDS.get(found or known, "")


def machine_of(appointment: Appointment | None) -> str:
    """Say on whose machines the house treats a patient, "" where any machine will do (E20)."""
    return str(appointment.get_machine_class_display()) if appointment and appointment.machine_class else ""


def matches(appointment: Appointment, words: str, *, by_sound: bool = False) -> bool:
    """Say whether a search fits a patient: name, pinyin initials, last four of the number, plate, or how it sounds."""
    words = tidy.ascii_digits(tidy.line(words)).lower()
    return (
        not words
        or names.is_found(appointment.name, words, by_sound=by_sound)
        or words == appointment.id_last4.lower()
        or words in appointment.carried_by.lower().replace("·", "")
        or words in appointment.carried_by.lower()
    )


def _sort_patients(day: DeskDay, facility_code: str, known: DeskLimits) -> None:
    """Put today's arrivals where they stand: hand-over clock, house, waiting for the way home."""
    start = clock.day_bounds(clock.local_day(day.at))[0]
    for intake in _PATIENTS.rows(facility=facility_code, start=start, kept_since=day.at - _WAITING_KEPT):
        day.arrived_count += intake.arrived_at >= start
        row = patient_of(intake, at=day.at, known=known)
        if intake.status in INSIDE:
            (day.hand_overs if row.is_handing_over and intake.is_critical else day.inside).append(row)
        elif intake.status == IntakeStatus.RELEASED and intake.left_at is None:
            day.waiting.append(row)
    day.hand_overs.sort(key=_tie)
    far = day.at + timedelta(days=2)
    day.inside.sort(key=lambda row: (not row.is_handing_over, row.intake.expected_ready_at or far, *_tie(row)))
    day.waiting.sort(key=lambda row: (row.intake.ready_at or far, *_tie(row)))


def _tie(row: Patient) -> tuple[datetime, str, str]:
    """Order who is due at one moment: first come, then by name, so that a row never jumps under the hand."""
    return row.intake.arrived_at, row.intake.label, str(row.intake.pk)


def _arrived(*, facility: str, start: datetime, kept_since: datetime) -> QuerySet[Intake]:
    """Select who is in the house, came since `start`, or waits for the way home since `kept_since`."""
    waits = Q(status=IntakeStatus.RELEASED, left_at__isnull=True, ended_at__gte=kept_since)
    here = Q(status__in=INSIDE) | Q(arrived_at__gte=start) | waits
    return Intake.objects.filter(here, facility=facility).select_related("appointment__slot", "told_by")


_PATIENTS = Composed[Intake](_arrived, facility=str, start=datetime, kept_since=datetime)


def patient_of(intake: Intake, *, at: datetime, known: DeskLimits) -> Patient:
    """Say one arrival in the desk's words."""
    card = intake.card
    waited = int((at - intake.ready_at).total_seconds() // 60) if intake.ready_at else 0
    return Patient(
        intake=intake,
        about=about(card, at=at) if card else intake.note,
        need=need_word(intake.need_kind),
        zone_class=card.zone_class if card else "",
        has_test=has_test(card, at=at) or bool(intake.sample_at and at - intake.sample_at <= TEST_HOURS),
        precaution=precaution_of(intake),
        machine=machine_of(card),
        hand_over_level=_hand_over_level(intake, at=at, known=known),
        waited=max(waited, 0),
        time_left=_time_left(intake, at=at),
        is_odd_now=_is_long_before(intake.expected_ready_at, at=at),
        is_wait_over=waited >= known.return_amber.total_seconds() / 60,
    )


def _is_long_before(expected: datetime | None, *, at: datetime) -> bool:
    return expected is not None and expected - at > timedelta(minutes=ODD_MIN)


def _hand_over_level(intake: Intake, *, at: datetime, known: DeskLimits) -> str:
    """Return "" in time, "warn" in the last minutes, "late" past the limit; handed over is in time."""
    due = intake.hand_over_due_at
    if intake.handed_over_at is not None or due is None:
        return ""
    return level_of(due, at=at, amber=known.hand_over_amber)


def level_of(due: datetime, *, at: datetime, amber: timedelta) -> str:
    """Return "" in time, "warn" in the last minutes before a limit, "late" past it."""
    return "late" if at >= due else "warn" if due - at < amber else ""


def _time_left(intake: Intake, *, at: datetime) -> str:
    """Say what is left of the hand-over's time as 4:18, past it as 0:30 gone."""
    if intake.hand_over_due_at is None:
        return ""
    seconds = abs(int((intake.hand_over_due_at - at).total_seconds()))
    return f"{seconds // 60}:{seconds % 60:02d}"


def _offered(*, facility: str, start: datetime, end: datetime) -> QuerySet[Service]:
    """Select the services of a house with the places of [start, end), and whether it hands anybody over."""
    today = Q(slots__starts_at__gte=start, slots__starts_at__lt=end)
    handed = TransferRequest.objects.open().filter(Q(facility=facility) | Q(intake__facility=facility))
    return (
        Service.objects.filter(facility=facility)
        .select_related("facility")
        .annotate(places=Sum("slots__capacity", filter=today), taken=Sum("slots__booked", filter=today))
        .annotate(hands_over=Exists(handed))
    )


_SERVICES = Composed[CountedService](_offered, facility=str, start=datetime, end=datetime)


def _count_places(day: DeskDay, facility_code: str, known: DeskLimits) -> None:
    """Sum today's places by service; the buffer counts who is inside without a known test (R-004-2)."""
    start, end = clock.day_bounds(clock.local_day(day.at))
    services = _SERVICES.rows(facility=facility_code, start=start, end=end)
    day.hands_over = any(row.hands_over for row in services) or not services
    services.sort(key=lambda row: SERVICE_ORDER.get(row.kind, 99))
    offered = [
        row
        for row in services
        if row.places and row.kind != ServiceKind.EMERGENCY and (row.taken or row.kind in CONTINUOUS_SERVICES)
    ]
    busiest = sorted(offered, key=lambda row: -(row.taken or 0))[:4]
    day.capacities = [
        Capacity(service_word(row.kind), row.taken or 0, row.places or 0) for row in services if row in busiest
    ]
    if services and services[0].facility.buffer_places:
        unknown = sum(1 for row in (*day.hand_overs, *day.inside) if not row.has_test)
        day.capacities.append(Capacity(service_word(ServiceKind.BUFFER), unknown, services[0].facility.buffer_places))
    confirmed = [(row.confirmed_at, row.confirmed_by) for row in services if row.confirmed_at]
    if confirmed:
        day.confirmed_at, day.confirmed_by = max(confirmed)
        day.is_stale = day.at - day.confirmed_at > known.status_stale
