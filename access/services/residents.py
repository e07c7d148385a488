"""Registering residents: half the facts are enough, nothing blocks, everything is sealed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from access import finding, policies
from access.events import InfectionChanged
from access.models import Resident
from access.services import absences, card_writing, needs, one_record, one_way, requests
from access.states import FOR_GOOD, AbsenceKind, Finding, NeedStatus, StopReason
from communities.models import Community
from core import audit, boards, clock, outbox, phones, tidy
from core.actors import RELAY, Actor
from core.codes import compared, read_id_no
from core.errors import Conflict, Invalid
from core.sealed import create_person_key
from core.stored import stored
from core.vocabulary import Precaution


@dataclass(frozen=True)
class ResidentFacts:
    """What community staff write down about a person; empty means not known yet."""

    name: str
    sex: str = ""
    birth_date: date | None = None
    id_kind: str = "resident_id"
    id_no: str = ""
    phone: str = ""
    phone_owner: str = "self"
    building: str = ""
    address: str = ""
    mobility: str = "walk"
    needs_oxygen: bool = False
    has_stairs: bool = False
    machine_class: str = ""
    escort_required: bool = False
    escort_reason: str = ""
    note: str = ""


# what is written as it is, apart from the sealed columns that need their own handling
_PLAIN = (
    "sex", "birth_date", "id_kind", "phone_owner", "building", "mobility", "needs_oxygen", "has_stairs",
    "machine_class", "escort_required", "escort_reason",
)  # fmt: skip


_SEARCHED = {"name", "building", "phone", "id_no", "id_kind"}


@transaction.atomic
def register(
    community: Community, *, facts: ResidentFacts, by: Actor, at: datetime, is_other: bool = False
) -> Resident:
    """Store a new resident with a data key of its own.

    A faulty identity number is kept and marked, never refused, and so is one that stands in another record (E15).
    Raises Conflict("resident.alike") with the records that may be the same person, unless `is_other` says that
    somebody looked and it is another one (E9, E10).
    """
    policies.check_register(by, community)
    resident = Resident(person_key=create_person_key(), community=community, registered_at=at, checked_at=at)
    _write(resident, vars(facts))
    one_record.hold(resident)
    if not is_other:
        one_record.require_first(resident, phone=facts.phone, id_no=facts.id_no)
    resident.save(force_insert=True)
    audit.record("resident.register", resident, by=by, at=at)
    boards.touch(f"community:{community.code}")
    return resident


@transaction.atomic
def update(resident: Resident, *, changes: Mapping[str, Any], version: int, by: Actor, at: datetime) -> list[str]:
    """Write what was changed of a resident and nothing else; return the names of what differs now.

    What was made from the record and is still to happen, ride, pass and the desk's row, says it too. Raises Conflict
    if somebody else changed the record meanwhile.
    """
    policies.check_edit(by, resident)
    unknown = set(changes) - set(ResidentFacts.__dataclass_fields__)
    if unknown:
        raise TypeError(f"not a resident's: {sorted(unknown)}")
    columns = [field.attname for field in resident._meta.concrete_fields]
    facts = {name: getattr(resident, name) for name in changes}
    before = {name: getattr(resident, name) for name in columns}
    _write(resident, changes)
    changed = [name for name, value in facts.items() if getattr(resident, name) != value]
    written = {name: getattr(resident, name) for name in columns if getattr(resident, name) != before[name]}
    if not changed:
        return []
    if {"id_no", "id_kind", "name"} & set(changed):
        one_record.hold(resident)
    rows = Resident.objects.filter(pk=resident.pk, version=version)
    if not rows.update(**written, version=F("version") + 1, checked_at=at):
        raise Conflict("resident.changed", _("刚被同事改过了。您填的还在，请对照后再存。"))
    resident.version = version + 1
    audit.record("resident.update", resident, by=by, at=at, detail={"fields": changed})
    card_writing.follow_record(resident, {name: facts[name] for name in changed}, by=by, at=at)
    if "machine_class" in changed:
        outbox.put(InfectionChanged(at=at, resident_id=str(resident.pk)))
    boards.touch(f"community:{resident.community_id}")
    return changed


# what a finding makes of somebody; a negative one clears a doubt, but ends no isolation by itself
_FOUND = {
    Finding.POSITIVE: Precaution.POSITIVE,
    Finding.SUSPECTED: Precaution.SUSPECTED,
    Finding.ISOLATED: Precaution.ISOLATED,
}
_TESTS = (Finding.NEGATIVE, Finding.POSITIVE, Finding.SUSPECTED)


@transaction.atomic
def note_result(resident_id: UUID, *, result: str, by: Actor, at: datetime) -> Resident:
    """Write down what a test found, or that isolation began or ended; cars, hospital and way home follow (E1).

    Raises Invalid for an unknown result.
    """
    policies.check_note_result(by, resident_id)
    if result not in Finding.values:
        raise Invalid("resident.result", _("请选一个结果。"), field="result")
    resident = Resident.objects.select_for_update(of=("self",)).get(pk=resident_id)
    was, found = resident.precaution, Finding(result)
    resident.precaution = precaution_after(was, found)
    if found in _TESTS:
        resident.last_test_at = at
    resident.version += 1
    resident.save(update_fields=["precaution", "last_test_at", "version"])
    detail = {"result": found.value, "from": was, "to": resident.precaution}
    audit.record("resident.note_result", resident, by=by, at=at, detail=detail)
    outbox.put(InfectionChanged(at=at, resident_id=str(resident.pk)))
    boards.touch(f"community:{resident.community_id}")
    return resident


@transaction.atomic
def take_up_sample(case_ref: UUID | None, *, at: datetime, result: str) -> Resident | None:
    """Write down what a desk's test found for the resident of a case; a stranger's waits until they have a name."""
    resident = Resident.objects.filter(requests__case_ref=case_ref).first() if case_ref else None
    return note_result(resident.pk, result=result, by=RELAY, at=at) if resident else None


def precaution_after(was: str, found: Finding) -> str:
    """Return the precaution that stands after a finding."""
    if found == Finding.NEGATIVE:
        return "" if was == Precaution.SUSPECTED else was
    if found == Finding.RELEASED:
        return ""
    if found == Finding.ISOLATED and was == Precaution.POSITIVE:
        return was
    return _FOUND[found]


@transaction.atomic
def archive(resident: Resident, *, reason: str, by: Actor, at: datetime) -> None:
    """Put away the record of a person who moved, died or needs nothing any more; never delete it.

    Needs, open requests, places, cars and passes are let go with it (E28, INV-17). Raises Conflict while somebody who
    lives is out: they are brought home first.
    """
    policies.check_edit(by, resident)
    one_way.hold_resident(resident.pk)
    if reason != AbsenceKind.DIED and resident.requests.filter(facts__is_out=True).exists():
        raise Conflict("resident.is_out", _("人还在外面，先等到家，再归档。"))
    if reason in FOR_GOOD:
        absences.begin(resident, kind=AbsenceKind(reason), by=by, at=at)
    else:
        for need in resident.needs.exclude(status=NeedStatus.ENDED):
            needs.finish(need, reason=stored("不再需要"), by=by, at=at)
        for request in resident.requests.open().order_by("pk"):
            requests.stop(request, reason=StopReason.ENDED, by=by, at=at)
        Resident.objects.filter(pk=resident.pk).update(archived_at=at, archive_reason=reason, version=F("version") + 1)
    audit.record("resident.archive", resident, by=by, at=at, reason=reason)
    boards.touch(f"community:{resident.community_id}")


@transaction.atomic
def restore(resident: Resident, *, by: Actor, at: datetime) -> None:
    """Take a record out of the archive again; what a death or a move had stopped starts again."""
    policies.check_edit(by, resident)
    Resident.objects.filter(pk=resident.pk).update(archived_at=None, archive_reason="", version=F("version") + 1)
    absences.end(resident, by=by, at=at, reason=stored("放回名单"))
    audit.record("resident.restore", resident, by=by, at=at)
    boards.touch(f"community:{resident.community_id}")


def mark_checked(idents: Iterable[UUID], *, by: Actor, at: datetime) -> int:
    """Note that these residents' facts were checked today; return how many."""
    policies.check_mark_checked(by)
    rows = Resident.objects.visible_to(by).active().filter(pk__in=list(idents))
    count = rows.update(checked_at=at)
    audit.record("resident.mark_checked", by=by, at=at, detail={"count": count})
    boards.touch(f"community:{by.place_code}")
    return count


