"""Every page costs the same number of queries with 5 rows of everything as with 50 (Done 9, speed.md)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core import clock
from tests.factories import town
from tests.factories.town import Side
from tests.trust.walk import Route, clients, idents, routes

pytestmark = pytest.mark.django_db
FEW, MANY = 5, 50
MARKS = ("SAVEPOINT", "RELEASE")
MOST = 10
# speed.md's figures, the home page, which is six lists, and the engine's, which reads every car and house once to name
# what is set aside; every other page keeps within MOST
AT_MOST = {"access:residents": 6, "dispatch:board": 8, "hospitals:desk": 8, "access:home": 13, "dispatch:engine": 13}
# what shows no rows
APART = {"health_live", "health_ready", "favicon", "sign_in", "sign_out", "gallery", "home"}


@pytest.fixture(scope="module")
def sides(django_db_setup: None, django_db_blocker: Any) -> Iterator[tuple[Side, Side]]:
    """The same town twice, strangers to each other: one side with few rows, one with many."""
    with django_db_blocker.unblock(), transaction.atomic():
        town.patient()
        few, many = town.both()
        for side, count in ((few, FEW), (many, MANY)):
            town.crowd(side, count, at=clock.now())
        yield few, many
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def people(sides: tuple[Side, Side], django_db_blocker: Any) -> tuple[dict[str, Client], dict[str, Client]]:
    return clients(sides[0]), clients(sides[1])


def cost(client: Client, url: str) -> tuple[int, int, list[str]]:
    """Return status, number of queries and their texts of the second reading: the first fills what a process keeps."""
    client.get(url)
    clock.forget()
    clock.now()
    with CaptureQueriesContext(connection) as captured:
        status = client.get(url).status_code
    # what a process keeps for seconds is asked again when a busy machine takes longer than that for one page
    kept = "core_clockoffset"
    texts = [each["sql"] for each in captured.captured_queries]
    asked = [text for text in texts if not text.startswith(MARKS) and kept not in text]
    return status, len(asked), asked


def addresses(route: Route, side: Side) -> dict[str, str]:
    """Return the addresses of one side, by what of it they name; a page without arguments also with a search."""
    if not route.params:
        [url] = route.urls(None)
        return {"all": url, "found": f"{url}?q=%E8%B5%B5"}
    if not route.id_params:
        return {}
    name, kind = route.id_params[0][0], route.kind
    own = idents(side)[kind].items()
    if kind == "IntConverter":  # numbers of different tables may be the same
        own = {what: ident for what, ident in own if name.removesuffix("_id") in what}.items()
    return {f"{what} {number}": url for what, ident in own for number, url in enumerate(route.urls(ident))}


@pytest.mark.parametrize("route", [each for each in routes() if each.name not in APART], ids=lambda route: route.name)
def test_rows_add_no_queries(route: Route, sides: tuple[Side, Side], people: Any) -> None:
    faults: list[str] = []
    few, many = (addresses(route, side) for side in sides)
    for role, client in people[0].items():
        for what, url in few.items():
            status, least, _ = cost(client, url)
            if status in (403, 405):
                break
            if status != 200:
                continue
            _, most, asked = cost(people[1][role], many[what])
            if most != least or most > AT_MOST.get(route.name, MOST):
                faults.append(f"{role} {what}: {least} and {most}\n" + "\n".join(each[:150] for each in asked))

    assert faults == []
