"""What has to be cleaned out of a car before the next class boards (E18)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from dispatch.problem_fleet import _class_after
from transport.models import Run

NOW = datetime(2022, 6, 28, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("run", "left"),
    [
        (Run(zone_class="sealed"), None),  # its disinfection is in its own time: nobody waits for it twice
        (Run(zone_class="sealed", infection_class="positive"), "sealed/positive"),
        (Run(zone_class="controlled", soiled_as="controlled/positive"), "controlled/positive"),
        (Run(zone_class="sealed", infection_class="positive", cleaned_after_at=NOW), None),
        (None, None),
    ],
)
def test_only_what_needs_a_tick_is_left_in_a_car(run: Run | None, left: str | None) -> None:
    assert _class_after(run) == left
