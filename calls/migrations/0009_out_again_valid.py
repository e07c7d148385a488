"""Look through the rows that were there before, while everybody reads and writes."""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("calls", "0008_out_again")]

    operations = [ValidateConstraint(model_name="opencall", name="call_kind_words")]
