"""今天不去, with a reason: who is due on a day and need not be asked for."""

import django.db.models.deletion
from django.db import migrations, models

REASONS = [
    ("moved", "医院改了日子"),
    ("was_done", "已经做过了"),
    ("own_way", "自己解决了"),
    ("patient", "本人不去"),
    ("mistake", "底数记错了"),
]


class Migration(migrations.Migration):
    dependencies = [("access", "0027_status_moves")]

    operations = [
        migrations.CreateModel(
            name="Excuse",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("need_kind", models.CharField(max_length=30)),
                ("day", models.DateField()),
                ("reason", models.CharField(choices=REASONS, max_length=10)),
                ("at", models.DateTimeField()),
                ("by_key", models.CharField(max_length=80)),
                ("by_label", models.CharField(max_length=120)),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                (
                    "resident",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="excuses", to="access.resident"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("withdrawn_at__isnull", True)), fields=["day"], name="excuse_day"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("withdrawn_at__isnull", True)),
                        fields=("resident", "need_kind", "day"),
                        name="one_excuse_a_day",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason__in", [word for word, _label in REASONS])),
                        name="excuse_reason_words",
                    ),
                ],
            },
        ),
    ]
