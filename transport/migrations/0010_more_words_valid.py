"""Look through the rows that were there before, while everybody reads and writes."""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("transport", "0009_more_words")]

    operations = [
        ValidateConstraint(model_name="run", name="run_status_words"),
        ValidateConstraint(model_name="stop", name="stop_kind_words"),
        ValidateConstraint(model_name="trip", name="trip_direction_words"),
        ValidateConstraint(model_name="trip", name="trip_status_words"),
        ValidateConstraint(model_name="trip", name="trip_mobility_words"),
    ]
