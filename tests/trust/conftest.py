"""The town of two strangers, built once per file in a transaction that is thrown away."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from tests.factories import town
from tests.trust.walk import clients


@pytest.fixture(scope="module")
def sides(django_db_setup: None, django_db_blocker: Any) -> Iterator[tuple[town.Side, town.Side]]:
    with django_db_blocker.unblock(), transaction.atomic():
        town.patient()
        yield town.both()
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def people(sides: tuple[town.Side, town.Side], django_db_blocker: Any) -> dict[str, Client]:
    """Everybody of the first side, signed in."""
    return clients(sides[0])


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say how many malformed requests were tried, of all workers together, and which addresses had the fewest."""
    tally: dict[str, int] = {}
    broken = 0
    for report in [each for kind in ("passed", "failed") for each in terminalreporter.stats.get(kind, [])]:
        noted = dict(getattr(report, "user_properties", ()))
        if "tries" in noted:
            tally[report.nodeid.partition("[")[2].rstrip("]")] = noted["tries"]
            broken += noted["five_hundreds"]
    if tally:
        terminalreporter.section("malformed requests")
        for name, count in sorted(tally.items(), key=lambda entry: entry[1]):
            terminalreporter.write_line(f"{count:6} {name}")
        terminalreporter.write_line(f"{sum(tally.values())} tries over {len(tally)} addresses, {broken} five-hundreds")
