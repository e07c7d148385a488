"""Gate passes."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import models
from django.db.models import F, Q

from communities.states import GATE_PASS, PassStatus
from core.actors import Actor
from core.guards import guarded_status, words
from core.stateful import Stateful
from core.vocabulary import Role


class GatePassQuerySet(models.QuerySet["GatePass"]):
    """Questions about passes."""

    def issued(self) -> GatePassQuerySet:
        """Passes nobody voided."""
        return self.filter(status=PassStatus.ISSUED)

    def expected_on(self, start: datetime, end: datetime) -> GatePassQuerySet:
        """Issued passes whose exit window meets [start, end)."""
        return self.issued().filter(exit_from__lt=end, exit_until__gte=start)

    def visible_to(self, actor: Actor) -> GatePassQuerySet:
        """A guard's own compound (gate codes begin with the community's), a community's own passes."""
        if actor.role in {Role.GUARD, Role.STAFF, Role.LEAD}:
            return self.filter(community_id=actor.place_code[:12])
        return self.none()


class GatePass(Stateful):
    """The right of one party to leave and to come home (R-000-5, R-002-2a).

    The right to leave has a window; the right to come home never ends (INV-19).
    """

    MACHINE = GATE_PASS

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case_ref = models.UUIDField(db_index=True)
    person_key = models.UUIDField()
    community = models.ForeignKey("communities.Community", on_delete=models.PROTECT, related_name="passes")
    number = models.CharField(max_length=20, help_text="What people read: 0628-0417")
    number_day = models.DateField(
        null=True, blank=True, help_text="The day its number counts in; empty: issued before numbers were held"
    )
    pass_id = models.BinaryField(max_length=12, help_text="12 random bytes inside the signed code")
    short_code = models.CharField(max_length=10, unique=True)
    holder = models.CharField(max_length=20, help_text="Masked: 王＊＊")
    building = models.CharField(max_length=40, blank=True)
    party_size = models.PositiveSmallIntegerField(default=1)
    has_escort = models.BooleanField(default=False)
    is_emergency = models.BooleanField(default=False)
    person_code = models.CharField(max_length=4, help_text="Asked by the guard, known to the holder")
    plate = models.CharField(max_length=20, blank=True)
    exit_from = models.DateTimeField()
    exit_until = models.DateTimeField()
    back_expected_at = models.DateTimeField(null=True, blank=True)
    key_id = models.PositiveIntegerField(default=1)
    token = models.TextField(help_text="The signed text inside the QR code")
    status = models.CharField(max_length=8, choices=PassStatus, default=PassStatus.ISSUED)
    status_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)
    issued_at = models.DateTimeField()

    objects = GatePassQuerySet.as_manager()

    class Meta:
        ordering = ["exit_from", "number"]
        constraints = [
            models.CheckConstraint(condition=Q(exit_until__gt=F("exit_from")), name="pass_window_order"),
            models.UniqueConstraint(
                fields=["case_ref"], condition=Q(status=PassStatus.ISSUED), name="one_issued_pass_per_case"
            ),
            models.UniqueConstraint(fields=["pass_id"], name="pass_id_once"),
            models.UniqueConstraint(
                fields=["community", "number_day", "number"],
                condition=Q(number_day__isnull=False),
                name="pass_number_once",
            ),
            words("pass", "status", PassStatus),
        ]
        indexes = [models.Index(fields=["community", "exit_from"], name="pass_community_day")]
        triggers = guarded_status(GATE_PASS)

    def __str__(self) -> str:
        return self.number
