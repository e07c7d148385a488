"""Every move of a status is noted by the database itself (docs/adr/0027)."""

import pgtrigger.compiler
from django.db import migrations

from core.migrating import NoteMoves


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0006_status_moves'),
        ('calls', '0009_out_again_valid'),
    ]

    operations = [
        NoteMoves(
            model_name='opencall',
            trigger=pgtrigger.compiler.Trigger(name='move_noted', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."status" IS DISTINCT FROM (NEW."status"))', execute="core_note_move('id')", func='RETURN NULL;', hash='c0b4c2db53041b57113775e42ef951f6b08ac518', operation='UPDATE OF "status"', pgid='pgtrigger_move_noted_99eb4', table='calls_opencall', when='AFTER')),
        ),
    ]
