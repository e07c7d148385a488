"""Refuse words outside an enum in the other columns too, from now on: no row is looked at, so that nobody waits."""

from django.db import migrations, models

from core.migrating import AddWords


class Migration(migrations.Migration):
    atomic = False  # each table for itself: together they could stand across a request that holds two of them

    dependencies = [("communities", "0008_building_key")]

    operations = [
        AddWords(
            model_name="gatepass",
            constraint=models.CheckConstraint(
                condition=models.Q(status__in=['issued', 'void']),
                name="pass_status_words",
            ),
        ),
        AddWords(
            model_name="scan",
            constraint=models.CheckConstraint(
                condition=models.Q(direction__in=['exit', 'entry']),
                name="scan_direction_words",
            ),
        ),
        AddWords(
            model_name="scan",
            constraint=models.CheckConstraint(
                condition=models.Q(answer__in=['green', 'amber', 'red']),
                name="scan_answer_words",
            ),
        ),
        AddWords(
            model_name="scan",
            constraint=models.CheckConstraint(
                condition=models.Q(decision__in=['let_out', 'let_in', 'checked', 'emergency', 'asked', 'turned']),
                name="scan_decision_words",
            ),
        ),
    ]
