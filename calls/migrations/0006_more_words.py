"""Refuse words outside an enum in the other columns too, from now on: no row is looked at, so that nobody waits."""

from django.db import migrations, models

from core.migrating import AddWords


class Migration(migrations.Migration):
    atomic = False  # each table for itself: together they could stand across a request that holds two of them

    dependencies = [("calls", "0005_roadside")]

    operations = [
        AddWords(
            model_name="opencall",
            constraint=models.CheckConstraint(
                condition=models.Q(kind__in=['gate_emergency', 'unwell_aboard', 'critical_without_car', 'roadside', 'door_closed', 'on_way_to_closed', 'overload', 'late_hand_over', 'transfer_unanswered', 'person_not_found', 'late_car', 'no_way_home', 'void_pass_return', 'bad_code', 'plan_failed', 'work_stopped']),
                name="call_kind_words",
            ),
        ),
        AddWords(
            model_name="opencall",
            constraint=models.CheckConstraint(
                condition=models.Q(status__in=['open', 'taken', 'ended']),
                name="call_status_words",
            ),
        ),
    ]
