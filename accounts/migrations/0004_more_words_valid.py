"""Look through the rows that were there before, while everybody reads and writes."""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_more_words")]

    operations = [
        ValidateConstraint(model_name="post", name="post_role_words"),
        ValidateConstraint(model_name="post", name="post_place_kind_words"),
        ValidateConstraint(model_name="user", name="user_theme_words"),
    ]
