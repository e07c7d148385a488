"""Asking for a way to care and home again, and what becomes of the wish."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from access import journey, policies
from access.events import RequestApproved
from access.models import AccessRequest, Resident
from access.selectors.facts import facts_of, locked_case
from access.selectors.ground import Ground, ground_of
from access.services import cards, one_way
from access.services.due import next_check
from access.services.letting_go import let_go
from access.services.making import NewRequest, row_of
from access.states import GOODS, STAYS_THERE, CancelReason, CloseOutcome, RequestStatus, StopReason, TransportMode
from communities.services import passes
from communities.services.passes import PassWindow
from core import audit, outbox
from core.actors import Actor
from core.advance import advance
from core.boards import touch
from core.errors import Conflict, Invalid
from core.stored import in_chinese
from core.vocabulary import SERVICE_OF, NeedKind, ZoneClass
from hospitals.cards import CRITICAL_SERVICES
from transport.services import trips

OWN_WAY_BEFORE, OWN_WAY_AFTER = timedelta(hours=2), timedelta(hours=3)
OWN_WAY = {TransportMode.OWN_CAR, TransportMode.ON_FOOT}  # legal in 防范区 only (R-002-2d, R-000-4)


@dataclass(frozen=True)
class AccessWish:
    """What is asked for. `arrive_at` None: as soon as possible; `facility` is a code, empty: the rules choose.

    `is_labour` says that the critical patient is a woman in labour: the house must be able to deliver (E22).
    """

    need_kind: str
    arrive_at: datetime | None = None
    mobility: str = "walk"
    mode: str = TransportMode.VEHICLE
    facility: str = ""
    escorts: int = 0
    needs_oxygen: bool = False
    has_stairs: bool = False
    note: str = ""
    session_min: int = 60
    is_critical: bool = False
    is_labour: bool = False
    source: str = "community"
    is_second: bool = False


def submit(
    resident: Resident, *, wish: AccessWish, by: Actor, at: datetime, ground: Ground | None = None
) -> AccessRequest:
    """Store a wish; typed by the community's own staff it is approved at once, and so is a critical one (C13).

    Whether there is a way already is asked while the resident is held: of two who press together, the second reads of
    the first. `ground` is what was read since `one_way.hold_resident`; without it, both are done here. Raises Conflict:
    "request.same_day" when the resident has a way that day, unless the wish says it is a second one or critical
    (R-000-2), "request.stands" when that one stands too, "critical.exists" when 120 has been called already (INV-04).
    """
    policies.check_ask(by, resident)
    with transaction.atomic():  # the second press is answered, not rolled back whole
        if ground is None:
            one_way.hold_resident(resident.pk)
            ground = ground_of(resident, on=wish.arrive_at or at, at=at)
        one_way.require_possible(ground, is_critical=wish.is_critical, is_second=wish.is_second)
        _check(wish, ground, at)
        if wish.is_critical:
            one_way.require_first(resident.person_key)
        else:
            one_way.require_new(
                ground, need_kind=wish.need_kind, arrive_at=wish.arrive_at, mode=wish.mode, note=wish.note
            )
        request = _store(resident, wish, ground, by, at)
        if wish.is_critical:
            one_way.stand_aside(request, by=by, at=at)
        if wish.mode in OWN_WAY and request.status == RequestStatus.APPROVED:
            _let_through(request, by, at)
        _announce(request, by, at)
    return request


def _check(wish: AccessWish, ground: Ground, at: datetime) -> None:
    """Refuse what nobody can be asked to do, with the field that is to be changed."""
    if wish.need_kind in GOODS and not wish.is_critical:
        raise Invalid("request.goods", _("药和透析液不用人去取。看病请选“看门诊、复诊”。"), field="purpose")
    if wish.arrive_at and wish.arrive_at < at and not wish.is_critical:
        raise Invalid("request.past", _("到医院的时间已经过了，换一个，或者选越快越好。"), field="other_at")
    if wish.mode in OWN_WAY and ground.zone_class != ZoneClass.PRECAUTIONARY and not wish.is_critical:
        raise Invalid("request.own_way", _("封控区、管控区要专车接送，不能自己走。请改选怎么走。"), field="travel")


def _store(resident: Resident, wish: AccessWish, ground: Ground, by: Actor, at: datetime) -> AccessRequest:
    new = NewRequest(
        person_key=resident.person_key,
        name=resident.name,
        dispatch_area=ground.dispatch_area,
        need_kind=wish.need_kind,
        service_kind=_service_kind(wish),
        zone_class=ground.zone_class,
        source=wish.source,
        mode=TransportMode.AMBULANCE if wish.is_critical else wish.mode,
        is_approved=wish.is_critical or policies.types_for_itself(by, resident.community_id),
        is_critical=wish.is_critical,
        before_critical=_ordinary_way(wish) if wish.is_critical else {},
        resident=resident,
        community_id=resident.community_id,
        arrive_at=None if wish.is_critical else wish.arrive_at,
        session_min=wish.session_min,
        facility_id=None if wish.is_critical else wish.facility or None,
        mobility=wish.mobility,
        needs_oxygen=wish.needs_oxygen,
        has_stairs=wish.has_stairs,
        escorts=wish.escorts,
        note=wish.note,
    )
    row = row_of(new, by=by, at=at)
    row.save(force_insert=True)
    return row


def _service_kind(wish: AccessWish) -> str:
    """Say what a house must offer: for a critical patient the emergency room, or who can deliver."""
    return CRITICAL_SERVICES[wish.is_labour] if wish.is_critical else SERVICE_OF[NeedKind(wish.need_kind)]


def _ordinary_way(wish: AccessWish) -> dict[str, Any]:
    """Say what a wish would have been without the danger; empty for one that was 120 from the first (INV-15)."""
    if wish.need_kind == NeedKind.EMERGENCY:
        return {}
    arrive_at = wish.arrive_at.isoformat() if wish.arrive_at else None
    service = SERVICE_OF[NeedKind(wish.need_kind)]
    return {"mode": wish.mode, "facility_id": wish.facility or None, "arrive_at": arrive_at, "service_kind": service}


def _let_through(request: AccessRequest, by: Actor, at: datetime) -> None:
    """Issue the pass of somebody who walks or drives: no car is waited for (R-002-2d)."""
    there = request.arrive_at or at + OWN_WAY_BEFORE
    home = there + timedelta(minutes=request.session_min) + OWN_WAY_AFTER
    window = PassWindow(exit_from=there - OWN_WAY_BEFORE, exit_until=home, back_expected_at=home)
    if request.resident is not None:
        card, community = cards.pass_card(request), request.resident.community
        passes.issue(card, community=community, case_ref=request.case_ref, window=window, by=by, at=at)


def _announce(request: AccessRequest, by: Actor, at: datetime) -> None:
    """Write who asked, wake whoever plans, and refresh the boards: all in the caller's transaction."""
    audit.record("request.submit", request, by=by, at=at, new_status=request.status)
    if request.status == RequestStatus.APPROVED:
        tell_approved(request, at)
    refresh(request)


