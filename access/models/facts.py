"""The facts of every case, and who is out: database views, so nothing is ever written here (decisions.md C16).

What they say stands in `access/sql/facts.sql` and `access/sql/outside.sql`.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q, QuerySet

from access.journey import Facts
from core.actors import Actor
from core.divisions import division_prefix
from core.vocabulary import Role
from hospitals.models import Appointment, Intake
from transport.models import Trip


class KnownFacts(models.Model):
    """The columns of `journey.Facts`, each the time when it happened."""

    submitted_at = models.DateTimeField(null=True)
    approved_at = models.DateTimeField(null=True)
    booked_at = models.DateTimeField(null=True)
    scheduled_at = models.DateTimeField(null=True)
    exited_at = models.DateTimeField(null=True)
    boarded_at = models.DateTimeField(null=True)
    dropped_at = models.DateTimeField(null=True)
    arrived_at = models.DateTimeField(null=True)
    handed_over_at = models.DateTimeField(null=True)
    treatment_at = models.DateTimeField(null=True)
    ready_at = models.DateTimeField(null=True)
    kept_at = models.DateTimeField(null=True)
    back_ride_at = models.DateTimeField(null=True)
    boarded_back_at = models.DateTimeField(null=True)
    dropped_home_at = models.DateTimeField(null=True)
    entered_at = models.DateTimeField(null=True)
    home_marked_at = models.DateTimeField(null=True)
    hand_closed_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True

    def as_facts(self) -> Facts:
        """Return the facts as plain data."""
        return Facts(**{field.name: getattr(self, field.name) for field in KnownFacts._meta.fields})


class CaseFacts(KnownFacts):
    """One request's facts: the SQL twin of `journey`."""

    request = models.OneToOneField(
        "access.AccessRequest", on_delete=models.DO_NOTHING, primary_key=True, related_name="facts"
    )
    stage = models.CharField(max_length=12)
    is_out = models.BooleanField()

    class Meta:
        managed = False
        db_table = "access_facts"

    def __str__(self) -> str:
        return f"{self.request_id} {self.stage}"


class OutsideQuerySet(models.QuerySet["Outside"]):
    """Questions about people out."""

    def visible_to(self, actor: Actor) -> QuerySet[Outside]:
        """Each post sees the people of its own place: compound, area, facility, own runs, division."""
        if actor.role in {Role.STAFF, Role.LEAD, Role.GUARD}:
            return self.filter(community_id=actor.place_code[:12])
        if actor.role == Role.DISPATCH:
            return self.filter(dispatch_area=actor.place_code)
        if actor.role in {Role.INTAKE, Role.HOSPADM}:
            own = Intake.objects.visible_to(actor).values("case_ref")
            coming = Appointment.objects.visible_to(actor).live().values("case_ref")
            return self.filter(Q(case_ref__in=own) | Q(case_ref__in=coming))
        if actor.role == Role.DRIVER:
            return self.filter(case_ref__in=Trip.objects.visible_to(actor).values("case_ref"))
        if actor.role == Role.COMMAND:
            return self.filter(
                Q(community__code__startswith=division_prefix(actor.place_code))
                | Q(community__isnull=True, facility__division_code__startswith=division_prefix(actor.place_code))
            )
        return self.none()


class Outside(KnownFacts):
    """One person, or one party, out of the compound: of a request, or seen at a gate or desk and not yet taken up."""

    case_ref = models.UUIDField(primary_key=True)
    request = models.ForeignKey(
        "access.AccessRequest", on_delete=models.DO_NOTHING, null=True, related_name="+", db_constraint=False
    )
    community = models.ForeignKey("communities.Community", on_delete=models.DO_NOTHING, null=True, related_name="+")
    facility = models.ForeignKey("hospitals.Facility", on_delete=models.DO_NOTHING, null=True, related_name="+")
    dispatch_area = models.CharField(max_length=20)
    name = models.CharField(max_length=60)
    building = models.CharField(max_length=40)
    zone_class = models.CharField(max_length=13)
    mode = models.CharField(max_length=9)
    is_critical = models.BooleanField()

    objects = OutsideQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "access_outside"

    def __str__(self) -> str:
        return f"{self.case_ref} {self.name}"
