"""Reading residents: lists, search, duplicates."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from access import finding
from access.models import AccessRequest, CareNeed, Resident
from access.models.absence import Absence
from access.models.one_record import DOUBLE, HOLDS_NUMBER
from access.selectors.annotated import ZonedResident
from access.selectors.ground import zone_of
from access.states import NeedStatus
from core import names
from core.actors import Actor
from core.clock import local_day, now
from core.composed import Composed
from core.errors import NotFound
from core.narrow import joined
from core.phrases import label
from core.vocabulary import Mobility, NeedKind, ScheduleKind, ZoneClass
from hospitals.models import Facility

STALE_AFTER = timedelta(days=7)  # roster.check_days of the rulebook's national default (R-000-13)
# filter word → the need kinds it gathers
GROUPS: dict[str, tuple[str, ...]] = {
    "dialysis": (NeedKind.DIALYSIS, NeedKind.PERITONEAL_DIALYSIS),
    "tumour": (NeedKind.CHEMOTHERAPY, NeedKind.RADIOTHERAPY, NeedKind.PICC_CARE),
    "maternal": (NeedKind.PREGNANCY, NeedKind.POSTPARTUM, NeedKind.NEWBORN),
    "child": (NeedKind.CHILD_CHRONIC,),
    "mental": (NeedKind.SEVERE_MENTAL_ILLNESS,),
    "medicine": (NeedKind.CHRONIC_MEDICINE, NeedKind.CONTROLLED_MEDICINE, NeedKind.HOME_NURSING),
}
# the columns `row_of` reads: whole rows are wide, and fifty of them are read for a page
_LISTED = (
    "name",
    "building",
    "phone_index",
    "id_fault",
    "id_index",
    "id_kind",
    "mobility",
    "checked_at",
    "archived_at",
)
_LISTED_OF_NEED = ("resident_id", "kind", "schedule_kind", "schedule_days", "next_date", "facility__name")
_PLACE = ("name", "street_code", "dispatch_area")  # what a resident's pages ask of the community
_ACTIVE_FIRST = F("archived_at").asc(nulls_first=True)
_INCOMPLETE = Q(phone_index="") | Q(id_index="", id_kind="resident_id") | ~Q(id_fault="")


@dataclass(frozen=True)
class ListQuery:
    """What the list is asked for: words typed, and one filter."""

    words: str = ""
    group: str = ""
    by_sound: bool = False  # whoever is written otherwise and sounds like the words counts too


@dataclass(frozen=True)
class ResidentRow:
    """One resident as the list draws them: all that the row's template shows."""

    pk: UUID
    name: str
    building: str
    lacks: str
    needs: tuple[str, ...]
    days: str
    next_date: date | None
    mobility: str
    facility: str
    checked_on: date | None
    is_stale: bool
    is_archived: bool = False


def row_of(resident: Resident, *, stale_before: datetime) -> ResidentRow:
    """Return how a resident of `residents` stands in the list."""
    needs = list(resident.needs.all())
    first = needs[0] if needs else None
    checked_at = resident.checked_at
    return ResidentRow(
        pk=resident.pk,
        name=resident.name,
        building=resident.building,
        lacks=_lacks(resident),
        needs=tuple(label(NeedKind, need.kind) for need in needs),
        days=first.days_label if first else "",
        next_date=first.next_date if first and first.schedule_kind != ScheduleKind.WEEKLY else None,
        mobility=label(Mobility, resident.mobility),
        facility=first.facility.name if first and first.facility else "",
        checked_on=local_day(checked_at) if checked_at else None,
        is_stale=checked_at is None or checked_at < stale_before,
        is_archived=resident.archived_at is not None,
    )


def _lacks(resident: Resident) -> str:
    if not resident.phone_index:
        return "phone"
    if resident.id_fault:
        return "good_id"
    return "id" if not resident.id_index and resident.id_kind == "resident_id" else ""


