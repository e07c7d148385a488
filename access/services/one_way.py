"""One critical way per person: pressed twice, or by two people at once, it is one ambulance (INV-04)."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from access import journey
from access.models import AccessRequest, Resident
from access.models.request import OPEN
from access.selectors.facts import facts_of, with_facts
from access.services.letting_go import let_go
from core import audit
from core.actors import Actor
from core.boards import touch
from core.errors import Conflict

DAY = timedelta(hours=24)


def hold_person(person_key: UUID) -> None:
    """Wait until nobody else is calling an ambulance for this person; let go with the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 120))", [str(person_key)])


def is_put_away(resident: Resident, *, is_critical: bool) -> bool:
    """Say whether nothing may be asked for any more: for whoever moved, a life is saved all the same (E28, R-000-2)."""
    return resident.archived_at is not None and (resident.archive_reason == "died" or not is_critical)


def put_away() -> Conflict:
    """Return the refusal to ask for somebody whose record is put away."""
    return Conflict("resident.archived", _("这位居民已经迁出名册，先恢复登记再申请。"))


def hold_resident(resident: Resident, *, is_critical: bool) -> None:
    """Hold the record against a death that is said meanwhile; raise the refusal where it has been said (E28)."""
    held = Resident.objects.select_for_update(no_key=True, of=("self",)).only("archived_at", "archive_reason")
    if is_put_away(held.get(pk=resident.pk), is_critical=is_critical):
        raise put_away()


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
    """Give back places and cars of the person's other ways of the next day: nobody is planned into two cars (INV-04).

    The requests stay; they are looked at again once the critical one is over.
    """
    others = AccessRequest.objects.select_for_update(of=("self",)).filter(
        person_key=critical.person_key, status__in=OPEN, arrive_at__lt=at + DAY
    )
    for other in others.exclude(pk=critical.pk).order_by("pk"):
        facts = facts_now(other)
        if (facts.booked_at is None and facts.scheduled_at is None) or journey.is_out(facts):
            continue
        let_go(other, facts, by=by, at=at, reason="这个人转了 120")
        audit.record("request.unplaced", other, by=by, at=at, reason="转 120")
        touch(*other.boards)


def facts_now(row: AccessRequest) -> journey.Facts:
    """Read the facts of a request afresh."""
    return facts_of(with_facts(AccessRequest.objects.filter(pk=row.pk)).get())
