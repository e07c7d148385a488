"""Look through the rows that were there before, while everybody reads and writes."""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("dispatch", "0003_more_words")]

    operations = [
        ValidateConstraint(model_name="planningrun", name="planning_kind_words"),
        ValidateConstraint(model_name="planningrun", name="planning_status_words"),
    ]
