"""The numbers a policy decides. The caller fills them from its rulebook; the defaults are our choice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Classes = Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """Limits in minutes, prices in minutes of driving.

    Attributes
    ----------
    ride_limit_min, ride_limits : float, mapping
        Longest time aboard; a need kind or zone class named in `ride_limits` has its own.
    ride_detour, ride_spare_min : float
        A home so far that the direct ride and `ride_spare_min` are longer than the limit may ride for ``ride_detour``
        times the direct ride + 15 min; all others keep to the limit.
    arrive_early_min, arrive_spare_min : float
        Arrive at most this long, and at least this long, before the slot.
    wait_after_ready_min : float
        Longest wait for the way home once ready.
    wait_aboard_min : float
        Longest halt of the vehicle with a patient aboard, boarding apart.
    told_tolerance_min : float
        A stop somebody has been told may move this far without a person's consent (C19).
    merged_classes : mapping
        Classes that policy lets ride together: class -> name of the common group (E18).
    shares_return : bool
        False: a way home has its car to itself, because nobody knows yet when it begins.
    shares_ready_return : bool
        True: who is ready (`ready_min` known) may share the way home all the same, within the class and the wait
        after ready that policy sets.
    early_limits, wait_limits : mapping
        Other limits for a need kind: how early to arrive, how long to wait for the way home.
    wait_after_ready_target_min : float
        The wait that is tried first.
    price_vehicle, price_km, price_minute : float
        Of one more vehicle, one km, one minute of driving.
    price_unserved, price_split_return : float
        Of a leg without a car, of another car for the way home.
    price_unusual_facility, price_facility_rank, price_slot_shift : float
        Of another facility than the usual one, of each rank, of each minute away from the hour asked for.
    facility_choices, slot_choices : int
        How many facilities, and choices of facility and slot, are looked at for each request.
    threads : int
        Of the search.
    returns_apart : bool
        True: whoever goes home shares the car with those alone who go home from the same place.
    """

    ride_limit_min: float = 60.0
    ride_limits: Classes = field(default_factory=dict)
    ride_detour: float = 1.4
    ride_spare_min: float = 5.0
    arrive_early_min: float = 45.0
    arrive_spare_min: float = 5.0
    early_limits: Classes = field(default_factory=dict)
    wait_after_ready_min: float = 60.0
    wait_after_ready_target_min: float = 30.0
    wait_limits: Classes = field(default_factory=dict)
    wait_aboard_min: float = 10.0
    told_tolerance_min: float = 5.0
    merged_classes: Mapping[str, str] = field(default_factory=dict)
    shares_return: bool = True
    shares_ready_return: bool = False
    returns_apart: bool = False

    price_vehicle: float = 15.0
    price_km: float = 0.0
    price_minute: float = 1.0
    price_unserved: float = 1000.0
    price_split_return: float = 4.0
    price_unusual_facility: float = 15.0
    price_slot_shift: float = 0.1
    price_facility_rank: float = 10.0
    facility_choices: int = 8
    slot_choices: int = 40
    threads: int = 2

    def ride_limit(self, limit_min: float, direct_min: float) -> float:
        """Return the longest ride of somebody whose class may ride for `limit_min` and who lives `direct_min` away."""
        is_far = direct_min + self.ride_spare_min > limit_min
        return max(limit_min, self.ride_detour * direct_min + 15.0) if is_far else limit_min

    def merged(self, ride_class: str | None) -> str | None:
        """Return the class that counts for sharing and disinfection: the common group, where policy names one."""
        return None if ride_class is None else self.merged_classes.get(ride_class, ride_class)
