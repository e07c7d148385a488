"""Look through the rows that were there before, while everybody reads and writes."""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("access", "0025_rhythm_changed")]

    operations = [ValidateConstraint(model_name="accessrequest", name="request_cancel_reason_words")]
