"""Who is out now, how long they have waited for the way home, and whose move it is."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q

from access import journey
from access.journey import Facts
from access.models import AccessRequest, Outside
from access.selectors.facts import facts_of, with_facts
from access.selectors.standing import out_again_words
from access.selectors.waits import WaitLimits, wait_limits
from access.states import TransportMode
from accounts.models import Post
from core import names
from core.actors import Actor
from core.narrow import joined
from core.phrases import label
from core.vocabulary import Role, car_label
from transport.models import Trip
from transport.states import ELSEWHERE, TripDirection, TripStatus

FULL_NAMES = {Role.STAFF, Role.LEAD, Role.DISPATCH, Role.INTAKE}  # authz/fields.csv: resident.full_name
WITHOUT_BUILDING = {Role.DRIVER, Role.INTAKE, Role.HOSPADM, Role.COMMAND}  # resident.building
_OUTSIDE = {field.name for field in Outside._meta.concrete_fields}
_LEVELS = {"danger": 0, "wait": 1, "": 2}


@dataclass(frozen=True)
class PersonOut:
    """One person out. `owner_role` and `owner` say who looks after the way home; `level` is "", wait or danger."""

    case_ref: UUID
    request_id: UUID | None
    name: str
    building: str
    zone_class: str
    facility: str
    facts: Facts
    stage: str
    has_ride: bool
    is_critical: bool
    waited: timedelta | None
    level: str
    owner_role: str
    owner: str
    next_actor: str
    stranded_since: datetime | None = None  # beside the car that broke down on the way there
    again: str = ""  # in words, of whoever is out although their case is closed

    @property
    def is_stranded(self) -> bool:
        """Say whether the person stands beside a broken car."""
        return self.stranded_since is not None

    @property
    def since(self) -> datetime | None:
        """Return since when the person has waited for a car."""
        return self.stranded_since or self.facts.ready_at

    @property
    def waited_minutes(self) -> int | None:
        """Say how many minutes the person has waited; None when not waiting."""
        return int(self.waited.total_seconds() // 60) if self.waited is not None else None

    @property
    def owner_words(self) -> str:
        """Name the post that looks after it, and who is on duty there."""
        post = label(Role, self.owner_role)
        return f"{post} {self.owner}".strip()

    @property
    def has_no_way_home(self) -> bool:
        """Say whether the person could go home now and no car is named, or the named one is late."""
        if self.again or self.is_stranded:
            return True
        if self.waited is None:
            return self.facts.cancelled_at is not None and not self.has_ride
        return not self.has_ride or self.level != ""


@dataclass(frozen=True)
class _Known:
    """Who asks, when, and what was read besides the people: rides home by case, who is on duty by (role, place)."""

    actor: Actor
    at: datetime
    limits: WaitLimits
    rides: dict[UUID, str]
    holders: dict[tuple[str, str], str]
    stranded: dict[UUID, datetime]


def people_out(actor: Actor, *, at: datetime) -> list[PersonOut]:
    """Return everybody out within an actor's place, the longest waiting first.

    Two queries when nobody is out, else four. Whoever stands beside a broken car is out, though no gate saw them leave.
    """
    rows = _rows(actor)
    rides, stranded = _trips(rows)
    rows += _unseen(actor, stranded.keys() - {row.case_ref for row in rows})
    if not rows:
        return []
    limits = wait_limits(at=at, place=actor.place_code if actor.place_code.isdigit() else "")
    known = _Known(actor, at, limits, rides, _holders(rows, at), stranded)
    people = [_person(row, known) for row in rows]
    return sorted(people, key=lambda each: (_LEVELS[each.level], -(each.waited or timedelta()).total_seconds()))


def without_way_home(actor: Actor, *, at: datetime) -> list[PersonOut]:
    """Return those out who could go home and have no car: what every home screen shows."""
    return [each for each in people_out(actor, at=at) if each.has_no_way_home]


def _rows(actor: Actor) -> list[Outside]:
    return list(joined(Outside.objects.visible_to(actor), {"facility": ["name"], "community": ["street_code"]}))


def _unseen(actor: Actor, cases: Collection[UUID]) -> list[Outside]:
    """Return those of `cases` in the actor's place as people out: no gate's scan says that they left."""
    if not cases:
        return []
    rows = with_facts(AccessRequest.objects.visible_to(actor)).select_related("community", "facility", "resident")
    return [
        Outside(
            case_ref=row.case_ref,
            request=row,
            community=row.community,
            facility=row.facility,
            dispatch_area=row.dispatch_area,
            name=row.name,
            building=row.resident.building if row.resident else "",
            zone_class=row.zone_class,
            mode=row.mode,
            is_critical=row.is_critical,
            **{name: value for name, value in asdict(facts_of(row)).items() if name in _OUTSIDE},
        )
        for row in rows.filter(case_ref__in=cases)
        if not journey.is_over(facts_of(row))
    ]


def _trips(rows: list[Outside]) -> tuple[dict[UUID, str], dict[UUID, datetime]]:
    """Return, by case, plate and driver of the way home, and since when somebody stands beside a broken car."""
    named = {TripStatus.SCHEDULED, TripStatus.ON_BOARD}
    home = Q(case_ref__in=[row.case_ref for row in rows], direction=TripDirection.INBOUND, status__in=named)
    beside = Q(direction=TripDirection.OUTBOUND, status=TripStatus.UNSCHEDULED, from_kind=ELSEWHERE)
    found = Trip.objects.filter(home | beside & Q(ready_at__isnull=False))
    columns = ("case_ref", "direction", "ready_at", "run__vehicle__plate", "run__driver__name")
    rides: dict[UUID, str] = {}
    stranded: dict[UUID, datetime] = {}
    for case, direction, ready_at, plate, driver in found.values_list(*columns):
        if direction == TripDirection.INBOUND:
            rides[case] = car_label(plate, driver)
        elif ready_at is not None:
            stranded[case] = ready_at
    return rides, stranded


def _holders(rows: list[Outside], at: datetime) -> dict[tuple[str, str], str]:
    """Return who is on duty now at each place that may look after one of these people."""
    places = {place for row in rows for place in _places(row).values()}
    held = Post.objects.held_at(at).filter(role__in=[*_places(rows[0])], place_code__in=places).order_by("-id")
    return {(role, place): name for role, place, name in held.values_list("role", "place_code", "user__name")}


def _places(row: Outside) -> dict[str, str]:
    """Return the place of each role that may look after a person out."""
    street = row.community.street_code if row.community else ""
    home = row.community_id or ""
    return {
        Role.STAFF: home,
        Role.DISPATCH: row.dispatch_area,
        Role.INTAKE: row.facility_id or "",
        Role.COMMAND: street,
    }


def _person(row: Outside, known: _Known) -> PersonOut:
    facts, actor, limits, at = row.as_facts(), known.actor, known.limits, known.at
    since = known.stranded.get(row.case_ref)
    waited = at - since if since else journey.waited(facts, at=at)
    has_ride = not since and _has_ride(row, facts)
    mover = journey.next_actor(facts, needs_vehicle=row.mode not in {TransportMode.OWN_CAR, TransportMode.ON_FOOT})
    role = Role.DISPATCH if since else _owner_role(facts, waited, has_ride, limits)
    return PersonOut(
        case_ref=row.case_ref,
        request_id=row.request_id,
        name=_name(row, actor),
        building="" if actor.role in WITHOUT_BUILDING else row.building,
        zone_class=row.zone_class,
        facility=row.facility.name if row.facility and actor.role != Role.GUARD else "",
        facts=facts,
        stage=journey.stage_of(facts),
        has_ride=has_ride,
        is_critical=row.is_critical,
        waited=waited,
        level="danger" if since else limits.level(waited, has_ride=has_ride) if waited is not None else "",
        owner_role=role,
        owner=_owner(row, role, known),
        next_actor=role if since else mover or role,
        stranded_since=since,
        again=out_again_words(facts) if journey.is_out_again(facts) else "",
    )


def _has_ride(row: Outside, facts: Facts) -> bool:
    return journey.has_way_home(facts) or row.mode in {TransportMode.OWN_CAR, TransportMode.ON_FOOT}


def _owner_role(facts: Facts, waited: timedelta | None, has_ride: bool, limits: WaitLimits) -> str:
    """Name the role that looks after a person out: dispatch until a car is named, the street when that takes long.

    Of whoever went out again after the end of their case the community does: no car is planned for that one.
    """
    if journey.is_out_again(facts):
        return "staff"
    if facts.cancelled_at or facts.ready_at:
        if waited is not None and waited >= timedelta(minutes=limits.street):
            return "command"
        return "driver" if has_ride else "dispatch"
    if facts.arrived_at:
        return "intake"
    return "driver" if facts.boarded_at else "dispatch"


def _owner(row: Outside, role: str, known: _Known) -> str:
    """Name the person on duty at the owner's post; "" when nobody signed on, the post itself still stands."""
    if role == Role.DRIVER:
        return known.rides.get(row.case_ref, "")
    return known.holders.get((role, _places(row)[role]), "")


def _name(row: Outside, actor: Actor) -> str:
    """Return the name as this post may read it."""
    if actor.role in FULL_NAMES:
        return row.name
    return names.masked(row.name)
