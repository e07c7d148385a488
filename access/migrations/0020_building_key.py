"""Residents know the key of their building; a trigger drops it where a version that knows none writes another one."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

from core.buildings import fill_keys
from core.migrating import AddColumn


def fill(apps, schema_editor):
    """Write the keys in small statements, beside a product that goes on."""
    fill_keys(apps.get_model("access", "Resident")._default_manager.all(), keyed="building_keyed")


class Migration(migrations.Migration):
    atomic = False  # old code writes meanwhile: nothing is locked longer than a row

    dependencies = [("access", "0019_number_of_indexed")]

    operations = [
        AddColumn(
            model_name="resident",
            name="building_key",
            field=models.TextField(
                blank=True, help_text="What the writings of the building have in common", null=True
            ),
        ),
        AddColumn(
            model_name="resident",
            name="building_keyed",
            field=models.TextField(blank=True, help_text="The writing of which the key was made", null=True),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="resident",
            trigger=pgtrigger.compiler.Trigger(
                name="forget_building_key",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="IF NEW.building_keyed IS DISTINCT FROM NEW.building THEN NEW.building_key := NULL; END IF; RETURN NEW;",
                    hash="b7db21eb6581e29ce212a70cc88ee4dc40406b9d",
                    operation='INSERT OR UPDATE OF "building", "building_key", "building_keyed"',
                    pgid="pgtrigger_forget_building_key_b0ea7",
                    table="access_resident",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
