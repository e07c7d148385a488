"""Access requests, and the few facts of a journey that no supplier owns."""

from __future__ import annotations

import uuid

import pgtrigger
from django.db import models
from django.db.models import F, Q

from access.models.absence import present
from access.states import (
    REQUEST,
    CancelReason,
    CloseOutcome,
    NotGoneReason,
    RequestStatus,
    StopReason,
    TransportMode,
)
from core.actors import Actor
from core.divisions import division_prefix
from core.guards import guarded_status, words
from core.sealed import SealedField, sealed
from core.stateful import Stateful
from core.vocabulary import Mobility, NeedKind, Role
from hospitals.cards import CRITICAL_SERVICES

OPEN = (RequestStatus.SUBMITTED, RequestStatus.TRIAGED, RequestStatus.APPROVED, RequestStatus.UNMET)


def number_cases() -> pgtrigger.Trigger:
    """Make the trigger that numbers a new case MMDD-NNNN, by the day it was asked for in China.

    The count is taken in the same statement as the row, so two writers never get one number, and it runs on from
    year to year, so a number never comes twice.
    """
    return pgtrigger.Trigger(
        name="number_cases",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert,
        condition=pgtrigger.Q(new__number=""),
        declare=[("taken", "integer"), ("on_day", "text")],
        func="""
            on_day := to_char(NEW.submitted_at AT TIME ZONE 'Asia/Shanghai', 'MMDD');
            INSERT INTO access_casecounter (day, last) VALUES (on_day, 1)
                ON CONFLICT (day) DO UPDATE SET last = access_casecounter.last + 1 RETURNING last INTO taken;
            NEW.number := on_day || '-' || lpad(taken::text, greatest(4, length(taken::text)), '0');
            RETURN NEW;
        """,
    )


class CaseCounter(models.Model):
    """How many cases were numbered on a day of the year."""

    day = models.CharField(max_length=4, primary_key=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.day} {self.last}"


class RequestQuerySet(models.QuerySet["AccessRequest"]):
    """Questions about requests."""

    def open(self) -> RequestQuerySet:
        """Requests something is still to be done for."""
        return self.filter(status__in=OPEN)

    def for_present(self) -> RequestQuerySet:
        """Leave out wishes of people who died, are in hospital or elsewhere; a critical one never (E28, R-000-2)."""
        return self.filter(present())

    def visible_to(self, actor: Actor) -> RequestQuerySet:
        """A community's own; dispatch its area's; command its division's. A desk reads its own appointments instead."""
        if actor.role in {Role.STAFF, Role.LEAD}:
            return self.filter(community_id=actor.place_code)
        if actor.role == Role.DISPATCH:
            return self.filter(dispatch_area=actor.place_code)
        if actor.role == Role.COMMAND:
            inside = division_prefix(actor.place_code)
            stranger = Q(community__isnull=True, facility__division_code__startswith=inside)
            return self.filter(Q(community__code__startswith=inside) | stranger)
        return self.none()


