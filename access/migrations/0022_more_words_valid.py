"""Look through the rows that were there before, while everybody reads and writes."""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("access", "0021_more_words")]

    operations = [
        ValidateConstraint(model_name="absence", name="absence_kind_words"),
        ValidateConstraint(model_name="accessrequest", name="request_need_kind_words"),
        ValidateConstraint(model_name="accessrequest", name="request_status_words"),
        ValidateConstraint(model_name="accessrequest", name="request_mode_words"),
        ValidateConstraint(model_name="accessrequest", name="request_mobility_words"),
        ValidateConstraint(model_name="accessrequest", name="request_outcome_words"),
        ValidateConstraint(model_name="accessrequest", name="request_cancel_reason_words"),
        ValidateConstraint(model_name="resident", name="resident_precaution_words"),
    ]
