"""Look through the rows that were there before, while everybody reads and writes."""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("hospitals", "0012_more_words")]

    operations = [
        ValidateConstraint(model_name="appointment", name="appointment_status_words"),
        ValidateConstraint(model_name="appointment", name="appointment_machine_class_words"),
        ValidateConstraint(model_name="intake", name="intake_status_words"),
        ValidateConstraint(model_name="intake", name="intake_sample_result_words"),
        ValidateConstraint(model_name="transferrequest", name="transfer_status_words"),
        ValidateConstraint(model_name="transferrequest", name="transfer_reason_words"),
    ]
