"""Look through the rows that were there before, while everybody reads and writes."""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("transport", "0006_words")]

    operations = [
        ValidateConstraint(model_name="vehicle", name="vehicle_vehicle_class_words"),
        ValidateConstraint(model_name="vehicle", name="vehicle_status_words"),
        ValidateConstraint(model_name="vehicle", name="vehicle_zones_allowed_words"),
    ]
