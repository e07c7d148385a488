"""Made-up problems with every feature of the model, small enough to try thousands of them."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

from benchmarks.engine.town import make_town
from matching.params import Params
from matching.problem import Break, Facility, Load, Problem, Request, Slot, Vehicle

Change = Callable[[random.Random, Request, Problem], Request]


def varied_problem(seed: int, most: int = 16) -> Problem:
    """Return a small town in which policy, fleet, facilities and requests vary as widely as the model allows."""
    chance = random.Random(seed)
    town = make_town(
        chance.randint(1, most), seed, tightness=chance.choice([4.0, 7.0, 12.0]), slack=chance.choice([0.8, 1.2])
    )
    town = replace(
        town,
        params=varied_params(chance),
        facilities=tuple(varied_facility(chance, site) for site in town.facilities),
        vehicles=tuple(varied_vehicle(chance, vehicle) for vehicle in town.vehicles),
        now_min=chance.choice([0.0, 240.0, 240.0, 400.0, 600.0]),
    )
    return replace(town, requests=tuple(varied_request(chance, request, town) for request in town.requests))


def varied_params(chance: random.Random) -> Params:
    """Vary the policy's numbers."""
    return Params(
        ride_limit_min=chance.choice([20.0, 45.0, 60.0]),
        ride_limits=chance.choice([{}, {"chemotherapy": 25.0}, {"sealed": 90.0}]),
        ride_detour=chance.choice([1.0, 1.4]),
        arrive_early_min=chance.choice([30.0, 45.0]),
        early_limits=chance.choice([{}, {"dialysis": 20.0}]),
        wait_aboard_min=chance.choice([0.0, 5.0, 10.0]),
        wait_after_ready_min=chance.choice([30.0, 60.0]),
        wait_after_ready_target_min=chance.choice([15.0, 30.0]),
        wait_limits=chance.choice([{}, {"dialysis": 20.0}]),
        told_tolerance_min=chance.choice([0.0, 5.0]),
        merged_classes=chance.choice([{}, {"controlled": "both", "precautionary": "both"}]),
        shares_return=chance.random() < 0.7,
        shares_ready_return=chance.random() < 0.5,
        returns_apart=chance.random() < 0.5,
        price_km=chance.choice([0.0, 1.0]),
        facility_choices=chance.choice([2, 8]),
        slot_choices=chance.choice([5, 40]),
    )


def varied_vehicle(chance: random.Random, vehicle: Vehicle) -> Vehicle:
    """Vary what a vehicle carried last, its hours and its breaks."""
    start = vehicle.shift_start_min
    short = Break(earliest_min=start + 60.0, latest_min=start + 200.0, duration_min=15.0)
    return replace(
        vehicle,
        last_class=chance.choice([None, None, "sealed", "controlled"]),
        disinfection_min=chance.choice([0.0, 15.0, 30.0]),
        shift_end_min=start + chance.choice([500.0, 900.0, 1110.0]),
        max_duty_min=chance.choice([None, 480.0, 1080.0]),
        breaks=chance.choice([(), vehicle.breaks, (short,), (short, *vehicle.breaks)]),
    )


def varied_facility(chance: random.Random, site: Facility) -> Facility:
    """Vary role, rank and opening, and let every facility see people without a slot."""
    extra = Slot(id=f"{site.id}-late", need="dialysis", start_min=1080.0, capacity=1)
    return replace(
        site,
        needs=site.needs | {"clinic"},
        zones=chance.choice([site.zones, frozenset()]),
        infections=chance.choice([site.infections, frozenset()]),
        is_open=chance.random() < 0.9,
        rank=chance.choice([0, 0, 1, 2]),
        slots=(*site.slots, extra),
    )


def varied_request(chance: random.Random, request: Request, town: Problem) -> Request:
    """Change a request in up to two ways."""
    for change in chance.sample(CHANGES, chance.choice([0, 1, 1, 2])):
        request = change(chance, request, town)
    return request


def _critical(chance: random.Random, request: Request, town: Problem) -> Request:
    return replace(request, is_critical=True, harm_in_min=10.0, arrive_by_min=town.now_min + 180.0)


def _clinic(chance: random.Random, request: Request, town: Problem) -> Request:
    by = chance.choice([None, town.now_min + chance.uniform(60.0, 300.0)])
    return replace(request, need="clinic", infection="", arrive_by_min=by, treatment_min=60.0)


def _safe(chance: random.Random, request: Request, town: Problem) -> Request:
    return replace(request, latest_safe_min=chance.choice([430.0, 720.0, 1100.0]))


def _limited(chance: random.Random, request: Request, town: Problem) -> Request:
    return replace(request, ride_limit_min=chance.choice([15.0, 30.0, 50.0]))


def _turn(chance: random.Random, request: Request, town: Problem) -> Request:
    return replace(request, turn_min=chance.choice([0.0, 5.0, 30.0]))


def _oxygen(chance: random.Random, request: Request, town: Problem) -> Request:
    return replace(request, party=Load(1, 0, 0, 1))


def _alone(chance: random.Random, request: Request, town: Problem) -> Request:
    return replace(request, rides_alone=True)


def _elsewhere(chance: random.Random, request: Request, town: Problem) -> Request:
    homes = [place.id for place in town.places if place.id.startswith("home")]
    return replace(request, **{chance.choice(["pickup_place", "dropoff_place"]): chance.choice(homes)})


def _pinned(chance: random.Random, request: Request, town: Problem) -> Request:
    which = chance.choice(["outbound_vehicle", "inbound_vehicle"])
    return replace(request, **{which: chance.choice(town.vehicles).id})


def _one_way(chance: random.Random, request: Request, town: Problem) -> Request:
    return replace(request, **{chance.choice(["needs_outbound", "needs_inbound"]): False})


def _ready(chance: random.Random, request: Request, town: Problem) -> Request:
    return _booked(
        chance, replace(request, needs_outbound=False, ready_min=town.now_min + chance.uniform(-20.0, 200.0)), town
    )


def _booked(chance: random.Random, request: Request, town: Problem) -> Request:
    site = chance.choice(town.facilities)
    slots = [slot for slot in site.slots if slot.need == request.need and slot.start_min > town.now_min]
    slot = chance.choice(slots).id if slots and chance.random() < 0.8 else None
    return replace(request, fixed_facility=site.id, fixed_slot=slot)


CHANGES: list[Change] = [
    *(_critical, _clinic, _safe, _limited, _turn, _oxygen, _alone, _elsewhere, _pinned, _one_way, _ready, _booked),
]
