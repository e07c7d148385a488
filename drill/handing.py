"""Patients whom a desk hands on in a drilled day: asked, passed on, answered late; the desks there receive them."""

from __future__ import annotations

from collections.abc import Iterator

from core.geo import travel_min
from drill import desks
from drill.agenda import Steps
from drill.world import MIN, World
from hospitals.models import Facility, Intake, TransferRequest
from hospitals.services import transfers
from hospitals.services.transfers import TransferWish
from hospitals.states import IntakeStatus, TransferStatus, ZoneRole

LOOKS_UNTIL = "16:00"


def transfer(world: World) -> Steps:
    """Have two in treatment handed on: one is passed on to a third house,
    about the other nobody says a word at first.
    """
    yield world.at("08:40")
    ways, taken = [_passed_on, _unanswered], set[str]()
    while ways and world.now < world.at(LOOKS_UNTIL):
        for arrival in _may_be_handed_on(world):
            houses = _near(arrival)
            if str(arrival.person_key) in taken or len(houses) < 2:
                continue
            taken.add(str(arrival.person_key))
            world.agenda.spawn(ways.pop(0)(world, arrival, houses), "transfer")
            break
        yield world.now + 10 * MIN


def _may_be_handed_on(world: World) -> Iterator[Intake]:
    """Yield whoever has just begun a treatment, is known by name, and has a home to be brought to."""
    rows = Intake.objects.filter(status=IntakeStatus.IN_TREATMENT, is_walk_in=False, transfers__isnull=True)
    rows = rows.filter(treatment_started_at__gt=world.now - 25 * MIN, facility__zone_role=ZoneRole.ORDINARY)
    yield from rows.filter(is_critical=False).select_related("facility").order_by("treatment_started_at", "pk")


def _near(arrival: Intake) -> list[Facility]:
    """Return the other houses that receive anybody, the nearest first."""
    here = arrival.facility.point
    others = Facility.objects.filter(zone_role=ZoneRole.ORDINARY, has_emergency=True).exclude(pk=arrival.facility_id)
    return sorted(others, key=lambda each: (travel_min(here, each.point), each.pk))


def _passed_on(world: World, arrival: Intake, houses: list[Facility]) -> Steps:
    """Ask the nearest house, which names the next; that one takes the patient."""
    wish = TransferWish(houses[0], "technique", "治疗中要转上级")
    asked = transfers.ask(arrival, wish, by=desks.desk(arrival.facility), at=world.now)
    yield world.now + 4 * MIN
    if not _is_asked(asked):
        return
    by = desks.desk(houses[0])
    following = transfers.pass_on(_row(asked), to=houses[1], name="刘医生", by=by, at=world.now)
    yield world.now + 3 * MIN
    if _is_asked(following):
        transfers.accept(_row(following), name="周医生", by=desks.desk(houses[1]), at=world.now)
        world.note(f"{arrival.label}转院：{houses[0].name}转问{houses[1].name}，接了")


def _unanswered(world: World, arrival: Intake, houses: list[Facility]) -> Steps:
    """Ask a house that says nothing: it is called for, and the call climbs before anybody rings there."""
    wish = TransferWish(houses[0], "bed")
    asked = transfers.ask(arrival, wish, by=desks.desk(arrival.facility), at=world.now)
    world.left_to_climb.add(str(asked.pk))
    world.note(f"{arrival.label}要转{houses[0].name}，没有答复")
    yield world.now


def _is_asked(row: TransferRequest) -> bool:
    """Say whether the house is still to answer: the patient may have gone home, or worse, meanwhile."""
    return _row(row).status == TransferStatus.ASKED


def _row(row: TransferRequest) -> TransferRequest:
    return TransferRequest.objects.select_related("facility", "intake__facility", "intake__appointment").get(pk=row.pk)
