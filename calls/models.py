"""One call for help: what it is about, who owns it, who has taken it up, how it ended."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from calls.states import CALL, LIVE, CallKind, CallStatus
from core.actors import Actor
from core.divisions import division_prefix
from core.guards import guarded_status, words
from core.stateful import Stateful
from core.vocabulary import Role


class CallQuerySet(models.QuerySet["OpenCall"]):
    """Questions about calls."""

    def live(self) -> CallQuerySet:
        """Calls nobody has ended."""
        return self.filter(status__in=LIVE)

    def visible_to(self, actor: Actor) -> CallQuerySet:
        """Each post sees the calls of its own place; a guard and a driver those their own post raised."""
        if actor.role in {Role.STAFF, Role.LEAD}:
            return self.filter(community_code=actor.place_code)
        if actor.role == Role.DISPATCH:
            return self.filter(dispatch_area=actor.place_code)
        if actor.role == Role.COMMAND:
            return self.filter(division_code__startswith=division_prefix(actor.place_code))
        if actor.role in {Role.INTAKE, Role.HOSPADM}:
            return self.filter(facility_code=actor.place_code)
        if actor.role in {Role.GUARD, Role.DRIVER}:
            return self.filter(raised_role=actor.role, raised_place=actor.place_code)
        return self.none()


class OpenCall(Stateful):
    """A call for help. It has an owner from its first moment, and ends only by a person's word or by the fact itself.

    `subject` names what it is about (a case, a stop, a facility, an area), so that the same trouble is one call while
    it lasts. The owner is a post; unanswered, the call climbs along `chain` by the minutes of the rulebook (R-000-17).
    Words here are read by dispatch, command and communities alike: a title and a building, never an illness.
    """

    MACHINE = CALL

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=24, choices=CallKind)
    subject = models.CharField(max_length=80)
    status = models.CharField(max_length=5, choices=CallStatus, default=CallStatus.OPEN)
    status_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)
    case_ref = models.UUIDField(null=True, blank=True, db_index=True)
    who = models.CharField(max_length=60, blank=True, help_text="王阿姨 3号楼, or how a stranger is told apart")
    place = models.CharField(max_length=160, blank=True, help_text="Where help is to go")
    note = models.CharField(max_length=300, blank=True)
    phone = models.CharField(max_length=20, blank=True, help_text="Of a post or a house, never of a patient")
    since = models.DateTimeField()
    is_loud = models.BooleanField(default=False, help_text="A life hangs on it: it sounds")
    # who raised it
    raised_key = models.CharField(max_length=80)
    raised_by = models.CharField(max_length=120)
    raised_role = models.CharField(max_length=10, blank=True)
    raised_place = models.CharField(max_length=40, blank=True)
    # whose it is, and whose it will be
    owner_role = models.CharField(max_length=10)
    owner_place = models.CharField(max_length=40)
    owner_label = models.CharField(max_length=120)
    chain = models.JSONField(default=list, help_text="The owners in turn: role, place, label, minutes until it climbs")
    level = models.PositiveSmallIntegerField(default=0)
    climbs_at = models.DateTimeField(null=True, blank=True)
    climbed_at = models.DateTimeField(null=True, blank=True)
    # whose screens show it
    community_code = models.CharField(max_length=12, blank=True)
    dispatch_area = models.CharField(max_length=20, blank=True)
    division_code = models.CharField(max_length=12, blank=True)
    facility_code = models.CharField(max_length=20, blank=True)
    # who has it in hand, and how it ended
    taken_at = models.DateTimeField(null=True, blank=True)
    taken_key = models.CharField(max_length=80, blank=True)
    taken_by = models.CharField(max_length=120, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_key = models.CharField(max_length=80, blank=True, db_default="")
    ended_by = models.CharField(max_length=120, blank=True)
    ended_words = models.CharField(max_length=300, blank=True)

    objects = CallQuerySet.as_manager()

    class Meta:
        ordering = ["since", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject"], condition=~Q(status=CallStatus.ENDED), name="one_live_call_per_subject"
            ),
            models.CheckConstraint(
                condition=~Q(owner_role="") & ~Q(owner_place="") & ~Q(owner_label=""), name="call_has_owner"
            ),
            models.CheckConstraint(
                condition=Q(status=CallStatus.ENDED, ended_at__isnull=False) & ~Q(ended_words="")
                | ~Q(status=CallStatus.ENDED) & Q(ended_at__isnull=True),
                name="ended_call_says_how",
            ),
            models.CheckConstraint(
                condition=~Q(status=CallStatus.TAKEN) | ~Q(taken_by=""), name="taken_call_names_who"
            ),
            words("call", "kind", CallKind),
            words("call", "status", CallStatus),
        ]
        indexes = [
            models.Index(fields=["dispatch_area", "since"], name="call_area", condition=~Q(status=CallStatus.ENDED)),
            models.Index(fields=["climbs_at"], name="call_climb", condition=Q(status=CallStatus.OPEN)),
        ]
        triggers = guarded_status(CALL)

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"

    @property
    def boards(self) -> list[str]:
        """Name the live boards that show it."""
        places = (
            ("community", self.community_code),
            ("area", self.dispatch_area),
            ("facility", self.facility_code),
            (self.raised_role, self.raised_place),
        )
        return [f"calls:{kind}:{code}" for kind, code in places if kind and code]
