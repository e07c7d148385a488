"""Planning runs, stored whole so that each can be replayed, and the leases that let one worker plan an area."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from core.actors import Actor
from core.guards import guarded_status, words
from core.stateful import Stateful
from core.vocabulary import Role
from dispatch.states import PLANNING, PlanningKind, PlanningStatus


class PlanningRunQuerySet(models.QuerySet["PlanningRun"]):
    """Questions about planning runs."""

    def visible_to(self, actor: Actor) -> PlanningRunQuerySet:
        """Dispatch sees its area's."""
        return self.filter(area=actor.place_code) if actor.role == Role.DISPATCH else self.none()


class PlanningRun(Stateful):
    """One question to the engine and its answer, with everything needed to ask again (R: explained, replayable)."""

    MACHINE = PLANNING

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    area = models.CharField(max_length=20, help_text="Dispatch area, by value")
    kind = models.CharField(max_length=8, choices=PlanningKind)
    status = models.CharField(max_length=10, choices=PlanningStatus, default=PlanningStatus.SOLVING)
    status_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)
    asked_at = models.DateTimeField(help_text="The moment the problem describes, in the product's time")
    seed = models.PositiveIntegerField(default=1)
    iterations = models.PositiveIntegerField(default=0)
    problem = models.JSONField(help_text="The engine's own versioned JSON: ids, places, times; no names")
    plan = models.JSONField(null=True, blank=True)
    requests = models.PositiveIntegerField(default=0)
    arranged = models.PositiveIntegerField(default=0)
    applied = models.PositiveIntegerField(default=0)
    stale = models.PositiveIntegerField(default=0)
    solve_s = models.FloatField(null=True, blank=True)
    apply_s = models.FloatField(null=True, blank=True)
    error = models.CharField(max_length=300, blank=True)

    objects = PlanningRunQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at"]
        constraints = [words("planning", "kind", PlanningKind), words("planning", "status", PlanningStatus)]
        indexes = [models.Index(fields=["area", "-asked_at"], name="planning_area")]
        triggers = guarded_status(PLANNING)

    def __str__(self) -> str:
        return f"{self.area} {self.kind} {self.asked_at:%F %H:%M}"


class AreaLease(models.Model):
    """Who may plan an area now: a token and an expiry on the database's clock (decisions.md A4)."""

    area = models.CharField(max_length=20, primary_key=True)
    token = models.UUIDField()
    holder = models.CharField(max_length=80)
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(holder=""), name="lease_has_holder")]

    def __str__(self) -> str:
        return f"{self.area} → {self.holder}"


class AreaSetting(models.Model):
    """What dispatch decided for its area: whether the engine places by itself or only proposes (decisions.md C19)."""

    area = models.CharField(max_length=20, primary_key=True)
    is_engine_on = models.BooleanField(default=True)
    proposes_only = models.BooleanField(default=False)
    changed_by = models.CharField(max_length=120, blank=True)
    changed_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.area
