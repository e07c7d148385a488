"""Whether somebody may be asked a way for; one ambulance per person, pressed twice or by two at once (INV-04)."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from access import journey
from access.models import AccessRequest, Resident
from access.models.request import OPEN
from access.models.resident import ResidentQuerySet
from access.selectors.facts import facts_of, with_facts
from access.selectors.ground import Ground
from access.services.letting_go import unplace
from access.states import AbsenceKind
from core import locks
from core.actors import Actor
from core.errors import Conflict
from core.stored import stored

DAY = timedelta(hours=24)


def hold_person(person_key: UUID) -> None:
    """Wait until nobody else is calling an ambulance for this person; let go with the transaction."""
    locks.hold(locks.name(locks.LockKind.PERSON, person_key))


def hold_resident(resident_id: UUID) -> None:
    """Hold the record of somebody something is written for: requests, needs, a death that is said meanwhile (E28).

    What is asked "is there one already" is asked after this, in a statement of its own.
    """
    _hold(Resident.objects.filter(pk=resident_id))


def hold_own(actor: Actor, resident_id: UUID) -> None:
    """Hold a record of the actor's own place before it is read; another place's is neither held nor waited for."""
    _hold(Resident.objects.visible_to(actor).filter(pk=resident_id))


def _hold(rows: ResidentQuerySet) -> None:
    list(rows.select_for_update(no_key=True).order_by().only("pk"))


def require_possible(ground: Ground, *, is_critical: bool, is_second: bool) -> None:
    """Refuse a way for whose record is put away, who is not at home, or who has one that day.

    Nothing is asked of a critical wish, but of the dead: for whoever moved, a life is saved all the same (E28,
    R-000-2). Raises Conflict; that of the same day names the first request.
    """
    if ground.put_away and (ground.put_away == AbsenceKind.DIED or not is_critical):
        raise Conflict("resident.archived", _("这位居民已经迁出名册，先恢复登记再申请。"))
    if is_critical:
        return
    if ground.is_away:
        words = _("这位居民现在不在家（住院、隔离、外出）。回来了先在居民页按一下，再申请。")
        raise Conflict("resident.absent_now", words)
    if ground.same_day and not is_second:
        words = _("那一天已经有一趟了。再加一趟，还是改那一趟？")
        raise Conflict("request.same_day", words, request=ground.same_day)


def require_new(ground: Ground, *, need_kind: str, arrive_at: datetime | None, mode: str, note: str) -> None:
    """Make sure that a second way of a day is another one than those asked for.

    Another hour, purpose, way of travelling or sentence of what it is for makes it another one. Raises
    Conflict("request.stands") that names the one that stands.
    """
    for way in ground.ways:
        if (way.need_kind, way.at) != (need_kind, arrive_at) or way.is_critical:
            continue
        known = AccessRequest.objects.get(pk=way.id)
        if (known.mode, known.note) == (mode, note):
            words = _("同一时间、同一件事已经有一趟了（%(number)s），看这一趟。") % {"number": known.number}
            raise Conflict("request.stands", words, request=known.pk)


def critical_of(person_key: UUID) -> AccessRequest | None:
    """Return the open critical request of a person."""
    return AccessRequest.objects.open().filter(person_key=person_key, is_critical=True).first()


def require_first(person_key: UUID, *, besides: AccessRequest | None = None) -> None:
    """Make sure that nobody has called 120 for this person yet.

    Raises Conflict("critical.exists") that names the first request; the constraint `one_critical_way_per_person`
    decides where this was not asked.
    """
    hold_person(person_key)
    known = critical_of(person_key)
    if known is not None and (besides is None or known.pk != besides.pk):
        words = _("已经叫了 120（%(number)s），看这一趟。") % {"number": known.number}
        raise Conflict("critical.exists", words, request=known.pk)


def stand_aside(critical: AccessRequest, *, by: Actor, at: datetime) -> None:
    """Give back places and cars of the person's other ways of the next day, or as soon as possible (INV-04).

    Nobody is planned into two cars. The requests stay; they are looked at again once the critical one is over.
    """
    soon = Q(arrive_at__lt=at + DAY) | Q(arrive_at__isnull=True)
    rows = AccessRequest.objects.select_for_update(of=("self",))
    others = rows.filter(soon, person_key=critical.person_key, status__in=OPEN)
    for other in others.exclude(pk=critical.pk).order_by("pk"):
        facts = facts_now(other)
        if (facts.booked_at is None and facts.scheduled_at is None) or journey.is_out(facts):
            continue
        unplace(other, facts, by=by, at=at, reason=stored("这个人转了 120"))


def facts_now(row: AccessRequest) -> journey.Facts:
    """Read the facts of a request afresh."""
    return facts_of(with_facts(AccessRequest.objects.filter(pk=row.pk)).get())
