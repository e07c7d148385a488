"""Arrivals: the facility where a patient stands owns the patient (R-000-8)."""

from __future__ import annotations

import uuid
from typing import cast
from uuid import UUID

from django.db import models
from django.db.models import Q

from core.actors import Actor
from core.guards import append_only, guarded_status, words
from core.stateful import Stateful
from core.vocabulary import Role
from hospitals.models.appointment import Appointment
from hospitals.states import INSIDE, INTAKE, IntakeStatus, SampleResult


class IntakeQuerySet(models.QuerySet["Intake"]):
    """Questions about arrivals."""

    def inside(self) -> IntakeQuerySet:
        """Patients the facility still has."""
        return self.filter(status__in=INSIDE)

    def where_now(self, case_ref: UUID | None) -> Intake | None:
        """Return the arrival that counts of a case: the newest; whoever was handed on stands at the other house."""
        if case_ref is None:
            return None
        rows = self.filter(case_ref=case_ref).annotate(has_gone=Q(status=IntakeStatus.TRANSFERRED))
        return rows.order_by("has_gone", "-arrived_at").first()

    def visible_to(self, actor: Actor) -> IntakeQuerySet:
        """A desk sees its own facility's."""
        if actor.role in {Role.INTAKE, Role.HOSPADM}:
            return self.filter(facility_id=actor.place_code)
        return self.none()


_OfArrivals = models.Manager.from_queryset(IntakeQuerySet)


class StandingManager(_OfArrivals["Intake"]):
    """Arrivals that count: one that was pressed by mistake and taken back is no fact to anybody."""

    def get_queryset(self) -> IntakeQuerySet:
        """Leave out what was withdrawn."""
        rows = cast("IntakeQuerySet", super().get_queryset())  # which `from_queryset` made it
        return rows.exclude(status=IntakeStatus.WITHDRAWN)


class Intake(Stateful):
    """One arrival. Legal without any booking (INV-29); the hand-over is a stamp with its clock beside it (C17)."""

    MACHINE = INTAKE

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case_ref = models.UUIDField(db_index=True, help_text="The appointment's, or a new one for a walk-in")
    facility = models.ForeignKey("hospitals.Facility", on_delete=models.PROTECT, related_name="intakes")
    appointment = models.ForeignKey("hospitals.Appointment", on_delete=models.PROTECT, null=True, blank=True)
    told_by = models.ForeignKey(
        "hospitals.Appointment",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="The patient card of the house they were handed on from",
    )
    status = models.CharField(max_length=12, choices=IntakeStatus, default=IntakeStatus.ARRIVED)
    status_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)
    label = models.CharField(max_length=60, help_text="Name, or 身份不明 with a mark")
    person_key = models.UUIDField(null=True, blank=True)
    need_kind = models.CharField(max_length=30, blank=True)
    is_critical = models.BooleanField(default=False)
    is_walk_in = models.BooleanField(default=False)
    arrived_at = models.DateTimeField()
    arrived_by = models.CharField(max_length=120, help_text="Who stamped the arrival: desk, driver or door")
    at_door_at = models.DateTimeField(null=True, blank=True, help_text="When the driver said to be at the door")
    at_door_by = models.CharField(max_length=120, blank=True, help_text="Who said so: driver and plate")
    handed_over_at = models.DateTimeField(null=True, blank=True)
    handed_over_by = models.CharField(max_length=120, blank=True)
    treatment_started_at = models.DateTimeField(null=True, blank=True)
    expected_ready_at = models.DateTimeField(null=True, blank=True)
    ready_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.CharField(max_length=80, blank=True, help_text="The facility that accepted a transfer")
    note = models.CharField(max_length=300, blank=True)
    hand_over_due_at = models.DateTimeField(
        null=True, blank=True, help_text="The earlier of door and arrival, and the limit of that time (R-002-3)"
    )
    sample_result = models.CharField(max_length=10, choices=SampleResult, blank=True)
    sample_at = models.DateTimeField(null=True, blank=True, help_text="When the result was written down here")
    late_reported_at = models.DateTimeField(null=True, blank=True, help_text="When the overrun was reported (INV-30)")
    way_home_by = models.CharField(max_length=60, blank=True, help_text="Plate and driver of the ride home")
    way_home_at = models.DateTimeField(null=True, blank=True, help_text="When that ride is expected here")
    left_at = models.DateTimeField(null=True, blank=True, help_text="When the patient left the house for home")

    objects = StandingManager()
    all_rows = IntakeQuerySet.as_manager()

    class Meta:
        ordering = ["arrived_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["case_ref"],
                condition=~Q(status__in=[IntakeStatus.TRANSFERRED, IntakeStatus.WITHDRAWN]),
                name="one_house_has_the_patient",
            ),
            models.CheckConstraint(
                condition=Q(handed_over_at__isnull=True, handed_over_by="")
                | Q(handed_over_at__isnull=False) & ~Q(handed_over_by=""),
                name="hand_over_pair",
            ),
            models.CheckConstraint(
                condition=~Q(status=IntakeStatus.RELEASED) | Q(ready_at__isnull=False), name="released_has_ready_time"
            ),
            models.CheckConstraint(
                condition=~Q(status=IntakeStatus.TRANSFERRED) | ~Q(accepted_by=""), name="transfer_needs_acceptance"
            ),
            words("intake", "status", IntakeStatus),
            words("intake", "sample_result", SampleResult, may_be_blank=True),
        ]
        indexes = [models.Index(fields=["facility", "status"], name="intake_desk")]
        triggers = guarded_status(INTAKE)

    def __str__(self) -> str:
        return f"{self.label} {self.status}"

    @property
    def card(self) -> Appointment | None:
        """The patient card: of the booking here, or of the house they were handed on from."""
        return self.appointment or self.told_by


class OverloadReport(models.Model):
    """A desk that cannot cope says so; the patient stays its own (C17)."""

    facility = models.ForeignKey("hospitals.Facility", on_delete=models.PROTECT, related_name="overloads")
    missing = models.CharField(max_length=20, help_text="staff, bed, equipment or specialty")
    doing_now = models.CharField(max_length=300)
    intake = models.ForeignKey(Intake, on_delete=models.PROTECT, null=True, blank=True)
    reported_at = models.DateTimeField()
    reported_by = models.CharField(max_length=120)

    class Meta:
        ordering = ["-reported_at"]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.facility_id} {self.missing}"
