"""没有去: when it was said and why; it closes the request minutes later, unless it is taken back."""

from django.db import migrations, models

from core.migrating import AddColumn, AddWords

REASONS = [
    ("no_car", "车没来"),
    ("not_found", "没找到人"),
    ("unwilling", "本人不肯去"),
    ("not_well", "人不舒服，走不了"),
    ("other_why", "别的原因"),
]


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("access", "0028_excuse")]

    operations = [
        AddColumn(
            model_name="accessrequest",
            name="not_gone_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        AddColumn(
            model_name="accessrequest",
            name="not_gone_reason",
            field=models.CharField(blank=True, choices=REASONS, db_default="", max_length=10),
        ),
        AddWords(
            model_name="accessrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(not_gone_reason__in=[*(word for word, _label in REASONS), ""]),
                name="request_not_gone_reason_words",
            ),
        ),
    ]
