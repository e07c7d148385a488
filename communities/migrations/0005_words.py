"""Refuse words outside an enum from now on: no row is looked at, so that nobody waits."""

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("communities", "0004_strangers")]

    operations = [
        AddConstraintNotValid(
            model_name="zoneperiod",
            constraint=models.CheckConstraint(
                condition=models.Q(zone_class__in=['sealed', 'controlled', 'precautionary']),
                name="zone_zone_class_words",
            ),
        ),
    ]
