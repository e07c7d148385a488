"""Leave rows of the version before out of the constraint on numbers until their index is written: it knows no lock."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0018_one_record"),
        ("communities", "0006_words_valid"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="resident", name="one_record_per_number"),
        migrations.AddConstraint(
            model_name="resident",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("archived_at__isnull", True),
                    ("id_fault", ""),
                    ("id_kind", "resident_id"),
                    models.Q(("id_index", ""), _negated=True),
                    models.Q(("search_text", ""), _negated=True),
                ),
                fields=("id_index",),
                name="one_record_per_number",
            ),
        ),
    ]