def tell_approved(request: AccessRequest, at: datetime) -> None:
    """Tell those above that a request is to be arranged."""
    fact = RequestApproved(
        case_ref=request.case_ref, at=at, request_id=str(request.pk), is_critical=request.is_critical
    )
    outbox.put(fact)


def refresh(request: AccessRequest) -> None:
    """Tell the boards that show a request that it changed."""
    touch(*request.boards)


@transaction.atomic
def approve(request: AccessRequest, *, by: Actor, at: datetime, reason: str = "") -> None:
    """Approve a wish of the hotline or the family: the community says yes, or stayed silent (C13)."""
    policies.check_approve(by, request)
    advance(
        request,
        RequestStatus.APPROVED,
        by=by,
        at=at,
        reason=reason,
        approved_at=request.approved_at or at,
        owner_role="dispatch",
        owner_place=request.dispatch_area,
        next_check_at=next_check(at, is_critical=request.is_critical),
    )
    tell_approved(request, at)
    refresh(request)


@transaction.atomic
def cancel(request: AccessRequest, *, reason: str, by: Actor, at: datetime) -> None:
    """Call a wish off: place, cars and pass are given back, unless the person is already out.

    Who is out stays on the list of people out, keeps the pass and the car, and is brought home (INV-19).
    """
    policies.check_cancel(by, request)
    if reason not in CancelReason.values:
        raise Invalid("request.cancel_reason", _("请选一个取消的理由。"), field="reason")
    facts = facts_of(locked_case(request.pk))
    if journey.is_over(facts):
        raise Conflict("request.over", _("人已经到家或住院了，不用取消。"))
    words = in_chinese(CancelReason(reason).label)
    advance(request, RequestStatus.CANCELLED, by=by, at=at, reason=words, cancel_reason=reason)
    let_go(request, facts, by=by, at=at, reason=words)
    refresh(request)


