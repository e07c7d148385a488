"""Refuse words outside an enum in the other columns too, from now on: no row is looked at, so that nobody waits."""

from django.db import migrations, models

from core.migrating import AddWords


class Migration(migrations.Migration):
    atomic = False  # each table for itself: together they could stand across a request that holds two of them

    dependencies = [("transport", "0008_one_way")]

    operations = [
        AddWords(
            model_name="run",
            constraint=models.CheckConstraint(
                condition=models.Q(status__in=['draft', 'offered', 'accepted', 'under_way', 'completed', 'declined', 'aborted', 'cancelled']),
                name="run_status_words",
            ),
        ),
        AddWords(
            model_name="stop",
            constraint=models.CheckConstraint(
                condition=models.Q(kind__in=['pickup', 'dropoff']),
                name="stop_kind_words",
            ),
        ),
        AddWords(
            model_name="trip",
            constraint=models.CheckConstraint(
                condition=models.Q(direction__in=['outbound', 'inbound', 'between']),
                name="trip_direction_words",
            ),
        ),
        AddWords(
            model_name="trip",
            constraint=models.CheckConstraint(
                condition=models.Q(status__in=['will_call', 'unscheduled', 'scheduled', 'on_board', 'completed', 'no_show', 'missed', 'interrupted', 'unmet', 'cancelled']),
                name="trip_status_words",
            ),
        ),
        AddWords(
            model_name="trip",
            constraint=models.CheckConstraint(
                condition=models.Q(mobility__in=['walk', 'assisted', 'wheelchair', 'stretcher']),
                name="trip_mobility_words",
            ),
        ),
    ]
