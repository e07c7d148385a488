"""Look through the rows that were there before, while everybody reads and writes."""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("calls", "0011_handed_up")]

    operations = [ValidateConstraint(model_name="opencall", name="call_kind_words")]