@transaction.atomic
def stop(request: AccessRequest, *, reason: StopReason, by: Actor, at: datetime) -> bool:
    """Call a wish off because life went another way: place, cars and pass are given back at once (rules.md 4.1).

    Who is out already is brought home as ever; who died or stays in hospital needs no way home, so that one is
    dropped, and the case ends by what the desk says or by two people's word (INV-19). Returns whether it was called
    off.
    """
    facts = facts_of(locked_case(request.pk))
    words = in_chinese(reason.label)
    if journey.is_over(facts):
        return False
    if journey.is_out(facts):
        if reason in STAYS_THERE:
            trips.cancel_return(request.case_ref, by=by, at=at, reason=words)
            audit.record("request.return_dropped", request, by=by, at=at, reason=words)
            refresh(request)
        return False
    advance(request, RequestStatus.CANCELLED, by=by, at=at, verb="request.stop", reason=words, cancel_reason=reason)
    let_go(request, facts, by=by, at=at, reason=words)
    refresh(request)
    return True


@transaction.atomic
def reclass(request: AccessRequest, *, zone_class: str, is_out: bool, by: Actor, at: datetime) -> bool:
    """Write the zone a request's building is in now; say whether it changed.

    Whoever has not left yet is driven where nobody may walk or drive alone any more (R-000-4).
    """
    if request.zone_class == zone_class:
        return False
    changes: dict[str, Any] = {"zone_class": zone_class}
    if request.mode in OWN_WAY and zone_class != ZoneClass.PRECAUTIONARY and not is_out:
        changes["mode"] = TransportMode.VEHICLE
    was = request.zone_class
    change(request, **changes)
    audit.record("request.reclassed", request, by=by, at=at, detail={"from": was, "to": zone_class})
    refresh(request)
    return True


@transaction.atomic
def close(request: AccessRequest, *, outcome: str, by: Actor, at: datetime) -> None:
    """Close a request by word, for one that nobody is out for: 没有去, or home without any trace.

    Raises Conflict while the person is out: only the facts of being home, or two people, end that (INV-19).
    """
    policies.check_cancel(by, request)
    facts = facts_of(locked_case(request.pk))
    if journey.is_out(facts):
        raise Conflict("request.out", _("人还在外面，要等到家、住院，或者两个人一起销。"))
    advance(request, RequestStatus.CLOSED, by=by, at=at, closed_at=at, outcome=CloseOutcome(outcome))
    let_go(request, facts, by=by, at=at, reason=in_chinese(CloseOutcome(outcome).label))
    refresh(request)


def change(request: AccessRequest, **changes: object) -> None:
    """Write fields other than the status, on condition of the version read."""
    won = AccessRequest.objects.filter(pk=request.pk, version=request.version).update(
        version=F("version") + 1, **changes
    )
    if not won:
        raise Conflict("request.lost_race", _("刚被别人改过了，请刷新看最新情况。"))
    for name, value in changes.items():
        setattr(request, name, value)
    request.version += 1
