"""Every move of a status is noted by the database itself (docs/adr/0027)."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0006_status_moves'),
        ('calls', '0009_out_again_valid'),
    ]

    operations = [
        pgtrigger.migrations.AddTrigger(
            model_name='opencall',
            trigger=pgtrigger.compiler.Trigger(name='move_noted', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."status" IS DISTINCT FROM (NEW."status"))', execute='core_note_move()', func='RETURN NULL;', hash='9254cbfb4e82394c8d4c65030cf229d20629cc43', operation='UPDATE OF "status"', pgid='pgtrigger_move_noted_99eb4', table='calls_opencall', when='AFTER')),
        ),
    ]
