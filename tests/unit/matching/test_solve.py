"""Whole answers on the small town: both ways or nothing, the rules that bind, the runs in force."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks.engine.day import running
from matching.check import check
from matching.engines import INTERPRETED
from matching.errors import BadProblem
from matching.params import Params
from matching.plan import Plan
from matching.problem import Direction, Load, Problem, Request, StopState
from matching.solve import solve as solve_any
from tests.unit.matching.small import car, hospital, patient, slot, town


def solve(problem: Problem) -> Plan:
    """Solve with the interpreted kernels and expect a legal plan."""
    plan = solve_any(problem, engine=INTERPRETED, iterations=0)

    assert check(problem, plan) == []
    return plan


def test_every_patient_gets_facility_slot_and_both_cars() -> None:
    plan = solve(town())

    assert [item.slot for item in plan.arranged] == ["s1"] * 3
    assert all(item.outbound and item.inbound for item in plan.arranged)


@pytest.mark.parametrize(("direct", "limit"), [(20.0, 60.0), (55.0, 60.0), (56.0, 93.4), (100.0, 155.0)])
def test_only_far_homes_may_ride_longer_than_the_limit(direct: float, limit: float) -> None:
    """A ride that can be done within the hour is; who lives farther has the detour's allowance."""
    assert Params().ride_limit(60.0, direct) == pytest.approx(limit)


def test_same_seed_gives_same_plan() -> None:
    first, second = solve(town()), solve(town())

    assert (first.arranged, first.routes) == (second.arranged, second.routes)


def test_will_call_return_reserves_a_window() -> None:
    inbound = solve(town()).arranged[0].inbound

    assert inbound is not None
    assert inbound.is_will_call
    assert (inbound.window_start_min, inbound.window_end_min) == (780.0, 810.0)


def test_two_zone_classes_never_share_a_car() -> None:
    """E18: one car is disinfected between them, two cars serve them apart."""
    sealed = patient(1, zone="sealed")
    plan = solve(town(requests=(patient(0), sealed), vehicles=(car(0),)))

    assert max(stop.aboard for stop in plan.routes[0].stops) == 1


def test_policy_may_merge_zone_classes() -> None:
    """E18: allowed by policy, the two ride together."""
    params = Params(merged_classes={"sealed": "both", "controlled": "both"})
    plan = solve(town(requests=(patient(0), patient(1, zone="sealed")), vehicles=(car(0),), params=params))

    assert max(stop.aboard for stop in plan.routes[0].stops) == 2


@pytest.mark.parametrize(
    ("params", "ready", "most"),
    [
        (Params(), (None, None), 2),
        (Params(shares_return=False), (780.0, 785.0), 1),
        (Params(shares_return=False, shares_ready_return=True), (None, None), 1),
        (Params(shares_return=False, shares_ready_return=True), (780.0, None), 1),
        (Params(shares_return=False, shares_ready_return=True), (780.0, 785.0), 2),
        (Params(shares_return=False, shares_ready_return=True, wait_after_ready_min=10.0), (780.0, 815.0), 1),
    ],
    ids=["all", "none", "nobody-ready", "one-ready", "both-ready", "too-far-apart"],
)
def test_who_is_ready_may_share_the_way_home(
    params: Params, ready: tuple[float | None, float | None], most: int
) -> None:
    """R-001-9, C15: within the wait after ready that policy sets; who is not ready yet keeps a car alone."""
    homeward = tuple(
        patient(k, needs_outbound=False, fixed_facility="hospital", fixed_slot="s1", ready_min=ready[k])
        for k in range(2)
    )
    problem = town(requests=homeward, vehicles=(car(0),), params=params)
    plan = solve(problem)

    assert max(stop.aboard for stop in plan.routes[0].stops) == most
    strict = replace(problem, params=replace(params, shares_return=False, shares_ready_return=False))
    assert {v.code for v in check(strict, plan)} == ({"return_shared"} if most == 2 else set())


def homeward(number: int, place: str, **changes: object) -> Request:
    """Return somebody who is ready to go home from a place."""
    ends = {"needs_outbound": False, "fixed_facility": place, "fixed_slot": "s1", "pickup_place": place}
    return patient(number, **{**ends, "ready_min": 780.0, **changes})


