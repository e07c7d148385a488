"""Nothing of transport and gates holds a machine class or a need: canaries in every column and every page (decision 50)."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.urls import reverse

from access.services import cards
from communities.models import GatePass, Scan
from dispatch.hand import rides
from dispatch.planning import planner
from hospitals.models import Appointment, Facility, Service
from tests import walkers
from tests.factories import communities as gate_rows
from tests.factories import transport as car_rows
from tests.trust.walk import routes
from tests.walkers import AT, Walk
from transport.models import Run, Stop

pytestmark = pytest.mark.django_db
SPEAKING = re.compile(
    "HBV|HCV|乙肝|丙肝|肝炎|h(a)?emodialysis|dialysis|透析|血透|chemotherapy|化疗|专机", re.IGNORECASE
)
NOT_OF_A_PERSON = {"api_schema", "gallery"}
OWN = ("transport:", "communities:", "api_")  # what a driver or a guard may open by a number; the rest is open to all
TOKENS = re.compile("[A-Za-z0-9+/=_-]{24,}")  # of forms and sessions: chance may spell anything in them
THERE = ("accepted", "out", "boarded", "dropped", "arrived", "treated")
HOME = ("released", "boarded_back", "dropped_home", "home")


@dataclass
class Day:
    """An HBV and an HCV patient of one unit whose name says what it is for, each in a car of their own."""

    town: walkers.Town
    walks: list[Walk]
    browsers: dict[str, Client]

    @property
    def at(self) -> Any:
        return max(walk.at for walk in self.walks)


def _day() -> Day:
    town = walkers.town(cars=3)
    Facility.objects.update(name="康宁血液透析中心", address="江城大街12号")
    Service.objects.update(hbv_places=1, hcv_places=1)
    walks = []
    for name, machine_class, car in (("陈玉梅", "HBV", 0), ("王秀兰", "HCV", 1)):
        person = walkers.resident(town, name, machine_class=machine_class)
        request = walkers.ask(town, person)
        walkers.place_by_hand(town, request, out_vehicle=town.cars[car].pk)
        walks.append(Walk(town, request, AT))
    walkers.ask(town, walkers.resident(town, "刘桂英"))
    planner.plan("main", at=AT)
    walkers.deliver()
    people = {
        "driver of the first": car_rows.driver_user("D-V1"),
        "driver of the second": car_rows.driver_user("D-V2", "13900000009"),
        "guard": gate_rows.guard(town.community),
    }
    browsers = {who: Client() for who in people}
    for who, user in people.items():
        browsers[who].force_login(user)
    return Day(town, walks, browsers)


def _columns() -> Iterator[str]:
    """Return every cell of transport and communities that speaks of an illness, as table and row."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
            " AND (relname LIKE 'transport\\_%%' OR relname LIKE 'communities\\_%%') ORDER BY relname"
        )
        tables = [row[0] for row in cursor.fetchall()]
        assert {"transport_trip", "transport_run", "transport_stop", "communities_gatepass"} <= set(tables)
        for table in tables:
            cursor.execute(f'SELECT row_to_json(t)::text FROM "{table}" t')
            yield from (f"{table}: {row[0]}" for row in cursor.fetchall() if SPEAKING.search(row[0]))


def _pages(day: Day) -> Iterator[str]:
    """Return every page of drivers and guard, whatever they ask for, that speaks of an illness."""
    numbers = list(Stop.objects.values_list("pk", flat=True))
    rows: list[Any] = [*Run.objects.all(), *Scan.objects.all(), *GatePass.objects.all()]
    keys: list[uuid.UUID] = [row.pk for row in rows]
    read = 0
    for who, browser in day.browsers.items():
        for route in routes():
            if route.name in NOT_OF_A_PERSON or (route.id_params and not route.name.startswith(OWN)):
                continue
            kind = route.id_params[0][1] if route.id_params else ""
            known: list[Any] = {"UUIDConverter": keys, "IntConverter": numbers}.get(kind, [None])
            for url in {url for ident in known for url in route.urls(ident)}:
                answer = browser.get(url)
                read += answer.status_code == 200
                if found := _spoken(answer):
                    yield f"{who} {url}: {found[0]}"
        for gate_pass in GatePass.objects.all() if who == "guard" else ():
            answer = browser.post(reverse("communities:gate_check"), {"code": gate_pass.short_code}, follow=True)
            if found := _spoken(answer):
                yield f"{who} checks {gate_pass.short_code}: {found[0]}"
    assert read > 10, "the pages were hardly read"


def _spoken(answer: Any) -> re.Match[str] | None:
    body = b"".join(answer) if answer.streaming else answer.content
    return SPEAKING.search(TOKENS.sub("", body.decode(errors="replace")))


def _leaks(day: Day) -> list[str]:
    with time_machine.travel(day.at, tick=False):
        return [*_columns(), *_pages(day)]


def test_no_column_and_no_page_of_the_way_says_what_somebody_has() -> None:
    """Decision 50, E20, R-002-2a: there, aboard, inside, called home, aboard again and at home; the desk alone knows."""
    day = _day()
    assert _leaks(day) == []
    for stages in (THERE[:3], THERE[3:], HOME[:2], HOME[2:]):
        for walk in day.walks:
            for stage in stages:
                walk.step(stage)
        assert _leaks(day) == []

    assert sorted(Appointment.objects.values_list("machine_class", flat=True)) == ["", "HBV", "HCV"]
    labels = set(Stop.objects.filter(place_kind="facility").values_list("label", flat=True))
    assert labels == {"康宁医疗机构（江城大街12号）"}
    with time_machine.travel(AT, tick=False):
        assert "康宁医疗机构" in day.browsers["driver of the first"].get(reverse("transport:today")).content.decode()


def test_twin_a_card_that_carries_the_class_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: the rider's card as it was, with the machine class in it."""
    plain = cards.rider_card

    def telling(request: Any, **given: Any) -> Any:
        return replace(plain(request, **given), infection_class=request.resident.machine_class)

    monkeypatch.setattr(cards, "rider_card", telling)
    found = _leaks(_day())
    assert {leak.partition(":")[0] for leak in found} >= {"transport_trip", "transport_run"}


def test_twin_an_entrance_that_says_what_it_is_for_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: the house's own name on trip and stop, and so on the driver's page."""
    monkeypatch.setattr(rides, "neutral_label", lambda name, _address: name)
    found = _leaks(_day())
    assert any(leak.startswith("transport_stop") for leak in found)
    assert any(leak.startswith("driver of the first /drive/") for leak in found)
