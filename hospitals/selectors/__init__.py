"""Questions about facilities, places, arrivals."""

from hospitals.selectors.capacity import bookable_slots, receiving_facilities, services_of, slots_of_day
from hospitals.selectors.desk import arrival_of, day_of, patient_of
from hospitals.selectors.desk_rows import DeskDay
from hospitals.selectors.limits import limits
from hospitals.selectors.own import (
    appointment_for,
    appointments_by_pass,
    appointments_by_words,
    arrived_with,
    facility_for,
    intake_for,
    service_for,
    slot_for,
)
from hospitals.selectors.steps import allowed_steps, can_undo, last_step
from hospitals.selectors.transfers import (
    Handing,
    handing_of,
    houses_for,
    open_transfers,
    transfer_for,
    transfer_of,
    transfers_for,
    unanswered,
)

__all__ = [
    "DeskDay",
    "Handing",
    "allowed_steps",
    "appointment_for",
    "appointments_by_pass",
    "appointments_by_words",
    "arrival_of",
    "arrived_with",
    "bookable_slots",
    "can_undo",
    "day_of",
    "facility_for",
    "handing_of",
    "houses_for",
    "intake_for",
    "last_step",
    "limits",
    "open_transfers",
    "patient_of",
    "receiving_facilities",
    "service_for",
    "services_of",
    "slot_for",
    "slots_of_day",
    "transfer_for",
    "transfer_of",
    "transfers_for",
    "unanswered",
]