@pytest.mark.parametrize(
    ("apart", "second", "most"),
    [
        (False, homeward(1, "yellow"), 2),
        (True, homeward(1, "yellow"), 1),
        (True, homeward(1, "hospital"), 2),
    ],
    ids=["two-doors", "two-doors-apart", "one-door-apart"],
)
def test_policy_may_keep_those_of_one_door_together(apart: bool, second: Request, most: int) -> None:
    """C15: a car kept for several waits at one door only."""
    doors = (hospital(), hospital("yellow"))
    people = (homeward(0, "hospital"), second)
    problem = town(requests=people, facilities=doors, vehicles=(car(0),), params=Params(returns_apart=apart))
    plan = solve(problem)

    assert max(stop.aboard for stop in plan.routes[0].stops) == most
    strict = replace(problem, params=Params(returns_apart=True))
    is_mixed = most == 2 and second.fixed_facility == "yellow"
    assert {v.code for v in check(strict, plan)} == ({"return_not_apart"} if is_mixed else set())


def test_wheelchair_waits_for_a_vehicle_that_can() -> None:
    """E12."""
    chair = patient(0, party=Load(wheelchairs=1))
    assert solve(town(requests=(chair,))).unmet[0].reason.subject == "wheelchairs"

    van = car(2, capacity=Load(seats=2, wheelchairs=1))
    plan = solve(town(requests=(chair,), vehicles=(car(0), van)))

    assert plan.routes[0].vehicle == "car2"


def test_infection_is_not_offered_a_room_without_separate_machine() -> None:
    """E20."""
    carrier = patient(0, infection="hbv")
    assert solve(town(requests=(carrier,))).unmet[0].reason.code == "no_separate_room"

    plan = solve(town(requests=(carrier,), facilities=(hospital(), hospital("yellow", infections=frozenset({"hbv"})))))

    assert plan.arranged[0].facility == "yellow"


def test_sealed_resident_goes_through_the_buffer_only_where_the_role_lacks_the_service() -> None:
    sealed = patient(0, zone="sealed")
    other = hospital(zones=frozenset({"controlled"}), has_buffer=True)
    role = hospital("yellow", zones=frozenset({"sealed"}))

    assert solve(town(requests=(sealed,), facilities=(other, role))).arranged[0].facility == "yellow"
    without = replace(role, needs=frozenset({"chemotherapy"}))
    assert solve(town(requests=(sealed,), facilities=(other, without))).arranged[0].facility == "hospital"


def test_e20_machines_set_apart_are_for_their_class_alone() -> None:
    """E20: without such machines not offered, by name of the rule; with them each class takes only its own places."""
    carrier, other = patient(0, machine="HBV"), patient(1)
    assert solve(town(requests=(carrier,))).unmet[0].reason.code == "no_machine"

    ordinary, apart = slot("s1", capacity=1), replace(slot("s1/HBV", capacity=1), machine="HBV")
    unit = hospital(machines=frozenset({"HBV"}), slots=(ordinary, apart))
    both = town(requests=(carrier, other), facilities=(unit,))
    plan = solve(both)
    assert {item.request: item.slot for item in plan.arranged} == {carrier.id: "s1/HBV", other.id: "s1"}
    assert check(both, plan) == []
    swapped = [replace(item, slot="s1" if item.slot == "s1/HBV" else "s1/HBV") for item in plan.arranged]
    faults = check(both, replace(plan, arranged=tuple(swapped)))
    assert "machine_mixed" in {fault.code for fault in faults}


def test_precautionary_zone_keeps_its_usual_facility_and_nobody_elses() -> None:
    """C11: a yellow-code hospital goes on receiving those of its own patients whom only precaution binds."""
    near = hospital(zones=frozenset({"controlled", "precautionary"}))
    yellow = hospital("yellow", zones=frozenset({"sealed"}), usual_zones=frozenset({"precautionary"}))
    own = patient(0, zone="precautionary", usual_facility="yellow")
    others = (patient(1, zone="precautionary"), patient(2, zone="controlled", usual_facility="yellow"))
    problem = town(requests=(*others, own), facilities=(near, yellow))

    goes = {item.request: item.facility for item in solve(problem).arranged}

    assert goes == {"p0": "yellow", "p1": "hospital", "p2": "hospital"}
    barred = replace(problem, facilities=(near, replace(yellow, usual_zones=frozenset())))
    assert {violation.code for violation in check(barred, solve(problem))} == {"zone_role"}
    assert all(item.facility == "hospital" for item in solve(barred).arranged)


def test_critical_meets_no_zone_slot_or_closure() -> None:
    """R-000-7, R-002-3d: nothing but capability stands before treatment."""
    shut = hospital(zones=frozenset({"sealed"}), slots=(slot(capacity=0),), is_open=False)
    urgent = patient(0, is_critical=True, needs_inbound=False)
    plan = solve(town(requests=(urgent,), facilities=(shut,), now_min=400.0))

    outbound = plan.arranged[0].outbound
    assert outbound is not None
    assert outbound.dropoff_min <= 445.0


