"""Facilities, services, slots, appointments, intake."""

from hospitals.models.appointment import Appointment
from hospitals.models.facility import Facility
from hospitals.models.intake import Intake, OverloadReport
from hospitals.models.service import Service, Slot
from hospitals.models.transfer import TransferRequest

__all__ = ["Appointment", "Facility", "Intake", "OverloadReport", "Service", "Slot", "TransferRequest"]
