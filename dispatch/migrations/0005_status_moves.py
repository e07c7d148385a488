"""Every move of a status is noted by the database itself (docs/adr/0027)."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0006_status_moves'),
        ('dispatch', '0004_more_words_valid'),
    ]

    operations = [
        pgtrigger.migrations.AddTrigger(
            model_name='planningrun',
            trigger=pgtrigger.compiler.Trigger(name='move_noted', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."status" IS DISTINCT FROM (NEW."status"))', execute='core_note_move()', func='RETURN NULL;', hash='146614e8f9b1a0d773ab4fd8042fff2a5224d9a2', operation='UPDATE OF "status"', pgid='pgtrigger_move_noted_03674', table='dispatch_planningrun', when='AFTER')),
        ),
    ]
