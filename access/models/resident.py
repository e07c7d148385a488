"""Residents with special needs, and their needs."""

from __future__ import annotations

import uuid
from datetime import date

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.functions import Upper
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from access.models.absence import away
from access.models.one_record import free_number, mark_second, one_record_per_number
from access.states import CARE_NEED, NeedStatus
from core import tidy
from core.actors import Actor
from core.guards import guarded_status, words
from core.phrases import label, listed, odd
from core.sealed import SealedField, sealed
from core.stateful import Stateful
from core.vocabulary import Mobility, NeedKind, Precaution, Role, ScheduleKind, TreatmentShift

WEEKDAYS = ("", noop("一"), noop("二"), noop("三"), noop("四"), noop("五"), noop("六"), noop("日"))


def forget_key() -> pgtrigger.Trigger:
    """Make the trigger that drops the key of a building of before:
    a version that knows no key may write another one.
    """
    return pgtrigger.Trigger(
        name="forget_building_key",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.UpdateOf("building", "building_key", "building_keyed"),
        func="IF NEW.building_keyed IS DISTINCT FROM NEW.building THEN NEW.building_key := NULL; END IF; RETURN NEW;",
    )


class ResidentQuerySet(models.QuerySet["Resident"]):
    """Questions about residents."""

    def active(self) -> ResidentQuerySet:
        """Residents nobody archived."""
        return self.filter(archived_at__isnull=True)

    def present(self) -> ResidentQuerySet:
        """Residents who are at home as far as anybody knows: not dead, not in hospital, not elsewhere (E28)."""
        return self.active().exclude(away())

    def visible_to(self, actor: Actor) -> ResidentQuerySet:
        """A community's own; nobody else lists residents."""
        return self.visible_from(actor.role, actor.place_code)

    def visible_from(self, role: str, place_code: str) -> ResidentQuerySet:
        """The same by role and place, as a statement that is composed once asks."""
        return self.filter(community_id=place_code) if role in {Role.STAFF, Role.LEAD} else self.none()


