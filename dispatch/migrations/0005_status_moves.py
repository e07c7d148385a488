"""Every move of a status is noted by the database itself (docs/adr/0027)."""

import pgtrigger.compiler
from django.db import migrations

from core.migrating import NoteMoves


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0006_status_moves'),
        ('dispatch', '0004_more_words_valid'),
    ]

    operations = [
        NoteMoves(
            model_name='planningrun',
            trigger=pgtrigger.compiler.Trigger(name='move_noted', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."status" IS DISTINCT FROM (NEW."status"))', execute="core_note_move('id')", func='RETURN NULL;', hash='e2e1217df53115b643e6463c494d1bf8a2d1039f', operation='UPDATE OF "status"', pgid='pgtrigger_move_noted_03674', table='dispatch_planningrun', when='AFTER')),
        ),
    ]
