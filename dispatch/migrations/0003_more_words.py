"""Refuse words outside an enum in the other columns too, from now on: no row is looked at, so that nobody waits."""

from django.db import migrations, models

from core.migrating import AddWords


class Migration(migrations.Migration):
    atomic = False  # each table for itself: together they could stand across a request that holds two of them

    dependencies = [("dispatch", "0002_machine_class")]

    operations = [
        AddWords(
            model_name="planningrun",
            constraint=models.CheckConstraint(
                condition=models.Q(kind__in=['evening', 'rolling', 'urgent', 'preview']),
                name="planning_kind_words",
            ),
        ),
        AddWords(
            model_name="planningrun",
            constraint=models.CheckConstraint(
                condition=models.Q(status__in=['queued', 'solving', 'solved', 'applied', 'failed', 'superseded']),
                name="planning_status_words",
            ),
        ),
    ]