def reveal_id(resident: Resident, *, purpose: str, by: Actor, at: datetime) -> str:
    """Return the full identity number, and write down who asked for it and why (INV-32)."""
    policies.check_edit(by, resident)
    audit.record("resident.reveal_id", resident, by=by, at=at, reason=purpose)
    return resident.id_no


def _write(resident: Resident, values: Mapping[str, Any]) -> None:
    """Set what is given, with all that is read from it; leave the rest alone."""
    for name in _PLAIN:
        if name in values:
            setattr(resident, name, values[name])
    if "name" in values:
        resident.name = tidy.name(values["name"])
    given = {name: values[name] for name in ("phone", "address", "note") if name in values}
    if "phone" in given:
        given["phone"] = phones.read(given["phone"]).written or given["phone"]
    for name, value in given.items():
        if getattr(resident, name) != value:
            setattr(resident, name, value)
    if {"id_no", "id_kind", "birth_date", "sex"} & set(values):
        _write_number(resident, values.get("id_no", resident.id_no))
    if _SEARCHED & set(values):
        finding.index_row(resident, written=values)


def _write_number(resident: Resident, typed: str) -> None:
    """Set the number, what is wrong with it, and what it says of birth and sex where nobody wrote that."""
    id_no = tidy.id_no(typed)
    read = read_id_no(id_no, today=clock.today()) if id_no and resident.id_kind == "resident_id" else None
    read = compared(read, birth_date=resident.birth_date, sex=resident.sex) if read else None
    id_no = read.number if read else id_no
    if resident.id_no != id_no:
        resident.id_no = id_no
    resident.id_fault = read.fault if read else ""
    if read and not read.fault:
        resident.birth_date = resident.birth_date or read.birth_date
        resident.sex = resident.sex or read.sex
