"""Every move of a status is noted by the database itself (docs/adr/0027)."""

import pgtrigger.compiler
from django.db import migrations

from core.migrating import NoteMoves


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0006_status_moves'),
        ('communities', '0011_exits_on_old_passes'),
    ]

    operations = [
        NoteMoves(
            model_name='gatepass',
            trigger=pgtrigger.compiler.Trigger(name='move_noted', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."status" IS DISTINCT FROM (NEW."status"))', execute="core_note_move('id')", func='RETURN NULL;', hash='91e8c4a0d668a96927d1297d492e6befd894e45f', operation='UPDATE OF "status"', pgid='pgtrigger_move_noted_00f3b', table='communities_gatepass', when='AFTER')),
        ),
    ]
