"""Look through the rows that were there before, while everybody reads and writes."""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("calls", "0006_more_words")]

    operations = [
        ValidateConstraint(model_name="opencall", name="call_kind_words"),
        ValidateConstraint(model_name="opencall", name="call_status_words"),
    ]