def test_scarce_slot_goes_to_the_one_who_has_no_other() -> None:
    """Min-cost flow, not first come first served."""
    near = hospital(slots=(slot(capacity=1),))
    far = hospital("yellow", slots=(slot("s2", start=1000.0),), infections=frozenset())
    bound = patient(1, latest_safe_min=600.0, harm_in_min=300.0)
    plan = solve(town(requests=(patient(0, treatment_min=60.0), bound), facilities=(near, far)))

    assert {item.request: item.slot for item in plan.arranged} == {"p0": "s2", "p1": "s1"}


def test_half_a_journey_is_no_journey() -> None:
    """R-000-12: no car back within the shift, so none there; the nearest change is named."""
    plan = solve(town(requests=(patient(0),), vehicles=(car(0, shift_end_min=700.0),)))

    assert plan.routes == ()
    assert plan.unmet[0].reason.code == "no_car_inbound"


def test_told_stops_stay_where_they_are_when_somebody_new_comes() -> None:
    problem = town()
    plan = solve(problem)
    newcomer = patient(3, earliest_min=400.0)
    later = solve(running(problem, plan, 450.0, extra=(newcomer,)))

    assert len(later.arranged) == 4
    for before, after in zip(plan.arranged, later.arranged, strict=False):
        assert before.outbound
        assert before.inbound
        assert after.inbound
        assert before.inbound.vehicle == after.inbound.vehicle
        assert abs(before.inbound.pickup_min - after.inbound.pickup_min) <= 5.0


def test_the_checker_knows_where_a_trip_leads() -> None:
    problem = town(facilities=(hospital(), hospital("yellow")))
    plan = solve(problem)
    item = plan.arranged[0]
    other = "yellow" if item.facility == "hospital" else "hospital"
    forged = replace(plan, arranged=(replace(item, facility=other), *plan.arranged[1:]))

    assert [found.code for found in check(problem, forged)] == ["wrong_place", "wrong_place"]


def test_nobody_new_makes_a_late_run_later() -> None:
    """A run that left late is promised for the earliest moment; whoever lives on its way does not board first."""
    slots = (slot(), slot("s2", 555.0))
    problem = town(requests=(patient(3, asked_min=540.0),), vehicles=(car(0),), facilities=(hospital(slots=slots),))
    plan = solve(problem)
    start, pickup, *_ = plan.routes[0].stops
    late = replace(running(problem, plan, 400.0), now_min=start.depart_min + 16.0)
    newcomer = patient(1, asked_min=555.0)
    beside = solve(replace(late, requests=(*late.requests, newcomer))).routes[0]

    told = next(stop.begin_min for stop in beside.stops if stop.request == "p3")
    assert told == pytest.approx(pickup.begin_min + 16.0)


def test_planned_stops_are_a_start_and_no_promise() -> None:
    problem = town()
    day = running(problem, solve(problem), 400.0, lambda _: StopState.PLANNED)

    assert len(solve(day).arranged) == 3


def test_who_is_aboard_gets_home_when_planned_however_often_the_plan_is_made_anew() -> None:
    """Nobody rides on because a plan made on the way counts the ride from now."""
    problem = town(vehicles=(car(0),))
    plan = solve(problem)
    first, *others = [s for s in plan.routes[0].stops if s.direction is Direction.INBOUND and s.action == "dropoff"]
    day = running(problem, plan, first.depart_min + 0.1, lambda _: StopState.PLANNED)
    after = {
        s.request: s.begin_min
        for s in solve(day).routes[0].stops
        if s.direction is Direction.INBOUND and s.action == "dropoff"
    }

    assert len(others) == 2
    assert all(after[stop.request] <= stop.begin_min + 0.1 for stop in others)


def test_overrun_treatment_keeps_the_reserved_run() -> None:
    """E5, C15: ready two hours late, the same car comes back."""
    problem = town(vehicles=(car(0), car(1), car(2)))
    plan = solve(problem)
    before = plan.arranged[0].inbound
    day = running(problem, plan, 700.0, lambda _: StopState.PLANNED)
    late = replace(
        day, requests=tuple(replace(r, ready_min=900.0) if r.id == "p0" else r for r in day.requests), now_min=700.0
    )
    after = solve(late).arranged_by_request["p0"].inbound

    assert before is not None
    assert after is not None
    assert after.vehicle == before.vehicle
    assert after.pickup_min >= 900.0
    assert not after.is_will_call


@pytest.mark.parametrize(
    "changes",
    [
        {"requests": (patient(0), patient(0))},
        {"requests": (patient(0, home="nowhere"),)},
        {"vehicles": (car(0, start_place="nowhere"),)},
        {"requests": (patient(0, fixed_facility="nowhere"),)},
    ],
    ids=["doubled", "home", "depot", "facility"],
)
def test_contradictory_problem_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(BadProblem):
        solve_any(town(**changes), engine=INTERPRETED, iterations=0)
