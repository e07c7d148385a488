"""Made-up cities: compounds in districts, dialysis waves, patients who go there and back on one day.

Compounds lie in 2-16 districts of a 12-60 km square; 70 % of the patients have dialysis at 07:00, 12:00 or 17:00,
the rest chemotherapy or antenatal visits through the day. Three zone classes, some infections that need a room of
their own, cars, vans with a wheelchair place, buses and ambulances, one vehicle per seven trips, a break per shift.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from matching.params import Params
from matching.problem import Break, Facility, Load, Place, Problem, Request, Slot, Vehicle

CENTRE = (40.0, 124.0)
ZONES = ("precautionary", "controlled", "sealed")
WAVES = (420.0, 720.0, 1020.0)


@dataclass(frozen=True, slots=True)
class Fleet:
    """A kind of vehicle: its share of the fleet, what it carries and can do."""

    share: float
    room: Load
    skills: frozenset[str]


FLEET = (
    Fleet(0.55, Load(3, 0, 0, 0), frozenset()),
    Fleet(0.27, Load(6, 1, 0, 1), frozenset({"carry"})),
    Fleet(0.08, Load(12, 0, 0, 0), frozenset()),
    Fleet(0.10, Load(2, 0, 1, 1), frozenset({"carry"})),
)


def make_town(patients: int, seed: int = 0, *, tightness: float = 7.0, slack: float = 1.25) -> Problem:
    """Make a problem of `patients` round trips (two legs each)."""
    random = np.random.default_rng(seed)
    legs = 2 * patients
    side = float(np.interp(math.log10(max(legs, 10)), [1.0, 2.7, 4.3, 4.7], [8.0, 12.0, 45.0, 60.0]))
    districts = max(2, min(16, legs // 250))
    sites = max(3, min(40, legs // 110))
    centres = random.uniform(0.1 * side, 0.9 * side, (districts, 2))
    places = _places(random, centres, side, max(6, patients // 8), sites, districts)
    requests = _requests(random, patients, [p.id for p in places if p.id.startswith("home")], sites)
    facilities = _facilities(requests, sites, slack)
    vehicles = _vehicles(random, max(4, round(legs / tightness)), districts)
    return Problem(
        places=tuple(places),
        facilities=tuple(facilities),
        vehicles=tuple(vehicles),
        requests=tuple(requests),
        now_min=240.0,
        params=Params(wait_after_ready_target_min=45.0, facility_choices=16),
    )


def _places(
    random: np.random.Generator, centres: np.ndarray, side: float, homes: int, sites: int, depots: int
) -> list[Place]:
    points = [("home", k, centres[k % len(centres)] + random.normal(0.0, side / 14.0, 2)) for k in range(homes)]
    points += [("site", k, random.uniform(0.05 * side, 0.95 * side, 2)) for k in range(sites)]
    points += [("depot", k, centres[k % len(centres)]) for k in range(depots)]
    per_km = 1.0 / 111.19
    places = []
    for kind, k, (x, y) in points:
        longitude = CENTRE[1] + float(x) * per_km / math.cos(math.radians(CENTRE[0]))
        gate = 1.0 if kind == "home" and k % 3 == 0 else 0.0
        places.append(
            Place(id=f"{kind}{k}", latitude=CENTRE[0] + float(y) * per_km, longitude=longitude, gate_min=gate)
        )
    return places


def _requests(random: np.random.Generator, patients: int, homes: list[str], sites: int) -> list[Request]:
    zone_of = {home: ZONES[int(random.choice(3, p=[0.5, 0.3, 0.2]))] for home in homes}
    requests = []
    for k in range(patients):
        need = str(random.choice(["dialysis", "chemotherapy", "pregnancy"], p=[0.7, 0.2, 0.1]))
        home = homes[int(random.integers(len(homes)))]
        wheels, stretcher = random.random() < 0.06, random.random() < 0.02
        escort = int(random.random() < 0.15)
        party = Load(escort, 1, 0, 0) if wheels else Load(escort, 0, 1, 0) if stretcher else Load(1 + escort, 0, 0, 0)
        asked = float(random.choice(WAVES)) if need == "dialysis" else float(480 + 30 * random.integers(0, 16))
        requests.append(
            Request(
                id=f"r{k}",
                need=need,
                home=home,
                zone=zone_of[home],
                infection="hbv" if need == "dialysis" and random.random() < 0.05 else "",
                usual_facility=f"site{int(random.integers(sites))}" if random.random() < 0.3 else None,
                asked_min=asked,
                harm_in_min=float(random.choice([720.0, 1440.0, 2880.0])),
                party=party,
                skills=frozenset({"carry"}) if stretcher else frozenset(),
                rides_alone=bool(random.random() < 0.02),
                home_min=6.0 if wheels or stretcher else 2.0,
                treatment_min=240.0 if need == "dialysis" else 120.0,
                ready_min=None,
                is_will_call=need == "dialysis",
            )
        )
    return requests


def _facilities(requests: list[Request], sites: int, slack: float) -> list[Facility]:
    """Give each slot its share of the demand for its time, times the slack."""
    demand: dict[tuple[str, str, float, str], int] = {}
    for request in requests:
        sealed = "sealed" if request.zone == "sealed" else "other"
        key = (request.need, sealed, request.asked_min or 0.0, request.infection)
        demand[key] = demand.get(key, 0) + 1
    found = []
    for k in range(sites):
        role = "sealed" if k % 4 == 0 else "other"
        members = [j for j in range(sites) if (j % 4 == 0) == (k % 4 == 0)]
        slots = []
        for need, sealed, start, infection in sorted(demand):
            if sealed == role:
                places = math.ceil(slack * demand[need, sealed, start, infection] / len(members))
                name = f"site{k}-{need}-{start:.0f}{'-' + infection if infection else ''}"
                slots.append(Slot(id=name, need=need, start_min=start, capacity=places))
        found.append(
            Facility(
                id=f"site{k}",
                place=f"site{k}",
                needs=frozenset({"dialysis", "chemotherapy", "pregnancy"}),
                zones=frozenset({"sealed"}) if role == "sealed" else frozenset({"precautionary", "controlled"}),
                infections=frozenset({"hbv"}),
                slots=tuple(slots),
                has_buffer=k % 5 == 1,
            )
        )
    return found


def _vehicles(random: np.random.Generator, count: int, depots: int) -> list[Vehicle]:
    vehicles = []
    kinds = np.concatenate([np.full(math.ceil(kind.share * count), k) for k, kind in enumerate(FLEET)])[:count]
    for k in range(count):
        kind = FLEET[int(kinds[k])]
        starts = float(random.choice([300.0, 330.0, 360.0]))
        pause = Break(earliest_min=starts + 240.0, latest_min=starts + 480.0, duration_min=30.0)
        depot = f"depot{int(random.integers(depots))}"
        vehicles.append(
            Vehicle(
                id=f"v{k}",
                capacity=kind.room,
                start_place=depot,
                end_place=depot,
                shift_start_min=starts,
                shift_end_min=starts + 1110.0,
                skills=kind.skills,
                zones=frozenset(ZONES) if k % 3 else frozenset({"precautionary", "controlled"}),
                max_duty_min=1080.0,
                breaks=(pause,),
                disinfection_min=15.0,
            )
        )
    return vehicles