class Resident(models.Model):
    """A registered person. Half the facts are enough to send a car (E15); identity and telephone are sealed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    ref = models.CharField(max_length=20, blank=True, db_index=True, help_text="Reference of the list it came from")
    person_key = models.UUIDField()
    community = models.ForeignKey("communities.Community", on_delete=models.PROTECT, related_name="residents")
    name = models.CharField(max_length=60)
    name_key = models.CharField(max_length=160, help_text="Sorts as a dictionary would")
    name_search = models.CharField(max_length=160, help_text="Name, pinyin and initials: what old versions search")
    search_text = models.TextField(
        default="", db_default="", blank=True, help_text="The name, its key, every reading, its initials"
    )
    search_tokens = ArrayField(
        models.TextField(), default=list, db_default=[], blank=True, help_text="See access.finding"
    )
    sex = models.CharField(max_length=1, blank=True)
    birth_date = models.DateField(null=True, blank=True)
    id_kind = models.CharField(max_length=20, default="resident_id")
    id_no_sealed = SealedField()
    id_last4 = models.CharField(max_length=4, blank=True)
    id_index = models.CharField(max_length=64, blank=True, db_index=True)
    id_fault = models.CharField(
        max_length=20,
        blank=True,
        help_text="What is wrong with the number, to be mended later; double: not the only one",
    )
    phone_sealed = SealedField()
    phone_last4 = models.CharField(max_length=4, blank=True)
    phone_index = models.CharField(max_length=64, blank=True, db_index=True)
    phone_owner = models.CharField(max_length=12, blank=True)
    building = models.CharField(max_length=40, blank=True)
    building_key = models.TextField(null=True, blank=True, help_text="What the writings of the building have in common")
    building_keyed = models.TextField(null=True, blank=True, help_text="The writing of which the key was made")
    address_sealed = SealedField()
    household_ref = models.CharField(max_length=20, blank=True)
    mobility = models.CharField(max_length=10, choices=Mobility, default=Mobility.WALK)
    needs_oxygen = models.BooleanField(default=False)
    has_stairs = models.BooleanField(default=False)
    machine_class = models.CharField(
        max_length=10, blank=True, db_column="infection_flag", help_text="HBV, HCV: a dialysis machine of its own"
    )
    precaution = models.CharField(max_length=10, choices=Precaution, blank=True)
    escort_required = models.BooleanField(default=False)
    escort_reason = models.CharField(max_length=60, blank=True)
    guardian = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="wards")
    health_code = models.CharField(max_length=10, blank=True)
    last_test_at = models.DateTimeField(null=True, blank=True)
    note_sealed = SealedField()
    checked_at = models.DateTimeField(null=True, blank=True)
    registered_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True, blank=True)
    archive_reason = models.CharField(max_length=20, blank=True)
    version = models.PositiveIntegerField(default=1)

    id_no = sealed("id_no_sealed")
    phone = sealed("phone_sealed")
    address = sealed("address_sealed")
    note = sealed("note_sealed")
    objects = ResidentQuerySet.as_manager()

    class Meta:
        ordering = ["name_key", "id"]
        indexes = [
            models.Index(fields=["community", "name_key", "id"], name="resident_list"),
            models.Index(fields=["community", "phone_last4"], name="resident_phone_tail"),
            models.Index(fields=["community", "building"], name="resident_building"),
            GinIndex(OpClass(Upper("name_search"), name="gin_trgm_ops"), name="resident_search"),
            GinIndex(OpClass("search_text", name="gin_trgm_ops"), name="resident_words"),
            GinIndex(fields=["search_tokens"], name="resident_tokens"),
        ]
        constraints = [
            words("resident", "mobility", Mobility),
            words("resident", "precaution", Precaution, may_be_blank=True),
            one_record_per_number(),
        ]
        triggers = [mark_second(), free_number(), forget_key()]

    def __str__(self) -> str:
        return self.name

    @property
    def name_is_odd(self) -> bool:
        """Say whether the name holds what names seldom hold: kept as it is, and compared with the paper by a person."""
        return tidy.name_is_odd(self.name)

    def age_on(self, day: date) -> int | None:
        """Return the age in whole years on a day."""
        if self.birth_date is None:
            return None
        return day.year - self.birth_date.year - ((day.month, day.day) < (self.birth_date.month, self.birth_date.day))


class CareNeed(Stateful):
    """Why and how often care is due for one resident."""

    MACHINE = CARE_NEED

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    resident = models.ForeignKey(Resident, on_delete=models.CASCADE, related_name="needs")
    person_key = models.UUIDField()
    kind = models.CharField(max_length=30, choices=NeedKind)
    service_kind = models.CharField(max_length=30, blank=True)
    status = models.CharField(max_length=9, choices=NeedStatus, default=NeedStatus.ACTIVE)
    status_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)
    facility = models.ForeignKey("hospitals.Facility", on_delete=models.PROTECT, null=True, blank=True)
    schedule_kind = models.CharField(
        max_length=12, blank=True, help_text="weekly, two_weekly, cycle, date, refill, none"
    )
    schedule_days = models.CharField(
        max_length=20, blank=True, help_text='"2,4,6" (1 = Monday); two weeks as "2,4,6|3,6"'
    )
    shift = models.CharField(max_length=4, blank=True)
    session_hours = models.FloatField(null=True, blank=True)
    next_date = models.DateField(null=True, blank=True)
    pregnancy_week = models.PositiveSmallIntegerField(null=True, blank=True)
    week_counted_on = models.DateField(null=True, blank=True)
    due_date = models.DateField(null=True, blank=True)
    risk_colour = models.CharField(max_length=10, blank=True)
    medicines = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    supply_days = models.PositiveSmallIntegerField(null=True, blank=True)
    last_refill = models.DateField(null=True, blank=True)
    diagnosis_sealed = SealedField()

    stop_reason = models.CharField(max_length=200, blank=True, help_text="Why it is suspended or ended, in words")
    paused_until = models.DateField(null=True, blank=True, help_text="Taken up again by itself on this day")
    absence = models.ForeignKey(
        "access.Absence", on_delete=models.PROTECT, null=True, blank=True, related_name="needs",
        help_text="The absence that suspended it; its end takes the need up again",
    )  # fmt: skip

    diagnosis = sealed("diagnosis_sealed")

    class Meta:
        ordering = ["resident", "kind"]
        constraints = [
            models.UniqueConstraint(fields=["resident", "kind"], name="need_once"),
            words("need", "kind", NeedKind),
            words("need", "status", NeedStatus),
        ]
        indexes = [models.Index(fields=["kind", "status"], name="need_kind_status")]
        triggers = guarded_status(CARE_NEED)

    def __str__(self) -> str:
        return self.get_kind_display()

    @property
    def days_label(self) -> str:
        """Say the rhythm: 每周二、四、六; two weeks are parted by a stroke; a cycle counts its days; "" for none."""
        if self.schedule_kind == ScheduleKind.CYCLE:
            return _("每 %(n)s 天") % {"n": self.schedule_days.rstrip("d")}
        weeks = [[_weekday(day) for day in week.split(",") if day] for week in self.schedule_days.split("|")]
        if len(weeks) == 2 and bool(weeks[0]) != bool(weeks[1]):
            return (_("单周%(days)s") if weeks[0] else _("双周%(days)s")) % {"days": listed(weeks[0] or weeks[1])}
        words = " / ".join(listed(week) for week in weeks)
        return _("每周%(days)s") % {"days": words} if words else ""

    @property
    def shift_label(self) -> str:
        """Say the usual shift."""
        return label(TreatmentShift, self.shift)


def _weekday(day: str) -> str:
    return _(WEEKDAYS[int(day)]) if day in {"1", "2", "3", "4", "5", "6", "7"} else odd(day)
