"""Issuing, changing and voiding gate passes.

A pass comes with an approved placement; nobody applies for it (R-000-5).
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q

from communities import selectors, tokens
from communities.cards import PassCard
from communities.models import Community, GatePass
from communities.states import PassStatus
from core import audit, boards, clock, codes, tidy
from core.actors import Actor
from core.advance import advance
from core.gathering import step
from core.guards import broken_constraint

DRAWS = 5  # so often a number that somebody else took in the same moment is drawn again
DRAWN = ("pass_number_once", "communities_gatepass_short_code")  # the constraints over what is drawn


@dataclass(frozen=True)
class PassWindow:
    """When the party may leave, and when it is expected back (the way home itself has no window)."""

    exit_from: datetime
    exit_until: datetime
    back_expected_at: datetime | None = None


def key_ring() -> tokens.KeyRing:
    """Return the signing keys of this installation."""
    return tokens.KeyRing(settings.PASS_SIGNING_KEY, settings.PASS_KEY_NUMBER)


@step
def issue(  # noqa: PLR0913 - the facts of one act, by name
    card: PassCard,
    *,
    community: Community,
    case_ref: UUID,
    window: PassWindow,
    by: Actor,
    at: datetime,
    is_emergency: bool = False,
) -> GatePass:
    """Give the party of a case its pass: one issued per case (INV-23).

    The same facts again change nothing. Other facts void the old pass and issue a new one; while somebody is out the
    old one stays, since it is in their hands and lets them home.
    """
    old = _locked(case_ref)
    if old is not None:
        if _says_the_same(old, card, window) or selectors.passage(case_ref).is_out:
            return old
        advance(old, PassStatus.VOID, by=by, at=at, verb="pass.replace")
    row = _stored(card, community, case_ref, window, is_emergency, at)
    audit.record("pass.issue", row, by=by, at=at, detail={"number": row.number})
    _touch(row)
    return row


@step
def void_for_case(case_ref: UUID, *, by: Actor, at: datetime, reason: str) -> bool:
    """Void the pass of a case. False, and nothing changed, when there is none or somebody is out with it (INV-19)."""
    row = _locked(case_ref)
    if row is None or selectors.passage(case_ref).is_out:
        return False
    advance(row, PassStatus.VOID, by=by, at=at, verb="pass.revoke", reason=reason)
    _touch(row)
    return True


@step
def set_ride(case_ref: UUID, *, plate: str, by: Actor, at: datetime) -> None:
    """Write the plate of the car that comes onto the pass, for the guard to see."""
    row = _locked(case_ref)
    if row is None or row.plate == plate:
        return
    row.plate = plate
    row.version += 1
    row.save(update_fields=["plate", "version"])
    audit.record("pass.set_ride", row, by=by, at=at, detail={"plate": plate})
    _touch(row)


@transaction.atomic
def put_person(case_ref: UUID, *, card: PassCard, by: Actor, at: datetime) -> None:
    """Write who carries the pass and how many they are, once somebody said so; the number on the paper still finds it.

    The code says how many: for another party it is signed anew.
    """
    row = _locked(case_ref)
    names = ("person_key", "holder", "building", "party_size", "has_escort")
    if row is None or all(getattr(row, name) == getattr(card, name) for name in names):
        return
    is_signed_anew = row.party_size != card.party_size
    for name in names:
        setattr(row, name, getattr(card, name))
    if is_signed_anew:
        row.key_id = key_ring().current
        row.token = _sign(row)
    row.version += 1
    row.save(update_fields=[*names, "key_id", "token", "version"])
    audit.record("pass.named", row, by=by, at=at)
    _touch(row)


@transaction.atomic
def move_window(case_ref: UUID, *, window: PassWindow, by: Actor, at: datetime) -> None:
    """Move the window: the same pass with a new signature, so that the number on the paper still finds it."""
    row = _locked(case_ref)
    if row is None or _window_of(row) == window:
        return
    row.exit_from, row.exit_until, row.back_expected_at = window.exit_from, window.exit_until, window.back_expected_at
    row.key_id = key_ring().current
    row.token = _sign(row)
    row.version += 1
    row.save(update_fields=["exit_from", "exit_until", "back_expected_at", "key_id", "token", "version"])
    audit.record("pass.move_window", row, by=by, at=at, detail={"exit_from": window.exit_from.isoformat()})
    _touch(row)


def _locked(case_ref: UUID) -> GatePass | None:
    return GatePass.objects.select_for_update().issued().filter(case_ref=case_ref).first()


def _window_of(row: GatePass) -> PassWindow:
    return PassWindow(row.exit_from, row.exit_until, row.back_expected_at)


def _says_the_same(row: GatePass, card: PassCard, window: PassWindow) -> bool:
    held = PassCard(row.person_key, row.holder, row.building, row.party_size, row.has_escort, row.plate)
    if tidy.building_key(row.building) == tidy.building_key(card.building):
        card = replace(card, building=row.building)  # written in another way: the paper in their hands is good
    return held == card and _window_of(row) == window


def _stored(
    card: PassCard, community: Community, case_ref: UUID, window: PassWindow, is_emergency: bool, at: datetime
) -> GatePass:
    """Store a pass under a number of its own: of two at once that drew one number, the later draws again."""
    for is_last in (False,) * DRAWS + (True,):
        row = _new(card, community, case_ref, window, is_emergency, at)
        try:
            with transaction.atomic():
                row.save(force_insert=True)
            break
        except IntegrityError as error:
            if is_last or not broken_constraint(error).startswith(DRAWN):
                raise
    return row


def _new(
    card: PassCard, community: Community, case_ref: UUID, window: PassWindow, is_emergency: bool, at: datetime
) -> GatePass:
    day = clock.local_day(window.exit_from)
    row = GatePass(
        case_ref=case_ref,
        person_key=card.person_key,
        community=community,
        number=_free_number(community, day),
        number_day=day,
        pass_id=secrets.token_bytes(12),
        short_code=codes.short_code(),
        holder=card.holder,
        building=card.building,
        party_size=card.party_size,
        has_escort=card.has_escort,
        is_emergency=is_emergency,
        person_code=f"{secrets.randbelow(10_000):04d}",
        plate=card.plate,
        exit_from=window.exit_from,
        exit_until=window.exit_until,
        back_expected_at=window.back_expected_at,
        key_id=key_ring().current,
        status_at=at,
        issued_at=at,
    )
    row.token = _sign(row)
    return row


def _sign(row: GatePass) -> str:
    pass_id = bytes(row.pass_id)
    payload = tokens.Payload(
        key_id=row.key_id,
        pass_id=pass_id,
        community_mark=tokens.community_mark(row.community_id),
        exit_from=row.exit_from,
        exit_until=row.exit_until,
        party_size=row.party_size,
        has_escort=row.has_escort,
        is_emergency=row.is_emergency,
        check_tag=tokens.check_tag(pass_id, row.person_code),
    )
    return tokens.sign(payload, key_ring())


def _free_number(community: Community, day: date) -> str:
    """Return a number like 0628-0417 that no other pass of this community has on that day.

    Two at once may still draw the same one; the constraint lets one of them keep it.
    """
    prefix = f"{day:%m%d}-"
    start, end = clock.day_bounds(day)
    around = Q(number_day=day) | Q(exit_from__range=(start - timedelta(days=2), end + timedelta(days=2)))
    passes = GatePass.objects.filter(around, community=community, number__startswith=prefix)
    taken = set(passes.values_list("number", flat=True))
    for _ in range(20):  # nearly always the first: a compound issues some hundred a day
        if (number := f"{prefix}{secrets.randbelow(10_000):04d}") not in taken:
            return number
    free = [number for n in range(10_000) if (number := f"{prefix}{n:04d}") not in taken]
    return secrets.choice(free) if free else f"{prefix}{secrets.randbelow(90_000) + 10_000}"


def _touch(row: GatePass) -> None:
    boards.touch(f"community:{row.community_id}", f"gate:{row.community_id}")
