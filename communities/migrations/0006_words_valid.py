"""Look through the rows that were there before, while everybody reads and writes."""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("communities", "0005_words")]

    operations = [
        ValidateConstraint(model_name="zoneperiod", name="zone_zone_class_words"),
    ]
