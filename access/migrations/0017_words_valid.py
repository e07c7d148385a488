"""Look through the rows that were there before, while everybody reads and writes."""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("access", "0016_words")]

    operations = [
        ValidateConstraint(model_name="careneed", name="need_kind_words"),
        ValidateConstraint(model_name="careneed", name="need_status_words"),
        ValidateConstraint(model_name="resident", name="resident_mobility_words"),
    ]
