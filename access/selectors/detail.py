"""One request as its page shows it: whose move it is, why there, why that car, and what happened so far."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import Count, Min, OuterRef, Subquery
from django.db.models.functions import JSONObject
from django.utils.translation import gettext as _

from access import journey
from access.journey import Facts
from access.models import AccessRequest, HandClosing
from access.models.absence import away
from access.selectors.annotated import PageCase
from access.selectors.case_parts import CaseParts, parts_of, planned_at
from access.selectors.facts import facts_of, with_facts
from access.selectors.journey_line import JourneyLine, journey_line
from access.selectors.rescue import Rescue, address_words, rescues
from access.selectors.standing import out_again_words, silence_words
from access.selectors.timeline import TimelineEntry, timeline
from access.states import FIXED, RequestStatus
from accounts.models import Post
from communities.models import Area, Gate, Scan
from communities.services import rulebook
from communities.states import Direction
from core.actors import Actor
from core.errors import NotFound
from core.phrases import label, word_of
from core.stored import said
from core.vocabulary import Role, ZoneClass, hhmm
from hospitals.models import Facility
from hospitals.states import ZoneRole
from transport.states import TripStatus
from transport.whereabouts import car_words, where_is

TEST_KEEPS = timedelta(hours=48)


@dataclass(frozen=True)
class Move:
    """Whose move it is: the post, the person on duty, within what limit, and how to reach them."""

    post: str
    holder: str
    words: str
    phone: str = ""
    call: str = ""


@dataclass
class Detail:
    """Everything the page shows."""

    request: PageCase
    facts: Facts
    parts: CaseParts
    line: JourneyLine
    move: Move | None
    hospital: Facility | None
    why_hospital: list[dict[str, Any]]
    events: list[TimelineEntry]
    hand_closing: dict[str, str] | None = None
    rescue: Rescue | None = None
    address: str = ""
    is_past_plan: bool = False

    @cached_property
    def car_place(self) -> str:
        """Say where the car with the person in it is, and which car: what is read to 120 then. "" when in none."""
        aboard = next((trip for trip in self.parts.trips if trip.status == TripStatus.ON_BOARD and trip.run), None)
        return f"{said(where_is(aboard.run))}，{_('车')} {car_words(aboard.run)}" if aboard and aboard.run else ""

    @property
    def is_out(self) -> bool:
        """Say whether the person is out now."""
        return journey.is_out(self.facts)

    @property
    def is_out_again(self) -> bool:
        """Say whether the person is out although the case is closed."""
        return journey.is_out_again(self.facts)

    @property
    def may_undo_home(self) -> bool:
        """Say whether 已到家 may be taken back: the word that closed the case may not, one said after it may."""
        said, closed = self.facts.home_marked_at, self.facts.closed_at
        return said is not None and (closed is None or said > closed)

    @property
    def may_undo_not_gone(self) -> bool:
        """Say whether 没有去 was said and may still be taken back."""
        return self.request.not_gone_at is not None and self.request.status == RequestStatus.APPROVED

    @property
    def waits_for_car(self) -> bool:
        """Say whether the next thing is that somebody plans the way there."""
        facts = self.facts
        is_planned = journey.next_actor(facts, needs_vehicle=self.request.needs_vehicle) != Role.DISPATCH
        return not is_planned and facts.ready_at is None and not facts.cancelled_at


def detail(actor: Actor, request_id: UUID, *, at: datetime) -> Detail:
    """Read one request of the actor's place with all its suppliers know; raise NotFound for anybody else's."""
    row = _row(actor, request_id, at)
    parts = parts_of([row.case_ref])[row.case_ref]
    facts = facts_of(row)
    planned = planned_at(row, parts)
    hospital = parts.intake.facility if parts.intake else parts.appointment.facility if parts.appointment else None
    hospital = hospital or row.facility
    return Detail(
        request=row,
        facts=facts,
        parts=parts,
        line=journey_line(row, at=at, parts=parts),
        move=_move(row, facts, parts),
        hospital=hospital,
        why_hospital=_why_hospital(row, hospital, at) if hospital else [],
        events=timeline(row.case_ref),
        hand_closing=row.first_word,
        rescue=next(iter(rescues(AccessRequest.objects.filter(pk=row.pk), at=at)), None) if row.is_critical else None,
        address=_address(row, actor) if row.is_critical else "",
        is_past_plan=planned is not None and at >= planned,
    )


def _address(row: PageCase, actor: Actor) -> str:
    """Say the address to read out; the door to its own community.

    The gate is the one an emergency was let out by, else the compound's where it has one alone.
    """
    let_out_by = row.exit_gate if row.is_emergency_exit else ""
    known = {"street": row.street or "", "gate": let_out_by or row.only_gate or ""}
    return address_words(row, to_the_door=actor.role in {Role.STAFF, Role.LEAD}, **known)


def _row(actor: Actor, request_id: UUID, at: datetime) -> PageCase:
    exits = Scan.objects.passed().filter(case_ref=OuterRef("case_ref"), direction=Direction.EXIT)
    inside = Gate.objects.filter(community=OuterRef("community"), is_checkpoint=False).order_by()
    only_gate = inside.values("community").annotate(only=Min("name"), many=Count("code")).filter(many=1)
    first_words = HandClosing.objects.filter(case_ref=OuterRef("case_ref"), second_at__isnull=True)
    holders = Post.objects.held_at(at).order_by("id")
    row = (
        with_facts(AccessRequest.objects.visible_to(actor))
        .select_related("resident", "community", "facility")
        .annotate(
            is_away=away(),
            first_word=Subquery(first_words.values_list(JSONObject(who="first_label", why="reason"))[:1]),
            exit_gate=Subquery(exits.values("gate__name")[:1]),
            is_emergency_exit=Subquery(exits.values("is_emergency")[:1]),
            street=Subquery(Area.objects.filter(code=OuterRef("community__street_code")).values("name")[:1]),
            only_gate=Subquery(only_gate.values("only")[:1]),
            dispatcher=Subquery(
                holders.filter(role=Role.DISPATCH, place_code=OuterRef("dispatch_area")).values("user__name")[:1]
            ),
            desk=Subquery(
                holders.filter(role=Role.INTAKE, place_code=OuterRef("facility_id")).values("user__name")[:1]
            ),
        )
        .filter(pk=request_id)
        .first()
    )
    if row is None:
        raise NotFound("request.absent")
    return row


def _move(row: PageCase, facts: Facts, parts: CaseParts) -> Move | None:
    """Name the post whose move it is; None when the case is over."""
    if facts.cancelled_at and journey.is_out(facts):
        return Move(_("调度"), row.dispatcher or "", _("申请取消了，人还在外面：要先接回家。"))
    if journey.is_out_again(facts):
        words = _("%(how)s。先问清人在哪：要看病就再申请，到家了按“已到家”。") % {"how": out_again_words(facts)}
        return Move(_("社区"), "", words)
    role = journey.next_actor(facts, needs_vehicle=row.needs_vehicle)
    return _MOVES[role](row, facts, parts) if role else None


def _staff(row: PageCase, facts: Facts, parts: CaseParts) -> Move:
    return Move(_("社区核准"), "", silence_words(row))


def _dispatch(row: PageCase, facts: Facts, parts: CaseParts) -> Move:
    holder = row.dispatcher or ""
    if facts.ready_at:
        return Move(_("调度"), holder, _("还没有返程车，在调度台等车的名单里。"))
    if row.is_critical:
        return Move(_("调度"), holder, _("先走再补单，不用等任何手续。"))
    return Move(_("调度"), holder, _("还没有车，在调度台等车的名单里。"))


def _driver(row: PageCase, facts: Facts, parts: CaseParts) -> Move:
    trip = parts.inbound if facts.ready_at else parts.outbound
    if trip is None or trip.run is None:
        return (
            Move(_("居民自己回来"), "", _("到门口扫码进门就结束。"))
            if not row.needs_vehicle
            else _dispatch(row, facts, parts)
        )
    if facts.boarded_back_at or (facts.boarded_at and not facts.ready_at):
        words = _("%(at)s 到。") % {"at": hhmm(trip.dropoff_planned_at)}
    else:
        words = _("%(at)s 到上车点。") % {"at": hhmm(trip.pickup_planned_at)}
    phone = word_of(trip.run, "driver", "phone", gone="")
    return Move(_("司机"), car_words(trip.run), words, phone, _("打给司机"))


def _intake(row: PageCase, facts: Facts, parts: CaseParts) -> Move:
    place = parts.intake.facility if parts.intake else parts.appointment.facility if parts.appointment else row.facility
    post = _("%(place)s接诊台") % {"place": place.name if place else ""}
    holder = row.desk or "" if place and place.pk == row.facility_id else ""
    if facts.handed_over_at or facts.treatment_at:
        words = _("治疗结束后接诊台点一下，就叫返程车。社区这边不用做什么。")
    else:
        words = _("车到后 15 分钟内完成接诊交接，超时会自动报指挥。社区这边不用做什么。")
    return Move(post, holder, words, place.phone if place else "", _("打给接诊台"))


def _guard(row: PageCase, facts: Facts, parts: CaseParts) -> Move:
    return Move(_("门岗"), "", _("到门口扫通行证就能出门。"))


_MOVES = {"staff": _staff, "dispatch": _dispatch, "driver": _driver, "intake": _intake, "guard": _guard}


def _ruling(row: AccessRequest, at: datetime) -> str:
    """Name the document that says where people of this zone go, as it holds where they live."""
    if row.is_critical or row.community is None or row.zone_class not in ZoneClass.values:
        return ""
    key = "route.scheduled" if row.need_kind in FIXED else "route.ordinary"
    asked = {"place": row.community.code, "zone": row.zone_class, "need": row.need_kind}
    return rulebook.kept(f"{key} {asked}", lambda: rulebook.value(key, at=at, **asked).source)


def _why_hospital(row: AccessRequest, hospital: Facility, at: datetime) -> list[dict[str, Any]]:
    """List what speaks for the hospital under the zone rule, the roster and the life floor."""
    reasons: list[dict[str, Any]] = []
    ruling = _ruling(row, at)
    if row.is_critical:
        reasons.append({"kind": "yes", "text": _("急危重症：就近能救的先救"), "source": "R-000-8"})
    elif row.zone_class == ZoneClass.SEALED and hospital.zone_role == ZoneRole.YELLOW:
        reasons.append({"kind": "yes", "text": _("封控区居民由黄码医院接诊"), "source": ruling})
    elif row.zone_class == ZoneClass.SEALED:
        # an ordinary hospital for a sealed compound: only where the yellow-code one lacks the service (C11)
        is_booked = facts_of(row).booked_at is not None
        text = (
            _("黄码医院没有这个科或没有空位，由这里经缓冲区接诊，全程闭环")
            if is_booked
            else _("平时去这里；封控区先看黄码医院，调度来定")
        )
        reasons.append({"kind": "yes" if is_booked else "but", "text": text, "source": ruling})
    elif hospital.zone_role == ZoneRole.ORDINARY:
        zone = label(ZoneClass, row.zone_class)
        text = _("%(zone)s居民由普通医院接诊") % {"zone": zone}
        reasons.append({"kind": "yes", "text": text, "source": ruling})
    if row.facility_id == hospital.pk and row.zone_class != ZoneClass.SEALED:
        reasons.append({"kind": "yes", "text": _("平时就去这里")})
    tested = row.resident.last_test_at if row.resident else None
    if tested is None or at - tested > TEST_KEEPS:
        reasons.append({"kind": "info", "text": _("48 小时核酸没有：到院补测，不影响接诊")})
    return reasons
