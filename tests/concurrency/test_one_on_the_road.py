"""One of each at the gate and on the road: passes, passages, zones, ways and outings, by several in the same second."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest

from communities.models import GatePass, Scan, ScanCorrection, ZonePeriod
from communities.services import gates, zones
from communities.services.gates import ScanEvent
from core import clock
from core.actors import Actor
from core.buildings import same_building
from tests.concurrency.at_once import PRESSES, ROWS, Shape, prove
from tests.factories import communities as gate_rows
from tests.factories import transport as cars
from tests.walkers import AT, MIN
from transport.models import Run, Trip
from transport.services import runs, scheduling, trips

pytestmark = pytest.mark.django_db(transaction=True)
DONE = frozenset({"done"})
HELD = frozenset({ROWS})


def _passage() -> Any:
    gate_pass = gate_rows.gate_pass(AT)
    return gate_rows.gate(gate_pass.community), ScanEvent(uuid.uuid4(), "exit", "let_out", gate_pass, happened_at=AT)


def _scan(made: Any, _number: int) -> Any:
    return gates.scan(made[0], event=made[1], by=gate_rows.GUARD, at=AT)


def _last_number() -> Any:
    """A compound with one number left for the day."""
    home = gate_rows.community(f"2106{uuid.uuid4().int % 10**8:08d}")
    gate_rows.fill_numbers(home, AT, besides=417)
    return home, f"{clock.local_day(AT):%m%d}-0417"


def _issue(made: Any, _number: int) -> Any:
    return gate_rows.gate_pass(AT, of=made[0])


def _numbered(made: Any) -> int:
    return GatePass.objects.filter(community=made[0], number=made[1]).count()


def _scanned() -> Any:
    gate, event = _passage()
    return gates.scan(gate, event=event, by=gate_rows.GUARD, at=AT)


def _zoned() -> Any:
    number = uuid.uuid4().int % 9999
    written = [f"{number}号楼", f"{number}栋", str(number)]
    return gate_rows.community(), written, Actor("user:hq", "指挥", "command", "district", "210602")


def _zone(made: Any, number: int) -> Any:
    home, written, by = made
    since = AT + timedelta(seconds=number)
    return zones.put_under(home, zone_class="sealed", since=since, by=by, at=AT, building=written[number])


def _in_force(made: Any) -> int:
    rows = ZonePeriod.objects.in_force(AT + MIN)
    return rows.filter(same_building(made[1][0]), community=made[0]).count()


def _pair(made: Any, _number: int) -> Any:
    case_ref, card = made
    place: dict[str, Any] = {"home": cars.HOME, "facility": cars.FACILITY, "dispatch_area": cars.AREA}
    times: dict[str, Any] = {"arrive_by": AT + 120 * MIN, "expected_ready_at": AT + 360 * MIN}
    return trips.open_pair(case_ref, card=card, **place, **times, by=cars.BY, at=AT)


def _one_car() -> Any:
    return cars.ride(AT, uuid.uuid4().hex[:8]), [cars.trip(AT) for _ in range(PRESSES)]


def _drive(made: Any, number: int) -> Any:
    ride, waiting = made
    return scheduling.schedule(waiting[number], ride=ride, by=cars.BY, at=AT, is_pinned=True)


def _two_outings() -> Any:
    """Outings of one driver, one after the other, all accepted."""
    car, who = f"V{uuid.uuid4().hex[:8]}", f"D{uuid.uuid4().hex[:8]}"
    runs_of = [_outing(car, who, AT + number * 120 * MIN) for number in range(PRESSES)]
    return who, runs_of


def _outing(car: str, who: str, at: datetime) -> Run:
    vehicle, driver = cars.vehicle(car), cars.driver(who)
    cars.shift(vehicle, driver, at=AT, hours=48)
    ride = scheduling.RunTimes(vehicle, driver, at, at + 10 * MIN, at + 40 * MIN, at + 60 * MIN)
    run = scheduling.schedule(cars.trip(at), ride=ride, by=cars.BY, at=AT, is_pinned=False)
    return runs.accept(run, by=cars.dispatch_actor(), at=AT)


def _set_off(made: Any, number: int) -> Any:
    return runs.start(Run.objects.get(pk=made[1][number].pk), by=cars.dispatch_actor(), at=AT)


SHAPES = [
    Shape("a number of a pass", _last_number, _issue, _numbered, r'^INSERT INTO "communities_gatepass"', told=DONE,
          constraints=("pass_number_once",)),
    Shape("a passage at the gate", _passage, _scan, lambda made: Scan.objects.filter(event_id=made[1].event_id).count(),
          r'^INSERT INTO "communities_scan"', told=DONE, constraints=("communities_scan_event_id_key",)),
    Shape("a passage taken back", _scanned, lambda made, _n: gates.correct(made, by=gate_rows.GUARD, at=AT),
          lambda made: ScanCorrection.objects.filter(scan=made).count(), r'^INSERT INTO "communities_scancorrection"',
          told=DONE, constraints=("communities_scancorrection_scan_id_key",)),
    Shape("a zone of a building", _zoned, _zone, _in_force, r'^INSERT INTO "communities_zoneperiod"', told=DONE,
          off=HELD),
    Shape("a pair of trips", lambda: (uuid.uuid4(), cars.card()), _pair,
          lambda made: Trip.objects.filter(case_ref=made[0], direction="outbound").count(),
          r'^INSERT INTO "transport_trip"', told=frozenset({"trip.exists"}),
          constraints=("one_live_trip_per_direction",)),
    Shape("an outing of a car", _one_car, _drive, lambda made: Run.objects.live().filter(vehicle=made[0].vehicle).count(),
          r'^INSERT INTO "transport_run"', told=frozenset({"vehicle.taken", "driver.taken", "vehicle.busy"}), off=HELD,
          constraints=("vehicle_one_run_at_a_time", "driver_one_run_at_a_time")),
    Shape("an outing of a driver under way", _two_outings, _set_off,
          lambda made: Run.objects.filter(driver=made[0], status="under_way").count(),
          r'^UPDATE "transport_run" SET "status"', told=frozenset({"run.other_under_way"}), off=HELD),
]  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_it_is_made_once_and_twice_without_its_guard(shape: Shape) -> None:
    """INV-02, INV-03, INV-26, R-000-4: RACE_ROUNDS rounds with the guard, one without."""
    prove(shape)
