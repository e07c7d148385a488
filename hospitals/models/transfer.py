"""A patient on the way from one house to another: asked, accepted, received (R-000-8, 4.6)."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import models
from django.db.models import Q

from communities.models import DispatchAreaDivision
from core.actors import Actor
from core.divisions import division_prefix
from core.guards import guarded_status, words
from core.stateful import Stateful
from core.vocabulary import Role
from hospitals.models.facility import Facility
from hospitals.states import TRANSFER, TRANSFER_OPEN, TransferReason, TransferStatus

RECORD_ROLES = ("dispatch", "command")  # who also may write down what a house said, in their district


class TransferQuerySet(models.QuerySet["TransferRequest"]):
    """Questions about patients handed on."""

    def open(self) -> TransferQuerySet:
        """Asked for or accepted, and not yet received."""
        return self.filter(status__in=TRANSFER_OPEN)

    def visible_to(self, actor: Actor) -> TransferQuerySet:
        """Both desks see it, and who dispatches or commands where one of them lies."""
        if actor.role == Role.INTAKE:
            return self.filter(Q(facility_id=actor.place_code) | Q(intake__facility_id=actor.place_code))
        if actor.role not in RECORD_ROLES:
            return self.none()
        mine = Facility.objects.filter(in_charge(actor))
        return self.filter(Q(facility__in=mine) | Q(intake__facility__in=mine))


def in_charge(actor: Actor) -> Q:
    """Select the houses of a dispatcher's area, or of a command post's division."""
    if actor.role == Role.DISPATCH:
        districts = DispatchAreaDivision.objects.filter(area=actor.place_code).values("district_code")
        return Q(division_code__in=districts)
    return Q(division_code__startswith=division_prefix(actor.place_code)) if actor.place_code else Q(pk__in=[])


class TransferRequest(Stateful):
    """One house asks another to take a patient over; until that one has received, the patient is the first's own."""

    MACHINE = TRANSFER

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case_ref = models.UUIDField(db_index=True)
    intake = models.ForeignKey(
        "hospitals.Intake", on_delete=models.PROTECT, related_name="transfers", help_text="The arrival at who asks"
    )
    facility = models.ForeignKey(
        "hospitals.Facility", on_delete=models.PROTECT, related_name="transfers_asked", help_text="Who is asked"
    )
    follows = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, help_text="What the house asked before passed on"
    )
    status = models.CharField(max_length=9, choices=TransferStatus, default=TransferStatus.ASKED)
    status_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)
    reason = models.CharField(max_length=10, choices=TransferReason)
    note = models.CharField(max_length=300, blank=True)
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=120)
    accepted_name = models.CharField(max_length=30, blank=True, help_text="Who there takes the patient")
    is_by_phone = models.BooleanField(default=False, help_text="Written down by who asked, as heard on the telephone")
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.CharField(max_length=120, blank=True, help_text="Who wrote the answer down")
    # what dispatch says about the ride
    expected_at = models.DateTimeField(null=True, blank=True)
    carried_by = models.CharField(max_length=60, blank=True, help_text="Plate and driver")
    left_at = models.DateTimeField(null=True, blank=True, help_text="When the patient was in the car")
    at_door_at = models.DateTimeField(null=True, blank=True, help_text="When the car stood at the door of who is asked")
    at_door_by = models.CharField(max_length=120, blank=True, db_default="", help_text="Who said so: driver and plate")
    received = models.OneToOneField(
        "hospitals.Intake", on_delete=models.PROTECT, null=True, blank=True, related_name="came_by"
    )

    objects = TransferQuerySet.as_manager()

    class Meta:
        ordering = ["asked_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["case_ref"],
                condition=Q(status__in=[each.value for each in TRANSFER_OPEN]),
                name="one_open_transfer_per_case",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[TransferStatus.ACCEPTED, TransferStatus.RECEIVED]) | ~Q(accepted_name=""),
                name="accepted_transfer_has_name",
            ),
            words("transfer", "status", TransferStatus),
            words("transfer", "reason", TransferReason),
        ]
        indexes = [models.Index(fields=["facility", "status"], name="transfer_desk")]
        triggers = guarded_status(TRANSFER)

    def __str__(self) -> str:
        return f"{self.case_ref} → {self.facility_id} {self.status}"

    @property
    def door_subject(self) -> str:
        """Name the call for help about whoever stands at the door and is not received."""
        return f"transfer:{self.pk}"

    def minutes_since(self, at: datetime) -> int:
        """Return for how many minutes it has been asked for."""
        return max(0, int((at - self.asked_at).total_seconds() // 60))
