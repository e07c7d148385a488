"""Zones know the key of their building, so that each of its writings meets them."""

from django.db import migrations, models

from core.buildings import fill_keys
from core.migrating import AddColumn


def fill(apps, schema_editor):
    """Write the keys of the zones that stand, beside a product that goes on."""
    fill_keys(apps.get_model("communities", "ZonePeriod")._default_manager.all())


class Migration(migrations.Migration):
    atomic = False  # old code writes meanwhile: nothing is locked longer than a row

    dependencies = [("communities", "0007_pass_numbers")]

    operations = [
        AddColumn(
            model_name="zoneperiod",
            name="building_key",
            field=models.TextField(
                blank=True, help_text="What its writings have in common; empty until its writer knows of it", null=True
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
