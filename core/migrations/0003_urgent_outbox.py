from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0002_board_changes"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="outboxmessage",
            options={"ordering": ["-is_urgent", "id"]},
        ),
        migrations.RemoveIndex(
            model_name="outboxmessage",
            name="outbox_waiting",
        ),
        migrations.AddField(
            model_name="outboxmessage",
            name="is_urgent",
            field=models.BooleanField(default=False, help_text="Handed over before all that waits"),
        ),
        migrations.AddIndex(
            model_name="outboxmessage",
            index=models.Index(
                condition=models.Q(("delivered_at__isnull", True)),
                fields=["-is_urgent", "id"],
                name="outbox_in_order",
            ),
        ),
    ]
