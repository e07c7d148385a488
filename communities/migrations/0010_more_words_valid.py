"""Look through the rows that were there before, while everybody reads and writes."""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("communities", "0009_more_words")]

    operations = [
        ValidateConstraint(model_name="gatepass", name="pass_status_words"),
        ValidateConstraint(model_name="scan", name="scan_direction_words"),
        ValidateConstraint(model_name="scan", name="scan_answer_words"),
        ValidateConstraint(model_name="scan", name="scan_decision_words"),
    ]
