"""Questions about facilities, places, arrivals."""

from hospitals.selectors.capacity import bookable_slots, receiving_facilities, services_of, slots_of_day
from hospitals.selectors.limits import limits

__all__ = ["bookable_slots", "limits", "receiving_facilities", "services_of", "slots_of_day"]
