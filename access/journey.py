"""Where a journey stands: derived by reading facts, never stored. Pure; the SQL twin is `selectors.with_facts`."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from access.states import Stage
from core.vocabulary import Role

# stage → the fact that proves it, in the order of the way
STEPS: tuple[tuple[Stage, str], ...] = (
    (Stage.SUBMITTED, "submitted_at"),
    (Stage.APPROVED, "approved_at"),
    (Stage.BOOKED, "booked_at"),
    (Stage.SCHEDULED, "scheduled_at"),
    (Stage.EXITED, "exited_at"),
    (Stage.BOARDED, "boarded_at"),
    (Stage.ARRIVED, "arrived_at"),
    (Stage.RELEASED, "ready_at"),
    (Stage.BOARDED_BACK, "boarded_back_at"),
    (Stage.ENTERED, "entered_at"),
    (Stage.CLOSED, "closed_at"),
)


@dataclass(frozen=True)
class Facts:
    """What is known of one case. Every time is when it happened, aware; None: no such fact.

    `scheduled_at` needs both ways: an outbound ride and a reserved or scheduled way back, or a mode that needs
    no vehicle. `kept_at` is admission or death; whoever was handed on to another house is out until home. What a
    later exit through the gate contradicts is no fact any more: being home, admitted, or out no more by two people's
    word; a death stays.
    """

    submitted_at: datetime | None = None
    approved_at: datetime | None = None
    booked_at: datetime | None = None
    scheduled_at: datetime | None = None
    exited_at: datetime | None = None
    boarded_at: datetime | None = None
    dropped_at: datetime | None = None
    arrived_at: datetime | None = None
    handed_over_at: datetime | None = None
    treatment_at: datetime | None = None
    ready_at: datetime | None = None
    kept_at: datetime | None = None
    back_ride_at: datetime | None = None
    boarded_back_at: datetime | None = None
    dropped_home_at: datetime | None = None
    entered_at: datetime | None = None
    home_marked_at: datetime | None = None
    hand_closed_at: datetime | None = None
    closed_at: datetime | None = None
    cancelled_at: datetime | None = None


FACT_NAMES = tuple(each.name for each in fields(Facts))
OUT_EVIDENCE = ("exited_at", "boarded_at", "dropped_at", "arrived_at", "ready_at", "boarded_back_at")
HOME_EVIDENCE = ("dropped_home_at", "entered_at", "home_marked_at")


def stage_of(facts: Facts) -> Stage:
    """Return the furthest stage whose fact exists; a hole before it is no error."""
    return next((stage for stage, fact in reversed(STEPS) if getattr(facts, fact) is not None), Stage.SUBMITTED)


def is_out(facts: Facts) -> bool:
    """Say whether the person is out: any evidence of it, and none of being home or kept since (INV-18, INV-19).

    A cancelled or closed request, an expired or a void pass never takes anybody off this list.
    """
    left = [moment for name in OUT_EVIDENCE if (moment := getattr(facts, name)) is not None]
    if not left or facts.kept_at or facts.hand_closed_at:
        return False
    return not any(getattr(facts, name) for name in HOME_EVIDENCE)


def is_over(facts: Facts) -> bool:
    """Say whether nothing is left to do: home, or kept by a hospital."""
    return bool(facts.kept_at or facts.hand_closed_at) or any(getattr(facts, name) for name in HOME_EVIDENCE)


def is_out_again(facts: Facts) -> bool:
    """Say whether the person is out although the case is closed: mostly out once more, on the pass of the old way."""
    return facts.closed_at is not None and is_out(facts)


def left_after_the_end(facts: Facts) -> bool:
    """Say whether the person is out by a gate's word that is younger than the end of the case."""
    end = facts.closed_at or facts.cancelled_at
    return is_out(facts) and end is not None and facts.exited_at is not None and facts.exited_at > end


def has_way_home(facts: Facts) -> bool:
    """Say whether a ride home is named or under way; that of a closed case was another one's."""
    return facts.closed_at is None and (facts.back_ride_at is not None or facts.boarded_back_at is not None)


def waits_for_way_home(facts: Facts) -> bool:
    """Say whether the person is ready to go home and nobody has picked them up; a closed case sends no car."""
    is_ready = facts.closed_at is None and facts.ready_at is not None
    return is_out(facts) and is_ready and facts.boarded_back_at is None


def waited(facts: Facts, *, at: datetime) -> timedelta | None:
    """Return how long the person has waited for the way home; None when not waiting."""
    return at - facts.ready_at if waits_for_way_home(facts) and facts.ready_at else None


def next_actor(facts: Facts, *, needs_vehicle: bool = True) -> str:
    """Name the role whose move it is: staff, dispatch, guard, driver, intake, or "" when the case is over."""
    if is_out_again(facts):
        return Role.STAFF
    if facts.closed_at or facts.cancelled_at or is_over(facts):
        return ""
    if facts.ready_at:
        return Role.DRIVER if has_way_home(facts) or not needs_vehicle else Role.DISPATCH
    if facts.arrived_at or facts.dropped_at:
        return Role.INTAKE
    if facts.boarded_at:
        return Role.DRIVER
    if facts.approved_at is None:
        return Role.STAFF
    if facts.scheduled_at is None:
        return Role.DISPATCH
    return Role.DRIVER if needs_vehicle else Role.GUARD
