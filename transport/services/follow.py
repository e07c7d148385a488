"""Which live pages follow a change of rides."""

from __future__ import annotations

from collections.abc import Iterable

from core import boards
from transport.models import Run, Trip

_WITH_PAGES = ("community", "facility")


def touch(trips: Iterable[Trip], run: Run | None = None) -> None:
    """Raise the numbers of the pages that show these trips and this run, in the caller's transaction."""
    names = {f"driver:{run.driver_id}"} if run else set()
    for trip in trips:
        names.add(f"area:{trip.dispatch_area}")
        ends = ((trip.from_kind, trip.from_code), (trip.to_kind, trip.to_code))
        names |= {f"{kind}:{code}" for kind, code in ends if kind in _WITH_PAGES and code}
    boards.touch(*names)
