"""What calls promise: each has an owner, and none waits past its climb."""

from core.invariants import Invariant

INVARIANTS = [
    Invariant(
        "calls_without_owner",
        "every call for help has an owner, and one that nobody takes up climbs in its minutes",
        "SELECT kind || ' ' || subject FROM calls_opencall WHERE status <> 'ended' AND"
        " (owner_role = '' OR owner_place = '' OR owner_label = ''"
        " OR status = 'open' AND climbs_at < clock_timestamp() + make_interval(secs =>"
        " coalesce((SELECT seconds FROM core_clockoffset LIMIT 1), 0)) - interval '5 minutes')",
    ),
]
