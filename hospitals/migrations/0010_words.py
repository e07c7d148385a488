"""Refuse words outside an enum from now on: no row is looked at, so that nobody waits."""

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("hospitals", "0009_door_of_second")]

    operations = [
        AddConstraintNotValid(
            model_name="facility",
            constraint=models.CheckConstraint(
                condition=models.Q(zone_role__in=['ordinary', 'yellow_code', 'designated', 'fangcang', 'none']),
                name="facility_zone_role_words",
            ),
        ),
        AddConstraintNotValid(
            model_name="service",
            constraint=models.CheckConstraint(
                condition=models.Q(status__in=['open', 'limited', 'diverting', 'closed']),
                name="service_status_words",
            ),
        ),
    ]
