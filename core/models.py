"""Rows of the ground floor."""

from __future__ import annotations

import uuid

from django.db import models

from core.guards import append_only, never_in_production, one_row_for_good, recorded_by_the_clock


class AuditEvent(models.Model):
    """One thing somebody did: who, what, when, to what, why. Appended, never changed."""

    at = models.DateTimeField(help_text="When it happened, in the product's time")
    recorded_at = models.DateTimeField(auto_now_add=True, help_text="When the row was written, wall clock")
    actor_key = models.CharField(max_length=80)
    actor_label = models.CharField(max_length=120)
    actor_role = models.CharField(max_length=20, blank=True)
    actor_place = models.CharField(max_length=120, blank=True)
    verb = models.CharField(max_length=60)
    model = models.CharField(max_length=60, blank=True)
    object_id = models.CharField(max_length=64, blank=True)
    case_ref = models.UUIDField(null=True, blank=True)
    old_status = models.CharField(max_length=30, blank=True)
    new_status = models.CharField(max_length=30, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    detail = models.JSONField(default=dict, blank=True, help_text="Ids, codes and times only; never personal facts")
    request_id = models.CharField(max_length=36, blank=True)
    offline = models.BooleanField(default=False)

    class Meta:
        ordering = ["at", "id"]
        indexes = [
            models.Index(fields=["case_ref", "at"], name="audit_case"),
            models.Index(fields=["model", "object_id"], name="audit_object"),
            models.Index(fields=["-at"], name="audit_recent"),
        ]
        triggers = [*append_only(), recorded_by_the_clock()]

    def __str__(self) -> str:
        return f"{self.at:%F %T} {self.actor_label} {self.verb}"


class StatusMove(models.Model):
    """One move of a status, noted by a trigger of the database and by nobody else (`core.guards`, INV-41)."""

    moved_at = models.DateTimeField(help_text="The database's own clock")
    table_name = models.CharField(max_length=63)
    object_id = models.CharField(max_length=64)
    old_status = models.CharField(max_length=30)
    new_status = models.CharField(max_length=30)
    by_role = models.CharField(max_length=63, help_text="The database role that was signed in")

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["table_name", "object_id"], name="status_move_object")]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.table_name} {self.object_id}: {self.old_status} > {self.new_status}"


class IdempotencyKey(models.Model):
    """One key, one effect: written in the same transaction as the effect, before it (trust.md E1)."""

    scope = models.CharField(max_length=80)
    key = models.CharField(max_length=64)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    location = models.CharField(max_length=300, blank=True, help_text="Where the answer led; never its body")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scope", "key"], name="idempotency_once")]
        indexes = [models.Index(fields=["created_at"], name="idempotency_age")]

    def __str__(self) -> str:
        return f"{self.scope} {self.key}"


class OutboxMessage(models.Model):
    """A fact somebody above must act on soon; committed with the fact, handed over by the relay."""

    kind = models.CharField(max_length=60)
    case_ref = models.UUIDField(null=True, blank=True)
    payload = models.JSONField(default=dict, help_text="Ids and ISO times only")
    is_urgent = models.BooleanField(default=False, help_text="Handed over before all that waits")
    created_at = models.DateTimeField(auto_now_add=True)
    next_try_at = models.DateTimeField(auto_now_add=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-is_urgent", "id"]
        indexes = [
            models.Index(
                fields=["-is_urgent", "id"], name="outbox_in_order", condition=models.Q(delivered_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class PersonKey(models.Model):
    """The wrapped data key of one person; destroyed, the person's sealed facts are gone everywhere."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    wrapped = models.BinaryField()
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return str(self.pk)


class InstallationKind(models.TextChoices):
    """What a database belongs to."""

    DEMO = "demo"
    PRODUCTION = "production"


class Installation(models.Model):
    """What this database belongs to: one row, made at the first start; its kind never changes."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    kind = models.CharField(max_length=12, choices=InstallationKind)
    check_values = models.JSONField(default=dict, help_text="A known text sealed with each key, to tell a wrong key by")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(pk=1), name="installation_one"),
            models.CheckConstraint(condition=models.Q(kind__in=InstallationKind.values), name="installation_kind"),
        ]
        triggers = one_row_for_good("kind")

    def __str__(self) -> str:
        return self.kind


class ClockOffset(models.Model):
    """How far a demo city's clock stands from the wall clock: one row, or none."""

    seconds = models.FloatField(default=0)

    class Meta:
        triggers = never_in_production("clock")

    def __str__(self) -> str:
        return f"{self.seconds} s"


class BoardChange(models.Model):
    """One change that a board shows: appended, so that writers never wait for each other; a page compares how many."""

    board = models.CharField(max_length=80)
    changed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [
            models.Index(fields=["board", "id"], name="board_change"),
            models.Index(fields=["changed_at"], name="board_change_age"),
        ]

    def __str__(self) -> str:
        return f"{self.board} {self.pk}"


class WorkerHeartbeat(models.Model):
    """When somebody last worked: one row for each queue, answered through it, and one for each process with a loop.

    The relay asks and a worker answers, so a row speaks of work done and not of processes alive. Wall clock.
    """

    name = models.CharField(max_length=20, primary_key=True, help_text="Queue, or process with a loop of its own")
    beaten_at = models.DateTimeField(null=True, blank=True, help_text="The last answer")
    asked_at = models.DateTimeField(null=True, blank=True, help_text="The relay wanted an answer, broker or not")
    silent_since = models.DateTimeField(null=True, blank=True, help_text="Asked for an answer since then, none came")
    unheard_since = models.DateTimeField(
        null=True, blank=True, help_text="Messages lie in the queue since then and nobody takes them"
    )
    reported_at = models.DateTimeField(null=True, blank=True, help_text="This silence was reported")

    def __str__(self) -> str:
        return self.name
