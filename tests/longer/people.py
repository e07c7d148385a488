"""Ask for people of the loaded demo city, and read what became of them: run as a program beside the product.

python -m tests.longer.people ask 300 | state | critical 1
"""

from __future__ import annotations

import json
import sys
from datetime import datetime, timedelta
from itertools import cycle, islice
from typing import Any

import django

django.setup()  # a program beside the product, not a test module

from django.db.models import Exists, OuterRef  # noqa: E402
from django.utils import timezone  # noqa: E402

from access.models import AccessRequest, CareNeed, Resident  # noqa: E402
from access.services import requests  # noqa: E402
from access.states import GOODS  # noqa: E402
from communities.models import Community  # noqa: E402
from core import clock  # noqa: E402
from core.actors import Actor  # noqa: E402
from dispatch.models import PlanningRun  # noqa: E402
from hospitals.models import Slot  # noqa: E402
from transport.models import Trip  # noqa: E402

RUN_FIGURES = ("kind", "status", "requests", "arranged", "applied", "stale", "solve_s", "apply_s")
SPARED = 40  # the first of the area, who have nothing before an emergency of theirs


def ask(count: int) -> dict[str, Any]:
    """Ask for so many people of one dispatch area, each for the hour of their need today."""
    hours = {"AM": "07:30", "PM": "12:30", "EVE": "17:30"}
    others = cycle(f"{hour:02d}:00" for hour in range(8, 17))
    at = clock.now()
    area = _area()
    needs = CareNeed.objects.filter(resident__community__dispatch_area=area, facility__isnull=False)
    needs = needs.exclude(kind__in=[*GOODS, "home_nursing"])
    needs = needs.exclude(resident__in=_spared())
    asked: list[str] = []
    for need in needs.select_related("resident").order_by("kind", "resident__ref"):
        if len(asked) == count:
            break
        person = need.resident
        if person.requests.exists() or person.precaution in {"positive", "suspected"}:
            continue
        hour = hours.get(need.shift or "", "") or next(others)
        wish = requests.AccessWish(
            need.kind,
            arrive_at=clock.at_local(clock.local_day(at), hour),
            mobility=person.mobility,
            facility=need.facility_id,
            escorts=int(person.escort_required),
            needs_oxygen=person.needs_oxygen,
            session_min=int((need.session_hours or 1) * 60),
        )
        request = requests.submit(person, wish=wish, by=_staff(person.community_id), at=at)
        asked.append(str(request.case_ref))
    return {"asked": asked + _ask_outpatients(count - len(asked), at)}


def _ask_outpatients(count: int, at: datetime) -> list[str]:
    """Ask for the clinic for others of the area, when those with a treatment are not enough; one after another."""
    hours, asked = cycle(f"{hour:02d}:{minute:02d}" for hour in range(8, 17) for minute in (0, 20, 40)), []
    lying = AccessRequest.objects.open().filter(person_key=OuterRef("person_key"), is_critical=True)
    free = Resident.objects.filter(~Exists(lying), community__dispatch_area=_area())  # 120 fetches them already
    free = free.exclude(precaution__in=["positive", "suspected"])
    known = AccessRequest.objects.count()  # a minute for each: nobody is asked the same way for twice
    for number, person in enumerate(islice(cycle(free.exclude(pk__in=_spared()).order_by("ref")), count), known):
        arrive_at = clock.at_local(clock.local_day(at), next(hours)) + timedelta(seconds=number)
        wish = requests.AccessWish("outpatient", arrive_at=arrive_at, mobility=person.mobility, is_second=True)
        row = requests.submit(person, wish=wish, by=_staff(person.community_id), at=at)
        asked.append(str(row.case_ref))
    return asked


def _spared() -> list[Any]:
    people = Resident.objects.filter(community__dispatch_area=_area()).order_by("ref")
    return list(people.values_list("pk", flat=True)[:SPARED])


def critical(count: int) -> dict[str, Any]:
    """Raise so many emergencies, among people who have asked for nothing."""
    free = Resident.objects.filter(community__dispatch_area=_area(), requests__isnull=True).order_by("ref")
    wish = requests.AccessWish("emergency", is_critical=True)
    made = [requests.submit(row, wish=wish, by=_staff(row.community_id), at=clock.now()) for row in islice(free, count)]
    return {"asked": [str(row.case_ref) for row in made]}


def state() -> dict[str, Any]:
    """Count who is arranged, who waits with a reason, who waits without one, and what is half done."""
    rows = AccessRequest.objects.filter(status="approved")
    out = Trip.objects.live().filter(direction="outbound")
    return {
        "requests": rows.count(),
        "arranged": rows.filter(facts__scheduled_at__isnull=False).count(),
        "unowned": rows.filter(facts__scheduled_at__isnull=True, owner_role="").count(),
        "unseen": rows.filter(facts__scheduled_at__isnull=True, needs_person_reason="").count(),
        "reasons": _counts(rows.filter(facts__scheduled_at__isnull=True).values_list("needs_person_reason", flat=True)),
        "riding": out.count(),
        "runs": [
            {"id": str(run.pk), **{name: getattr(run, name) for name in RUN_FIGURES}}
            for run in PlanningRun.objects.order_by("asked_at")
        ],
    }


def _counts(words: Any) -> dict[str, int]:
    found: dict[str, int] = {}
    for word in words:
        found[word] = found.get(word, 0) + 1
    return found


def morning() -> dict[str, Any]:
    """Set the product's clock to five in the morning of the loaded Tuesday."""
    first = Slot.objects.order_by("starts_at").values_list("starts_at", flat=True).first()
    assert first is not None
    clock.set_offset(clock.at_local(clock.local_day(first), "05:00") + timedelta(seconds=1) - timezone.now())
    return {"now": clock.now().isoformat()}


def _area() -> str:
    return Community.objects.order_by("code").values_list("dispatch_area_id", flat=True)[0]


def _staff(community: str) -> Actor:
    return Actor("user:staff", "林晓", "staff", "community", community, community)


if __name__ == "__main__":
    chosen = {"ask": ask, "critical": critical, "state": state, "morning": morning}[sys.argv[1]]
    sys.stdout.write(json.dumps(chosen(*map(int, sys.argv[2:]))) + "\n")
