"""Where somebody is instead of at home: while it lasts nothing is made, rung or driven for them (rules.md 4.1, E28)."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from access.states import AbsenceKind
from core.guards import words
from hospitals.models import Intake
from hospitals.states import IntakeStatus


class Absence(models.Model):
    """One stay away of one resident, with who said so and how it ended; the rows are the history."""

    resident = models.ForeignKey("access.Resident", on_delete=models.PROTECT, related_name="absences")
    person_key = models.UUIDField()
    kind = models.CharField(max_length=10, choices=AbsenceKind)
    since = models.DateTimeField()
    until = models.DateField(null=True, blank=True, help_text="Expected back; on this day it ends by itself")
    note = models.CharField(max_length=200, blank=True)
    intake_id = models.UUIDField(
        null=True,
        blank=True,
        unique=True,
        help_text="The arrival at a desk whose end began it; empty: the community's word",
    )
    said_by = models.CharField(max_length=120)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ["-since", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["resident"], condition=Q(ended_at__isnull=True), name="one_open_absence_per_resident"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("since")), name="absence_ends_after_it_began"
            ),
            words("absence", "kind", AbsenceKind),
        ]
        indexes = [
            models.Index(fields=["person_key"], name="absence_open", condition=Q(ended_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.resident_id} {self.kind}"


def present() -> Q:
    """Say of requests that their person is there; a critical one is never kept back (E28, R-000-2)."""
    return Q(is_critical=True) | ~away()


def away() -> Q:
    """Say of anything with a `person_key` that its person died, is in hospital, isolated elsewhere, or away."""
    return Q(person_key__in=absent_keys()) | Q(person_key__in=kept_keys())


def absent_keys() -> QuerySet[Absence, Any]:
    """Select the people with an open absence."""
    return Absence.objects.filter(ended_at__isnull=True).values("person_key")


def kept_keys() -> QuerySet[Intake, Any]:
    """Select the people a desk has just admitted or lost, whom nobody here has taken up yet.

    Read by every maker of requests, so that nothing is made for them from the desk's own commit on, before the relay
    has handed the fact over.
    """
    return not_taken_up().values("person_key")


def not_taken_up() -> QuerySet[Intake]:
    """Return admissions and deaths of known people without their absence, unless they came to a desk again since."""
    taken_up = Absence.objects.filter(intake_id=OuterRef("pk"))
    again = Intake.objects.filter(person_key=OuterRef("person_key"), arrived_at__gt=OuterRef("status_at"))
    kept = Intake.objects.filter(status__in=[IntakeStatus.ADMITTED, IntakeStatus.DIED], person_key__isnull=False)
    return kept.filter(~Exists(taken_up), ~Exists(again))
