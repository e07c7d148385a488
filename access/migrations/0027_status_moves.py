"""Every move of a status is noted by the database itself (docs/adr/0027)."""

import pgtrigger.compiler
from django.db import migrations

from core.migrating import NoteMoves


class Migration(migrations.Migration):
    atomic = False  # each table for itself: together they could stand across a request that holds two of them

    dependencies = [
        ('core', '0006_status_moves'),
        ('access', '0026_rhythm_changed_valid'),
    ]

    operations = [
        NoteMoves(
            model_name='accessrequest',
            trigger=pgtrigger.compiler.Trigger(name='move_noted', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."status" IS DISTINCT FROM (NEW."status"))', execute="core_note_move('id')", func='RETURN NULL;', hash='33701779997da92ac83fa8b87b9ccfae8f14de9a', operation='UPDATE OF "status"', pgid='pgtrigger_move_noted_ccb56', table='access_accessrequest', when='AFTER')),
        ),
        NoteMoves(
            model_name='careneed',
            trigger=pgtrigger.compiler.Trigger(name='move_noted', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."status" IS DISTINCT FROM (NEW."status"))', execute="core_note_move('id')", func='RETURN NULL;', hash='51dbff77c7866fe554a7228f3324791d84b01992', operation='UPDATE OF "status"', pgid='pgtrigger_move_noted_02c21', table='access_careneed', when='AFTER')),
        ),
    ]
