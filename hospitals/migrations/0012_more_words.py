"""Refuse words outside an enum in the other columns too, from now on: no row is looked at, so that nobody waits."""

from django.db import migrations, models

from core.migrating import AddWords


class Migration(migrations.Migration):
    atomic = False  # each table for itself: together they could stand across a request that holds two of them

    dependencies = [("hospitals", "0011_words_valid")]

    operations = [
        AddWords(
            model_name="appointment",
            constraint=models.CheckConstraint(
                condition=models.Q(status__in=['proposed', 'booked', 'arrived', 'fulfilled', 'cancelled', 'noshow']),
                name="appointment_status_words",
            ),
        ),
        AddWords(
            model_name="appointment",
            constraint=models.CheckConstraint(
                condition=models.Q(machine_class__in=['HBV', 'HCV', '']),
                name="appointment_machine_class_words",
            ),
        ),
        AddWords(
            model_name="intake",
            constraint=models.CheckConstraint(
                condition=models.Q(status__in=['arrived', 'in_treatment', 'released', 'admitted', 'transferred', 'died', 'withdrawn']),
                name="intake_status_words",
            ),
        ),
        AddWords(
            model_name="intake",
            constraint=models.CheckConstraint(
                condition=models.Q(sample_result__in=['negative', 'positive', 'suspected', '']),
                name="intake_sample_result_words",
            ),
        ),
        AddWords(
            model_name="transferrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(status__in=['asked', 'accepted', 'passed_on', 'received', 'withdrawn']),
                name="transfer_status_words",
            ),
        ),
        AddWords(
            model_name="transferrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(reason__in=['technique', 'bed', 'equipment', 'isolation', 'other']),
                name="transfer_reason_words",
            ),
        ),
    ]
