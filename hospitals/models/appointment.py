"""A patient's place in a slot."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from core.actors import Actor
from core.guards import guarded_status, words
from core.sealed import SealedField, sealed
from core.stateful import Stateful
from core.vocabulary import Role
from hospitals.states import APPOINTMENT, AppointmentStatus, MachineClass


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    """Questions about appointments."""

    def live(self) -> AppointmentQuerySet:
        """Appointments that hold a place."""
        return self.filter(status__in=LIVE)

    def visible_to(self, actor: Actor) -> AppointmentQuerySet:
        """A desk sees its own facility's."""
        if actor.role in {Role.INTAKE, Role.HOSPADM}:
            return self.filter(facility_id=actor.place_code)
        return self.none()


LIVE = (AppointmentStatus.PROPOSED, AppointmentStatus.BOOKED, AppointmentStatus.ARRIVED, AppointmentStatus.FULFILLED)


class Appointment(Stateful):
    """One booking, with the patient card the desk needs and what dispatch says about the ride."""

    MACHINE = APPOINTMENT

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case_ref = models.UUIDField(db_index=True)
    slot = models.ForeignKey("hospitals.Slot", on_delete=models.PROTECT, related_name="appointments")
    facility = models.ForeignKey("hospitals.Facility", on_delete=models.PROTECT, related_name="appointments")
    status = models.CharField(max_length=9, choices=AppointmentStatus, default=AppointmentStatus.BOOKED)
    status_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)
    # the patient card
    person_key = models.UUIDField()
    name = models.CharField(max_length=60)
    sex = models.CharField(max_length=1, blank=True)
    birth_date = models.DateField(null=True, blank=True)
    id_last4 = models.CharField(max_length=4, blank=True)
    phone_sealed = SealedField()
    need_kind = models.CharField(max_length=30)
    mobility = models.CharField(max_length=10)
    needs_oxygen = models.BooleanField(default=False)
    party_size = models.PositiveSmallIntegerField(default=1)
    zone_class = models.CharField(max_length=13, blank=True)
    precaution = models.CharField(max_length=10, blank=True, db_column="infection_flag")
    machine_class = models.CharField(
        max_length=10,
        choices=MachineClass,
        blank=True,
        default="",
        db_default="",
        help_text="Takes one of its machines (E20)",
    )
    last_test_at = models.DateTimeField(null=True, blank=True)
    is_critical = models.BooleanField(default=False)
    # what dispatch says about the ride (decisions.md A2)
    expected_at = models.DateTimeField(null=True, blank=True)
    carried_by = models.CharField(max_length=60, blank=True, help_text="Plate and driver")
    # what the driver says: a fact, while the desk has not yet confirmed the arrival
    at_door_at = models.DateTimeField(
        null=True, blank=True, help_text="When the car stood at the door with the patient"
    )
    at_door_by = models.CharField(max_length=120, blank=True, help_text="Who said so: driver and plate")

    phone = sealed("phone_sealed")
    objects = AppointmentQuerySet.as_manager()

    class Meta:
        ordering = ["slot__starts_at", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["case_ref"],
                condition=Q(
                    status__in=[
                        AppointmentStatus.PROPOSED,
                        AppointmentStatus.BOOKED,
                        AppointmentStatus.ARRIVED,
                        AppointmentStatus.FULFILLED,
                    ]
                ),
                name="one_live_appointment_per_case",
            ),
            words("appointment", "status", AppointmentStatus),
            words("appointment", "machine_class", MachineClass, may_be_blank=True),
        ]
        indexes = [
            models.Index(fields=["facility", "status", "expected_at"], name="appointment_desk"),
            models.Index(
                fields=["at_door_at"],
                condition=Q(
                    at_door_at__isnull=False, status__in=[AppointmentStatus.PROPOSED, AppointmentStatus.BOOKED]
                ),
                name="appointment_at_door",
            ),
        ]
        triggers = guarded_status(APPOINTMENT)

    def __str__(self) -> str:
        return f"{self.case_ref} {self.status}"
