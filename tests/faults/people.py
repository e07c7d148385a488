"""Patients of a loaded demo city who ask while something breaks: run as a program beside the product.

python -m tests.faults.people ask 1.0 | morning | critical 600 | forget | some 1
"""

from __future__ import annotations

import json
import sys
import threading
import time
import uuid
from collections.abc import Callable
from typing import Any

import django

django.setup()  # a program beside the product, not a test module

from django.db import Error, connection, transaction  # noqa: E402

from access.models import Resident  # noqa: E402
from access.services import requests, residents  # noqa: E402
from access.services.residents import ResidentFacts  # noqa: E402
from communities.models import Community  # noqa: E402
from core import clock  # noqa: E402
from core.actors import Actor  # noqa: E402
from tests.longer import people as city  # noqa: E402

WRITES_A_SECOND = 20


def ask(each_s: float) -> None:
    """Ask for somebody every so often, and register 20 people a second, until standard input ends."""
    stopping = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), stopping.set()), daemon=True).start()
    writer = threading.Thread(target=_register, args=(stopping,), daemon=True)
    writer.start()
    while not stopping.is_set():
        began = time.monotonic()
        for case in again(lambda: city.ask(1)["asked"]):
            sys.stdout.write(f"{case}\n")
            sys.stdout.flush()
        stopping.wait(max(0.0, each_s - (time.monotonic() - began)))
    writer.join(30)


def _register(stopping: threading.Event) -> None:
    while not stopping.wait(1 / WRITES_A_SECOND):
        again(_one)


def _one() -> Resident:
    place = Community.objects.order_by("code")[0]
    by = Actor("user:staff", "林晓", "staff", "community", place.code, place.code)
    facts = ResidentFacts(name=f"故{uuid.uuid4().hex[:12]}", building="5号楼")
    return residents.register(place, facts=facts, by=by, at=clock.now())


def again(act: Callable[[], Any]) -> Any:
    """Do it until the database takes it: what a person would press again."""
    while True:
        try:
            return act()
        except Error:
            connection.close()
            time.sleep(0.25)


def critical(count: int) -> dict[str, Any]:
    """Raise so many emergencies whom no car can take: they lie, and every car that takes a stretcher is off.

    They are people without a need of their own, so that there are others left to ask for something ordinary.
    """
    again(lambda: _unguarded("transport_vehicle", "UPDATE transport_vehicle SET status = 'off' WHERE stretchers > 0"))
    free = Resident.objects.filter(community__dispatch_area=city._area(), requests__isnull=True, needs__isnull=True)
    people = list(free.select_related("community").order_by("-ref")[:count])
    people += [_one() for _ in range(count - len(people))]
    wish = requests.AccessWish("emergency", is_critical=True, mobility="stretcher")
    at = clock.now()
    made = [requests.submit(row, wish=wish, by=city._staff(row.community_id), at=at) for row in people]
    return {"asked": len(made)}


def forget() -> dict[str, Any]:
    """Take the emergencies out of the area, so that the next test has its own load alone."""
    gone = "UPDATE access_accessrequest SET dispatch_area = 'gone', owner_place = 'gone' WHERE is_critical"
    return {"gone": again(lambda: _unguarded("access_accessrequest", gone))}


def _unguarded(table: str, statement: str) -> int:
    """Change rows past the guards of their statuses."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(statement)
        changed = int(cursor.rowcount)
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    return changed


if __name__ == "__main__":
    word, rest = sys.argv[1], sys.argv[2:]
    if word == "ask":
        ask(float(rest[0]))
    else:
        told = {"morning": city.morning, "critical": critical, "forget": forget, "some": city.ask}[word](
            *map(int, rest)
        )
        sys.stdout.write(json.dumps(told) + "\n")
