"""What has to be cleaned out of a car before the next class boards (E18)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from dispatch.planning.fleet import _class_after
from transport.models import Run
from transport.states import RunStatus

NOW = datetime(2022, 6, 28, 2, tzinfo=UTC)
OVER = {"status": RunStatus.COMPLETED, "zone_class": "sealed"}


def over_for(minutes: int, **changes: str) -> Run:
    """Return an outing in a sealed zone that was over so long ago."""
    return Run(**OVER | changes, status_at=NOW - timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("run", "left"),
    [
        (over_for(30), None),  # half an hour is what its disinfection takes: nobody waits for it twice
        (over_for(29), "sealed"),  # it ended late: its disinfection is still to come
        (over_for(90, status=RunStatus.UNDER_WAY), "sealed"),
        (over_for(90, infection_class="positive"), "sealed/positive"),  # standing about does not clean a car
        (over_for(90, soiled_as="controlled/positive"), "controlled/positive"),
        (Run(**OVER, infection_class="positive", status_at=NOW, cleaned_after_at=NOW), None),
        (None, None),
    ],
)
def test_a_car_is_clean_when_it_was_disinfected_or_stood_long_enough(run: Run | None, left: str | None) -> None:
    assert _class_after(run, NOW) == left
