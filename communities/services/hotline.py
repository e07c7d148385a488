"""The number people of a place ring: the rulebook's, by scope; kept for a minute, since every page shows it."""

from __future__ import annotations

from datetime import datetime

from communities.models import DispatchArea
from communities.services import rulebook
from communities.services.rulebook import kept, last_kept

KEY = "hotline.volunteer_fleet"


def of_place(place: str, *, at: datetime) -> str:
    """Return the number of a place by its division code; "" where there is none."""
    return kept(f"place {place}", lambda: str(rulebook.value(KEY, place=place, at=at).value))


def of_area(area: str, *, at: datetime) -> str:
    """Return the number of a dispatch area."""
    return kept(f"area {area}", lambda: of_place(_city_of(area), at=at))


def of_installation(*, at: datetime) -> str:
    """Return the number for whoever has not signed in: of the one city that lives here, "" where several do."""
    return kept("installation", lambda: of_place(_only_city(), at=at))


def last_known() -> str:
    """Return the installation's number without asking the database, which may be away; "" when nobody has asked yet."""
    return last_kept("installation")


def _city_of(area: str) -> str:
    return DispatchArea.objects.filter(pk=area).values_list("city_code", flat=True).first() or ""


def _only_city() -> str:
    cities = list(DispatchArea.objects.order_by().values_list("city_code", flat=True).distinct()[:2])
    return cities[0] if len(cities) == 1 else ""
