"""Minutes that hand placement allows for: boarding, setting down, disinfection, waiting. Our choice, as no map or
stop watch gives them; the engine uses the same figures."""

from __future__ import annotations

from core.vocabulary import Mobility

ARRIVE_AIM_MIN = 10  # be there this long before the slot
ARRIVE_EARLIEST_MIN = 60  # never set down longer before it than this
PICKUP_LATEST_MIN = 30  # a reserved car home comes within this of being ready (decisions.md C20: target 30)
EXIT_BEFORE_MIN = 60  # a pass opens this long before the pick-up
RETURN_AFTER_H = 6  # … and expects the way home this long after being ready, at the latest

_BOARD_MIN = {"walk": 3, "assisted": 5, "wheelchair": 6, "stretcher": 10}
_LEAVE_MIN = {"walk": 2, "assisted": 4, "wheelchair": 5, "stretcher": 8}
_STAIRS_MIN = 5
_TURN_MIN = {"sealed": 30, "controlled": 10, "precautionary": 5}  # disinfection after each class (E18)


def board_min(mobility: str, has_stairs: bool) -> int:
    """Return the minutes at the pick-up."""
    return _BOARD_MIN.get(mobility, 5) + (_STAIRS_MIN if has_stairs and mobility != Mobility.WALK else 0)


def leave_min(mobility: str) -> int:
    """Return the minutes at the drop-off."""
    return _LEAVE_MIN.get(mobility, 4)


def turn_min(zone_class: str) -> int:
    """Return the minutes of disinfection and turn-round after a ride."""
    return _TURN_MIN.get(zone_class, 10)
