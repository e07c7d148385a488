"""Find the exits on passes that had come back or were void: of them, some are of a way that is over."""

from django.db import migrations, models

from core.migrating import AddIndexAnew


class Migration(migrations.Migration):
    atomic = False  # old code writes meanwhile

    dependencies = [("communities", "0010_more_words_valid")]

    operations = [
        AddIndexAnew(
            "scan",
            models.Index(
                condition=models.Q(("direction", "exit"), ("reason__in", ["used_back", "revoked"])),
                fields=["case_ref", "happened_at"],
                name="scan_old_pass",
            ),
        ),
    ]
