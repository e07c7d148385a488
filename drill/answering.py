"""Whoever is called for help: communities, dispatchers and command take calls up in minutes, and see them to an end."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db.models import Q

from calls.models import OpenCall
from calls.services import calls
from calls.states import CallKind, CallStatus
from core.actors import Actor
from drill import desks
from drill.agenda import Steps
from drill.chain import doubled_ways
from drill.world import MIN, World, person
from hospitals.models import TransferRequest
from hospitals.services import transfers
from hospitals.states import TransferStatus

OVERDUE = timedelta(minutes=5)  # past its climb: nobody's
KIND_OF_POST = {"staff": "community", "dispatch": "dispatch_area", "command": "district"}
# how long whoever took a call up stays with it until its fact has ended it, and what they write when none did
STAYS: dict[str, tuple[timedelta, str]] = {
    CallKind.UNWELL_ABOARD: (90 * MIN, "送到急诊，医院接了"),
    CallKind.CRITICAL_WITHOUT_CAR: (120 * MIN, "打了 120，由 120 接走"),
    CallKind.LATE_HAND_OVER: (60 * MIN, "打过电话，医院接了"),
    CallKind.ON_WAY_TO_CLOSED: (90 * MIN, "改送别家"),
    CallKind.OVERLOAD: (30 * MIN, "调了两名护士过去，能接了"),
}
OTHERWISE = (12 * MIN, "看过了，办好了")


class OnCall:
    """Everybody who answers calls: one look each minute at what is new, and at what nobody owns."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._heard: set[tuple[UUID, int]] = set()

    def look(self) -> None:
        """Have each call that is new on somebody's screen answered."""
        for call in OpenCall.objects.filter(status=CallStatus.OPEN):
            if (call.pk, call.level) not in self._heard:
                self._heard.add((call.pk, call.level))
                self.world.agenda.spawn(answer(self.world, call.pk, call.level), f"call {call.kind}")


def watch(world: World) -> None:
    """Count what nobody owns, and who has two ways in one direction at one time."""
    nobodys = Q(owner_role="") | Q(owner_place="") | Q(status=CallStatus.OPEN, climbs_at__lt=world.now - OVERDUE)
    found = OpenCall.objects.live().filter(nobodys).values_list("kind", "subject")
    world.tally.calls_without_owner |= {f"{kind} {subject}" for kind, subject in found}
    world.tally.doubled_ways |= doubled_ways()


def answer(world: World, call_id: UUID, level: int) -> Steps:
    """Take a call up for the post that owns it, do what it asks, and end it when no fact does."""
    dice = world.dice("answers", call_id.int % 1000, level)
    yield world.now + dice.uniform(1, 6) * MIN
    call = _open(call_id, level)
    if call is None or (level == 0 and call.subject in world.left_to_climb):
        return
    by = _owner(call)
    calls.take_up(call, by=by, at=world.now)
    world.note(f"{by.label or by.place_code}接手：{call.get_kind_display()}")
    if call.kind == CallKind.PERSON_NOT_FOUND:
        yield from _look_for(world, call, by)
        return
    if call.kind == CallKind.TRANSFER_UNANSWERED:
        yield from _ring_the_house(world, call)
    stays, words = STAYS.get(call.kind, OTHERWISE)
    until = world.now + stays
    while world.now < until and _is_live(call):
        yield world.now + 2 * MIN
    _end(world, call, by, words)


def _look_for(world: World, call: OpenCall, by: Actor) -> Steps:
    """Ring at the door, and tell the driver what came of it."""
    yield world.now + 2 * MIN
    if call.case_ref is None or not _is_live(call):
        return
    patient = world.patient(call.case_ref)
    is_coming = patient.is_found or not patient.misses
    patient.misses = patient.misses and not is_coming
    _end(world, call, by, "找到了，马上下来" if is_coming else "没找到")


def _ring_the_house(world: World, call: OpenCall) -> Steps:
    """Have the house that says nothing asked on the telephone: its desk answers then."""
    yield world.now + 2 * MIN
    row = TransferRequest.objects.select_related("facility", "intake__facility").get(pk=call.subject)
    if row.status == TransferStatus.ASKED:
        transfers.accept(row, name="值班医生", by=desks.desk(row.facility), at=world.now)


def _end(world: World, call: OpenCall, by: Actor, words: str) -> None:
    if _is_live(call):
        calls.end(call, words=words, by=by, at=world.now)


def _open(call_id: UUID, level: int) -> OpenCall | None:
    return OpenCall.objects.filter(pk=call_id, status=CallStatus.OPEN, level=level).first()


def _is_live(call: OpenCall) -> bool:
    return OpenCall.objects.live().filter(pk=call.pk).exists()


def _owner(call: OpenCall) -> Actor:
    return person(call.owner_role, KIND_OF_POST.get(call.owner_role, ""), call.owner_place, call.owner_label)
