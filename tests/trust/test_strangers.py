"""What belongs to another community, gate, fleet, hospital or area is as absent as what never was (G7, Done 6)."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.test import Client

from tests.factories.town import Side
from tests.trust.walk import (
    ABSENT,
    ABSENT_INT,
    ABSENT_UUID,
    WORDS,
    Route,
    bare,
    difference,
    digest,
    idents,
    routes,
    send,
    tried,
)

pytestmark = pytest.mark.django_db
WITH_ID = [route for route in routes() if route.id_params]
NOT_THEIRS = {403, 404, 405}


@pytest.fixture(autouse=True)
def still() -> Iterator[None]:
    """Stop the clock, so that two pages of one moment are the same to the byte."""
    with time_machine.travel(datetime.now(UTC), tick=False):
        yield


def _absent(route: Route) -> Any:
    return ABSENT[route.kind]


@pytest.mark.parametrize("route", WITH_ID, ids=lambda route: route.name)
def test_a_strangers_object_is_as_absent_as_none(
    route: Route, sides: tuple[Side, Side], people: dict[str, Client]
) -> None:
    before, faults = digest(), []
    kind = route.kind
    own = set(idents(sides[0])[kind].values())  # numbers of different tables may be the same
    others = {what: ident for what, ident in idents(sides[1], ("inside",))[kind].items() if ident not in own}
    for role, client in people.items():
        for method in ("GET", "POST"):
            for number, url in enumerate(route.urls(_absent(route))):
                absent = bare(send(client, method, url, WORDS))
                if absent[0] not in NOT_THEIRS:
                    faults.append(f"{role} {method} absent: {absent[0]}")
                asked = others if absent[0] == 404 else dict(list(others.items())[:1])
                for what, ident in asked.items():
                    other = bare(send(client, method, route.urls(ident)[number], WORDS))
                    if other != absent:
                        faults.append(f"{role} {method} another's {what}: {difference(other, absent)}")

    assert faults == []
    after = digest()
    assert [name for name, mark in after.items() if before[name] != mark] == []


@pytest.mark.parametrize("route", WITH_ID, ids=lambda route: route.name)
def test_the_own_object_is_reached_by_somebody(
    route: Route, sides: tuple[Side, Side], people: dict[str, Client]
) -> None:
    """Else the test above would prove nothing about this address."""
    own = idents(sides[0])[route.kind]
    for client in people.values():
        for method in ("GET", "POST"):
            for url in (url for ident in own.values() for url in route.urls(ident)):
                status = tried(client, method, url, WORDS).status_code
                if status not in NOT_THEIRS:
                    return
                if status != 404:
                    break

    pytest.fail("nobody reaches it")


@pytest.mark.parametrize("route", [route for route in routes() if not route.id_params], ids=lambda route: route.name)
def test_a_strangers_object_named_in_a_form_is_as_absent_as_none(
    route: Route, sides: tuple[Side, Side], people: dict[str, Client]
) -> None:
    if route.params:
        return
    [url], faults = route.urls(None), []
    theirs = _theirs(sides[1])
    for role, client in people.items():
        for method in ("GET", "POST"):
            nothing = bare(tried(client, method, url, WORDS | _absent_of(theirs)), _absent_of(theirs))
            if nothing[0] in (403, 405):
                continue
            answer = bare(tried(client, method, url, WORDS | theirs), theirs)
            if answer != nothing:
                faults.append(f"{role} {method}: {difference(answer, nothing)}")

    assert faults == []


def _theirs(side: Side) -> dict[str, Any]:
    """Return the fields of forms that name an object, each naming one of this side's."""
    case = side.cases["placed"]
    return {
        "gate_pass": case.gate_pass.pk, "resident": case.resident.pk, "besides": case.resident.pk,
        "emergency": side.emergency.pk, "done": side.emergency.pk, "request": case.request.pk, "run": case.run.pk,
        "trip": case.there.pk, "stop": case.run.stops.first().pk,
        "intake": side.walk_in.pk, "appointment": case.appointment.pk, "vehicle": side.vehicle.code,
        "out_vehicle": side.vehicle.code, "back_vehicle": side.vehicle.code, "driver": side.driver.code,
        "community": side.community.code,
    }  # fmt: skip


def _absent_of(theirs: dict[str, Any]) -> dict[str, Any]:
    """Return the same fields naming what never was."""
    kinds = {uuid.UUID: ABSENT_UUID, int: ABSENT_INT, str: "no-such-code"}
    return {name: kinds[type(value)] for name, value in theirs.items()}
