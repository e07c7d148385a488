"""A whole city folder read into the database."""

from __future__ import annotations

from django.db import connection

from core import audit, clock
from core.actors import CITY
from drill.city import care, fleet, people, places
from drill.city.folder import CityFolder


def load(folder: CityFolder) -> None:
    """Read the folder into the database in the caller's transaction, however slow the machine."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0")
    area_of = places.load(folder)
    care.load(folder)
    fleet.load(folder, area_of)
    people.load(folder)
    audit.record("city.load", by=CITY, at=clock.now(), detail=dict(folder.report.loaded))