class AccessRequest(Stateful):
    """One wish to get to care and home again. `case_ref` follows it by value into every supplier."""

    MACHINE = REQUEST

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case_ref = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    number = models.CharField(
        max_length=12, unique=True, db_default="", help_text="What people read: 0628-0417; the database counts it"
    )
    resident = models.ForeignKey(
        "access.Resident",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="requests",
        help_text="Empty for a stranger at a gate or desk until somebody says who it is",
    )
    person_key = models.UUIDField()
    community = models.ForeignKey(
        "communities.Community",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="requests",
        help_text="Empty for a stranger at a desk until somebody says where home is",
    )
    dispatch_area = models.CharField(max_length=20)
    need_kind = models.CharField(max_length=30, choices=NeedKind)
    service_kind = models.CharField(max_length=30)
    status = models.CharField(max_length=17, choices=RequestStatus, default=RequestStatus.SUBMITTED)
    status_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)
    is_critical = models.BooleanField(default=False, help_text="急危重症: outranks everything (R-000-2)")
    critical_at = models.DateTimeField(null=True, blank=True, help_text="Since when; C7 counts from here")
    critical_by = models.CharField(max_length=80, blank=True, help_text="Who pressed, who may take it back at once")
    before_critical = models.JSONField(
        default=dict, blank=True, help_text="The ordinary way it had or was asked for; empty: there was none"
    )
    mode = models.CharField(max_length=9, choices=TransportMode, default=TransportMode.VEHICLE)
    arrive_at = models.DateTimeField(
        null=True, blank=True, help_text="When to be at the hospital; empty: as soon as possible"
    )
    session_min = models.PositiveSmallIntegerField(default=60, help_text="Expected minutes of treatment")
    facility = models.ForeignKey(
        "hospitals.Facility", on_delete=models.PROTECT, null=True, blank=True, help_text="Usual or asked-for facility"
    )
    mobility = models.CharField(max_length=10, choices=Mobility, default=Mobility.WALK)
    needs_oxygen = models.BooleanField(default=False)
    has_stairs = models.BooleanField(default=False)
    escorts = models.PositiveSmallIntegerField(default=0)
    zone_class = models.CharField(max_length=13, help_text="Of the building, when asked")
    name = models.CharField(max_length=60, help_text="Of the patient, or what is known of a stranger")
    # of a stranger, until somebody says who it is
    mark = models.CharField(
        max_length=60, blank=True, help_text="How a stranger is told apart: 身份不明 甲 · 11:32 · 南门"
    )
    looks = models.CharField(max_length=40, blank=True, help_text="男 约60岁 红衣")
    home_words = models.CharField(max_length=60, blank=True, help_text="Where in the compound to bring them")
    note_sealed = SealedField()
    source = models.CharField(max_length=12, default="community", help_text="community, gate, desk, hotline, standing")
    submitted_at = models.DateTimeField()
    submitted_by = models.CharField(max_length=120)
    approved_at = models.DateTimeField(null=True, blank=True)
    passes_at = models.DateTimeField(
        null=True, blank=True, help_text="When it passes by itself, the community staying silent (approval.silent_min)"
    )
    # who looks after it, and when somebody must look again (INV-12, INV-13)
    owner_role = models.CharField(max_length=10, default="dispatch")
    owner_place = models.CharField(max_length=40, blank=True)
    next_check_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    needs_person_reason = models.CharField(max_length=60, blank=True)
    needs_person_detail = models.JSONField(
        default=dict, blank=True, help_text="What barred it and the nearest change that would help: codes and figures"
    )
    try_again_at = models.DateTimeField(
        null=True, blank=True, help_text="The engine passes it over until then; empty: it is looked at by the next plan"
    )
    # how it ended
    outcome = models.CharField(max_length=12, choices=CloseOutcome, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    cancel_reason = models.CharField(max_length=10, choices=[*CancelReason.choices, *StopReason.choices], blank=True)

    # 没有去, said after the planned time; it closes the request unless it is taken back within minutes
    not_gone_at = models.DateTimeField(null=True, blank=True)
    not_gone_reason = models.CharField(max_length=10, choices=NotGoneReason, blank=True, db_default="")

    note = sealed("note_sealed")
    objects = RequestQuerySet.as_manager()

    class Meta:
        ordering = [F("arrive_at").asc(nulls_first=True), "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(status__in=[s.value for s in OPEN]) | Q(next_check_at__isnull=False),
                name="open_request_is_checked_again",
            ),
            models.CheckConstraint(
                condition=Q(status=RequestStatus.CLOSED, closed_at__isnull=False) & ~Q(outcome="")
                | ~Q(status=RequestStatus.CLOSED) & Q(closed_at__isnull=True, outcome=""),
                name="closed_has_outcome",
            ),
            models.UniqueConstraint(
                fields=["person_key"],
                condition=Q(is_critical=True, status__in=[s.value for s in OPEN]),
                name="one_critical_way_per_person",
            ),
            words("request", "need_kind", NeedKind),
            words("request", "status", RequestStatus),
            words("request", "mode", TransportMode),
            words("request", "mobility", Mobility),
            words("request", "outcome", CloseOutcome, may_be_blank=True),
            words("request", "cancel_reason", CancelReason, StopReason, may_be_blank=True),
            words("request", "not_gone_reason", NotGoneReason, may_be_blank=True),
        ]
        indexes = [
            models.Index(fields=["community", "arrive_at"], name="request_community_day"),
            models.Index(fields=["community", "-submitted_at", "-id"], name="request_list"),
            models.Index(fields=["dispatch_area", "status", "arrive_at"], name="request_board"),
            models.Index(fields=["next_check_at"], name="request_due", condition=Q(status__in=[s.value for s in OPEN])),
        ]
        triggers = [*guarded_status(REQUEST), number_cases()]

    def __str__(self) -> str:
        return self.number

    @property
    def boards(self) -> list[str]:
        """Name the live boards that show it (`core.boards.touch`)."""
        places = [("area", self.dispatch_area), ("community", self.community_id), ("facility", self.facility_id)]
        return [f"{kind}:{code}" for kind, code in places if code]

    @property
    def care_asked(self) -> str:
        """The kind of service a house must offer: a critical patient's is the emergency room, or who can deliver."""
        is_other = self.is_critical and self.service_kind not in CRITICAL_SERVICES
        return CRITICAL_SERVICES[0] if is_other else self.service_kind

    @property
    def needs_vehicle(self) -> bool:
        """Say whether a car must come."""
        return self.mode not in {TransportMode.OWN_CAR, TransportMode.ON_FOOT}


class HomeMark(models.Model):
    """已到家 said by a person or the family: evidence of being home that no gate or car gave."""

    case_ref = models.UUIDField(db_index=True)
    at = models.DateTimeField()
    by_key = models.CharField(max_length=80)
    by_label = models.CharField(max_length=120)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.case_ref} {self.at:%F %H:%M}"


class HandClosing(models.Model):
    """Two people's word that nobody is out any more: the only stored way off the list of people out (INV-19)."""

    case_ref = models.UUIDField(unique=True)
    reason = models.CharField(max_length=300)
    first_key = models.CharField(max_length=80)
    first_label = models.CharField(max_length=120)
    first_at = models.DateTimeField()
    second_key = models.CharField(max_length=80, blank=True)
    second_label = models.CharField(max_length=120, blank=True)
    second_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(second_key="", second_at__isnull=True) | ~Q(second_key="") & ~Q(second_key=F("first_key")),
                name="hand_closing_by_two",
            )
        ]

    def __str__(self) -> str:
        return f"{self.case_ref} {self.reason}"
