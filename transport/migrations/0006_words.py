"""Refuse words outside an enum from now on: no row is looked at, so that nobody waits."""

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("transport", "0005_late_runs")]

    operations = [
        AddConstraintNotValid(
            model_name="vehicle",
            constraint=models.CheckConstraint(
                condition=models.Q(vehicle_class__in=['ambulance', 'ambulance_negative_pressure', 'volunteer_car', 'street_van', 'medicine_van', 'wheelchair_van', 'minibus']),
                name="vehicle_vehicle_class_words",
            ),
        ),
        AddConstraintNotValid(
            model_name="vehicle",
            constraint=models.CheckConstraint(
                condition=models.Q(status__in=['available', 'not_yet_delivered', 'quarantined', 'off']),
                name="vehicle_status_words",
            ),
        ),
        AddConstraintNotValid(
            model_name="vehicle",
            constraint=models.CheckConstraint(
                condition=models.Q(zones_allowed__contained_by=['sealed', 'controlled', 'precautionary']),
                name="vehicle_zones_allowed_words",
            ),
        ),
    ]
