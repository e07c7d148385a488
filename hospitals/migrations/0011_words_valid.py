"""Look through the rows that were there before, while everybody reads and writes."""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("hospitals", "0010_words")]

    operations = [
        ValidateConstraint(model_name="facility", name="facility_zone_role_words"),
        ValidateConstraint(model_name="service", name="service_status_words"),
    ]
