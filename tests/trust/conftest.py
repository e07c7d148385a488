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
