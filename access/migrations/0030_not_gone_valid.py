"""Look through the rows that were there before, while everybody reads and writes."""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("access", "0029_not_gone")]

    operations = [ValidateConstraint(model_name="accessrequest", name="request_not_gone_reason_words")]