def residents(actor: Actor, query: ListQuery, *, at: datetime, whole_number: Q | None = None) -> QuerySet[Resident]:
    """Return the residents an actor sees, searched and filtered, sorted as a dictionary would.

    `whole_number` (`finding.whole_mobile`) takes the place of the words: who has that very number.
    """
    rows = Resident.objects.visible_to(actor)
    # whoever searches looks for a person, put away or not; a list is of those who are there
    rows = rows.order_by(_ACTIVE_FIRST, "name_key", "id") if query.words else rows.active()
    if query.group == "incomplete":
        rows = rows.filter(_INCOMPLETE)
    elif query.group == "stale":
        rows = rows.filter(Q(checked_at__isnull=True) | Q(checked_at__lt=at - STALE_AFTER))
    elif query.group == "old":
        rows = rows.filter(birth_date__lte=_years_before(at, 65))
    elif query.group in GROUPS:
        rows = rows.filter(_has_need(GROUPS[query.group]))
    needs = CareNeed.objects.select_related("facility").only(*_LISTED_OF_NEED)
    return (
        (_searched(rows, query, actor) if whole_number is None else rows.filter(whole_number))
        .only(*_LISTED)
        .prefetch_related(Prefetch("needs", needs))
    )


def readings(actor: Actor, query: ListQuery, *, at: datetime) -> Iterator[tuple[QuerySet[Resident], ListQuery]]:
    """Yield what the words of a query may mean, the surest first: a whole number, its parts or names, their sound."""
    whole = finding.whole_mobile(query.words)
    if whole is not None:
        yield residents(actor, query, at=at, whole_number=whole), query
    yield residents(actor, query, at=at), query
    if names.may_sound_otherwise(query.words):
        by_sound = replace(query, by_sound=True)
        yield residents(actor, by_sound, at=at), by_sound


def _searched(rows: QuerySet[Resident], query: ListQuery, actor: Actor) -> QuerySet[Resident]:
    """Keep who fits every word: a name, any reading of it, its initials, a building, a part of a number."""
    return rows.filter(finding.wanted(query.words, place=actor.place_code, by_sound=query.by_sound))


def group_counts(actor: Actor, *, at: datetime) -> dict[str, int]:
    """Count the residents of each filter, in two queries: one over the people, one over their needs."""
    place = actor.place_code
    [people] = _PEOPLE.dicts(actor.role, place=place, stale=at - STALE_AFTER, old=_years_before(at, 65)) or [{}]
    [needs] = _NEEDS.dicts(actor.role, place=place) or [{}]
    return {name: people.get(name) or needs.get(name) or 0 for name in ("all", "incomplete", "stale", "old", *GROUPS)}


def _here(role: str, place: str) -> QuerySet[Resident]:
    return Resident.objects.visible_from(role, place).active()


def _counted_people(role: str, *, place: str, stale: datetime, old: date) -> QuerySet[Resident, Any]:
    return (
        _here(role, place)
        .order_by()
        .values("community_id")
        .annotate(
            all=Count("pk"),
            incomplete=Count("pk", filter=_INCOMPLETE),
            stale=Count("pk", filter=Q(checked_at__isnull=True) | Q(checked_at__lt=stale)),
            old=Count("pk", filter=Q(birth_date__lte=old)),
        )
    )


def _counted_needs(role: str, *, place: str) -> QuerySet[CareNeed, Any]:
    needs = CareNeed.objects.filter(resident__in=_here(role, place), status=NeedStatus.ACTIVE)
    grouped = {name: Count("resident", distinct=True, filter=Q(kind__in=kinds)) for name, kinds in GROUPS.items()}
    return needs.order_by().values("status").annotate(**grouped)


_PEOPLE = Composed[Resident](_counted_people, place=str, stale=datetime, old=date)
_NEEDS = Composed[CareNeed](_counted_needs, place=str)


def resident_of(actor: Actor, ident: UUID) -> ZonedResident:
    """Return one resident of the actor's own community, with `zone_class` of now; raise NotFound for anybody else's."""
    row = next(iter(_OWN.rows(actor.role, resident=ident, place=actor.place_code, at=now())), None)
    if row is None:
        raise NotFound("resident.absent")
    return row


