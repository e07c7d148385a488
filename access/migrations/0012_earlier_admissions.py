"""Admissions from before absences were kept are history: nobody was told of a discharge, so nothing stops for them now."""

from django.db import migrations
from django.db.models import F

BY = "系统"


def note_as_ended(apps, schema_editor):
    intakes, residents = apps.get_model("hospitals", "Intake"), apps.get_model("access", "Resident")
    absences = apps.get_model("access", "Absence")
    kept = intakes.objects.filter(status="admitted", person_key__isnull=False)
    people = dict(residents.objects.filter(person_key__in=kept.values("person_key")).values_list("person_key", "pk"))
    absences.objects.bulk_create(
        [
            absences(
                resident_id=people[row.person_key],
                person_key=row.person_key,
                kind="admitted",
                since=row.ended_at or row.status_at,
                ended_at=row.ended_at or row.status_at,
                intake_id=row.pk,
                said_by=BY,
                ended_by=BY,
            )
            for row in kept.only("person_key", "ended_at", "status_at").iterator()
            if row.person_key in people
        ],
        batch_size=1000,
    )


def forget(apps, schema_editor):
    apps.get_model("access", "Absence").objects.filter(said_by=BY, ended_by=BY, since=F("ended_at")).delete()


class Migration(migrations.Migration):
    dependencies = [("access", "0011_absence_and_pauses"), ("hospitals", "0005_samples")]
    operations = [migrations.RunPython(note_as_ended, forget)]
