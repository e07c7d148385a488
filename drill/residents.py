"""Whoever asks: the standing orders of the evening, community staff, and what nobody foresaw."""

from __future__ import annotations

import uuid
from datetime import datetime
from random import Random

from django.db.models import OuterRef

from access.models import AccessRequest, CareNeed, Resident
from access.models.request import OPEN
from access.selectors.due import Due, due_on
from access.selectors.ground import zone_of
from access.services import cycle, requests, standing
from access.services.requests import AccessWish
from access.states import NeedStatus
from communities.models import Community, Gate
from communities.services import gates
from core.actors import Actor
from drill import desks, guards
from drill.agenda import Steps
from drill.world import MIN, World, person
from hospitals.models import Facility
from hospitals.services import intake
from hospitals.states import ZoneRole

FORGOTTEN = 0.05  # of those whose staff asks, so many are remembered only in the morning
UNFORESEEN = {"critical": 4, "gate": 2, "walk_in": 3}  # per 300 people due


def staff(community: Community) -> Actor:
    """Return who registers and asks in a community."""
    return person("staff", "community", community.code, community.contact_name, community.name)


def due_today(world: World) -> list[Due]:
    """Return who is due on the drilled day, one line per person (decisions.md E28)."""
    needs = (
        CareNeed.objects.filter(resident__archived_at__isnull=True, status=NeedStatus.ACTIVE)
        .select_related("resident__community", "facility")
        .annotate(zone=zone_of(OuterRef("resident__community_id"), resident="resident__", at=world.at("00:00")))
        .order_by("resident__ref", "pk")
    )
    return due_on(needs, world.day)


def ask(world: World) -> Steps:
    """Ask for everybody due: rhythms by themselves at six in the evening, the others by their staff after that."""
    standing.make(world.day, at=world.now)
    asked = set(AccessRequest.objects.values_list("resident_id", flat=True))
    for due in due_today(world):
        if due.resident.pk in asked:
            continue
        dice = world.dice("asks", due.resident.ref)
        is_late = dice.random() < FORGOTTEN and due.arrive_at >= world.at("09:00")
        when = (world.at("06:20") if is_late else world.now) + dice.uniform(5, 100 if not is_late else 40) * MIN
        world.agenda.spawn(_ask_for(world, due, when), f"staff {due.resident.ref}")
    yield world.now


def _ask_for(world: World, due: Due, when: datetime) -> Steps:
    yield when
    requests.submit(due.resident, wish=cycle.wish_of(due), by=staff(due.resident.community), at=world.now)


def unforeseen(world: World, due: int) -> Steps:
    """Spread over the day what nobody asked for: critical cases, people at the gate, people at a desk's door."""
    dice = world.dice("unforeseen")
    strangers = Strangers(dice)
    for kind, act in (("critical", _falls_ill), ("gate", _runs_out), ("walk_in", _walks_in)):
        for _number in range(max(1, round(UNFORESEEN[kind] * due / 300))):
            when = world.at("06:00") + dice.uniform(0, 13 * 60) * MIN
            world.agenda.spawn(act(world, next(strangers), when), kind)
    yield world.now


class Strangers:
    """Residents drawn by chance, nobody twice, without anybody who has asked or is infectious."""

    def __init__(self, dice: Random) -> None:
        self._refs = list(
            Resident.objects.filter(archived_at__isnull=True, machine_class="", precaution="")
            .exclude(requests__status__in=OPEN)
            .order_by("ref")
            .values_list("pk", flat=True)
        )
        dice.shuffle(self._refs)

    def __next__(self) -> Resident:
        return Resident.objects.select_related("community").get(pk=self._refs.pop())


def _falls_ill(world: World, resident: Resident, when: datetime) -> Steps:
    """Have the staff press 危急: 120 comes at once."""
    yield when
    wish = AccessWish("emergency", mobility=resident.mobility, is_critical=True, session_min=90)
    requests.submit(resident, wish=wish, by=staff(resident.community), at=world.now)


def _runs_out(world: World, resident: Resident, when: datetime) -> Steps:
    """Have the guard let somebody out who says it cannot wait; an ambulance is called by that press."""
    yield when
    gate = Gate.objects.filter(community=resident.community).select_related("community").first()
    if gate is None:
        return
    by, building = guards.guard(gate), resident.building
    row = gates.emergency_release(
        gate, event_id=_id(world, resident), building=building, party_size=1, by=by, at=world.now
    )
    yield world.now + 2 * MIN
    gates.add_detail(row, building=building, party_size=1, has_ambulance=False, by=by, at=world.now)


def _walks_in(world: World, resident: Resident, when: datetime) -> Steps:
    """Have somebody stand at the nearest open desk; who it is, is found out while care begins."""
    yield when
    facility = _nearest(resident)
    if facility is None:
        return
    by = desks.desk(facility)
    arrival = intake.walk_in(facility, need_kind="outpatient", is_critical=False, by=by, at=world.now)
    yield world.now + 6 * MIN
    while not AccessRequest.objects.filter(case_ref=arrival.case_ref).exists():
        yield world.now + MIN  # watched on the screens, the relay is a process of its own
    desks.identify(world, arrival, resident, by=by)
    yield from desks.treat(world, arrival, not_before=world.now)


def _nearest(resident: Resident) -> Facility | None:
    home = resident.community.point
    open_ = Facility.objects.filter(zone_role=ZoneRole.ORDINARY, has_emergency=True)
    return min(open_, key=lambda each: abs(each.lat - home.lat) + abs(each.lon - home.lon), default=None)


def _id(world: World, resident: Resident) -> uuid.UUID:
    return uuid.uuid5(uuid.NAMESPACE_OID, f"{world.seed}:{world.day}:{resident.ref}")
