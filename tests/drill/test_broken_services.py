"""What a drilled day notices when a service is broken: the twin of each promise it counts."""

from __future__ import annotations

from typing import Any

import pytest
from django.db.models import F, Value

from access.models import AccessRequest
from access.services import absences, one_way, requests
from access.services.requests import AccessWish
from config import handlers
from dispatch.planning import houses, question, urgent
from drill import answering
from drill.agenda import Steps
from drill.dispatchers import Dispatchers
from drill.faults import FAULTS
from drill.residents import staff
from drill.world import MIN, World
from hospitals import machines
from hospitals.models import Slot
from hospitals.services import appointments
from transport.events import Boarded
from transport.models import Trip

FEW_CHAIRS = """
UPDATE hospitals_slot SET capacity = 2 FROM hospitals_service s
WHERE s.id = service_id AND s.kind = 'hemodialysis'
"""


def deafen(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    """Take the handlers of dispatch with these names out of the register: their facts are for the record now."""
    left = {
        event: tuple(each for each in heard if each.__name__ not in names) for event, heard in handlers.HANDLERS.items()
    }
    monkeypatch.setattr(handlers, "HANDLERS", left)


def broken(sheet: dict[str, Any]) -> str:
    """Return what the drill says went wrong, in one line."""
    return "; ".join(sheet["failed"])


def test_slots_with_a_limit_are_never_overbooked(small_city):
    """The same few chairs with the limit in force (INV-01)."""
    sheet = small_city.drill(first=(FEW_CHAIRS,))

    assert sheet["overbooked_slots"] == 0
    assert sheet["arranged"] >= 0.99 * sheet["arrangeable"]
    assert all(each["true_when_rechecked"] for each in sheet["unmet"])


def test_drill_without_the_sweep_fails(small_city, settings, monkeypatch):
    """The twin of INV-36 and C15: with the broker gone and no sweep, nobody finds who was missed."""
    settings.SWEEPS = []
    deafen(monkeypatch, "released")

    sheet = small_city.drill(faults=frozenset({"redis_gone"}))

    assert "people_out" in broken(sheet)


def test_drill_without_the_way_home_fails(small_city, settings, monkeypatch):
    """The twin of R-000-12: a return that nobody calls for leaves people at the hospital."""
    deafen(monkeypatch, "released")
    settings.SWEEPS = [path for path in settings.SWEEPS if path != "dispatch.home.returns.sweep"]

    sheet = small_city.drill()

    assert "people_out" in broken(sheet)


def test_drill_that_does_not_see_a_seal_fails(small_city, settings, monkeypatch):
    """The twin of R-002-1a and E18: a compound that is sealed at noon, and nobody is told."""
    deafen(monkeypatch, "zone_changed", "infection_changed")
    settings.SWEEPS = [path for path in settings.SWEEPS if "reclass" not in path]

    sheet = small_city.drill(faults=frozenset({"compound_sealed_noon", "positive_mid_trip"}))

    assert "old_class_rides" in broken(sheet)


def test_drill_of_slots_without_a_limit_fails(small_city, monkeypatch):
    """The twin of INV-01: desks that are sent more people than they have places."""
    for module in (appointments, houses):
        monkeypatch.setattr(module, "F", lambda name: Value(999) if name == "capacity" else F(name))
    monkeypatch.setattr(Slot, "free", 99)
    monkeypatch.setattr(machines, "left_of", lambda places, _taken: dict.fromkeys(places, 99))
    monkeypatch.setattr(appointments, "_require_machine", lambda *_slot_and_class: None)

    sheet = small_city.drill(first=("ALTER TABLE hospitals_slot DROP CONSTRAINT slot_not_overbooked", FEW_CHAIRS))

    assert "overbooked_slots" in broken(sheet)


def test_drill_whose_promises_are_broken_names_them(small_city, settings, monkeypatch):
    """The twin of R-000-17, E28, C7 and INV-36.

    A fact without a handler, a death that stops nothing, calls that nobody answers and that never climb, and critical
    patients nobody looks at: the drill names each.
    """
    left = {event: heard for event, heard in handlers.HANDLERS.items() if event is not Boarded}
    monkeypatch.setattr(handlers, "HANDLERS", left)
    monkeypatch.setattr(absences, "_stop_requests", lambda *_given, **_named: None)
    monkeypatch.setattr(answering.OnCall, "look", lambda _self: None)
    monkeypatch.setattr(urgent, "place_urgent", lambda *_given, **_named: None)
    monkeypatch.setattr(Dispatchers, "look_at_critical", lambda _self: None)
    settings.SWEEPS = [path for path in settings.SWEEPS if path != "calls.services.calls.climb_due"]

    sheet = small_city.drill(faults=frozenset({"patient_dies", "no_ambulance_at_night", "desk_overloaded"}))

    names = {"unheard_events", "requests_for_dead_or_admitted", "calls_without_owner", "critical_without_offer"}
    assert names <= set(sheet["fallen_out"])
    assert all(name in broken(sheet) for name in names)


def test_drill_that_loses_track_of_people_names_them(small_city, settings, monkeypatch):
    """The twin of R-000-8, INV-04 and E20.

    A house accepts and no car is looked for; whoever turns critical keeps the ride of the same hour; machines are no
    longer told apart.
    """
    deafen(monkeypatch, "transfer_accepted")
    settings.SWEEPS = [path for path in settings.SWEEPS if path != "dispatch.home.transfers.sweep"]
    monkeypatch.setattr(one_way, "stand_aside", lambda *_given, **_named: None)
    monkeypatch.setattr(question, "machine_class", lambda _row: machines.OTHERS)
    monkeypatch.setattr(appointments, "_require_machine", lambda *_given: None)
    monkeypatch.setitem(FAULTS, "falls_ill", _falls_ill_before_the_ride)

    sheet = small_city.drill(faults=frozenset({"transfer", "falls_ill"}), first=NO_MACHINE_APART)

    names = {"lost_after_transfer", "doubled_ways", "infection_machine_mixed"}
    assert {name for name in names if name not in broken(sheet)} == set()


NO_MACHINE_APART = (
    "UPDATE hospitals_service SET hbv_places = 0",
    "UPDATE access_resident SET infection_flag = 'HBV' WHERE id IN"
    " (SELECT resident_id FROM access_careneed WHERE kind = 'hemodialysis' ORDER BY resident_id LIMIT 3)",
)


def _falls_ill_before_the_ride(world: World) -> Steps:
    """Have 120 called for somebody whom an ordinary car is to fetch within the quarter of an hour."""
    yield world.at("05:30")
    while world.now < world.at("18:00"):
        soon = Trip.objects.filter(direction="outbound", status="scheduled", pickup_planned_at__gt=world.now)
        trip = soon.filter(pickup_planned_at__lt=world.now + 15 * MIN).order_by("pickup_planned_at").first()
        request = AccessRequest.objects.filter(case_ref=trip.case_ref, is_critical=False).first() if trip else None
        if request is not None and request.resident is not None:
            wish = AccessWish("emergency", is_critical=True, session_min=90)
            requests.submit(request.resident, wish=wish, by=staff(request.resident.community), at=world.now)
            return
        yield world.now + 2 * MIN
