"""Every move of a status is noted by the database itself (docs/adr/0027)."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0006_status_moves'),
        ('communities', '0011_exits_on_old_passes'),
    ]

    operations = [
        pgtrigger.migrations.AddTrigger(
            model_name='gatepass',
            trigger=pgtrigger.compiler.Trigger(name='move_noted', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."status" IS DISTINCT FROM (NEW."status"))', execute='core_note_move()', func='RETURN NULL;', hash='21a1cea5c4888171dec059a0dae94bd461842827', operation='UPDATE OF "status"', pgid='pgtrigger_move_noted_00f3b', table='communities_gatepass', when='AFTER')),
        ),
    ]