def _own(role: str, *, resident: UUID, place: str, at: datetime) -> QuerySet[Resident]:
    """Select a resident of a place with what their page shows."""
    zone = Coalesce(zone_of(OuterRef("community"), resident="", at=at), Value(ZoneClass.PRECAUTIONARY))
    seen = Resident.objects.visible_from(role, place).filter(pk=resident).order_by()
    absent = Exists(Absence.objects.filter(resident=OuterRef("pk"), ended_at__isnull=True))
    rows = joined(seen, {"community": _PLACE, "guardian": ["name"]}).annotate(zone_class=zone, is_absent=absent)
    needs = joined(CareNeed.objects.order_by("kind"), {"facility": ["name"]})
    return rows.prefetch_related(Prefetch("needs", needs))


_OWN = Composed[ZonedResident](_own, resident=UUID, place=str, at=datetime)


def requests_of(resident: Resident) -> list[AccessRequest]:
    """Return the last thirty requests of a resident, newest first, with the columns their lines show."""
    return list(resident.requests.order_by("-submitted_at").only("number", "need_kind", "arrive_at", "status")[:30])


def absence_of(resident: ZonedResident) -> Absence | None:
    """Return where a resident is instead of at home, None for whoever is at home: one at a time, by constraint."""
    if not resident.is_absent:
        return None
    return next(iter(resident.absences.filter(ended_at__isnull=True).order_by()), None)


def need_of(actor: Actor, resident_id: UUID, need_id: UUID) -> CareNeed:
    """Return one need of a resident of the actor's own community; raise NotFound for anybody else's."""
    rows = CareNeed.objects.filter(resident__in=Resident.objects.visible_to(actor).filter(pk=resident_id))
    row = rows.select_related("resident", "absence").filter(pk=need_id).first()
    if row is None:
        raise NotFound("need.absent")
    return row


def look_alikes(
    actor: Actor, *, name: str, phone: str, id_no: str, birth_date: date | None, besides: UUID | None = None
) -> list[Resident]:
    """Return up to three residents of the actor's community who may be the same person, while somebody types."""
    here = Resident.objects.visible_to(actor)
    here = here.exclude(pk=besides) if besides else here
    return alike(here, name=name, phone=phone, id_no=id_no, birth_date=birth_date)


def alike(here: QuerySet[Resident], *, name: str, phone: str, id_no: str, birth_date: date | None) -> list[Resident]:
    """Return up to three of these residents who may be the same person (never merged by itself, E10)."""
    same = Q()
    if id_no:
        same |= finding.numbered(id_no)
    if name and phone:
        same |= finding.named(name) & finding.reached_by(phone)
    if name and birth_date:
        same |= finding.named(name) & Q(birth_date=birth_date)
    if name and not (phone or birth_date or id_no):
        same |= finding.named(name)
    if not same:
        return []
    return list(here.filter(same).order_by(_ACTIVE_FIRST, "name_key")[:3])


def first_of_number(actor: Actor, resident: Resident) -> Resident | None:
    """Return the record of the actor's community that holds the number a marked one repeats; None for any other."""
    if resident.id_fault != DOUBLE:
        return None
    here = Resident.objects.visible_to(actor).filter(HOLDS_NUMBER, id_index=resident.id_index)
    return here.only("name").first()


def facilities_offering() -> QuerySet[Facility]:
    """Return the facilities a need may name as the usual one: those above primary care."""
    return Facility.objects.exclude(facility_class__in=["primary_care", "ems", "fangcang"]).order_by("code")


def _has_need(kinds: tuple[str, ...]) -> Exists:
    return Exists(CareNeed.objects.filter(resident=OuterRef("pk"), kind__in=kinds, status=NeedStatus.ACTIVE))


def _years_before(at: datetime, years: int) -> date:
    """Return the latest birth date of somebody so many years old: on 29 February that of the last day of February."""
    day = local_day(at)
    year = day.year - years
    return day.replace(year=year, day=min(day.day, monthrange(year, day.month)[1]))
