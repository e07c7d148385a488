"""Every move of a status is noted by the database itself (docs/adr/0027)."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):
    atomic = False  # each table for itself: together they could stand across a request that holds two of them

    dependencies = [
        ('core', '0006_status_moves'),
        ('access', '0026_rhythm_changed_valid'),
    ]

    operations = [
        pgtrigger.migrations.AddTrigger(
            model_name='accessrequest',
            trigger=pgtrigger.compiler.Trigger(name='move_noted', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."status" IS DISTINCT FROM (NEW."status"))', execute='core_note_move()', func='RETURN NULL;', hash='625d51a1beaede657c3744333e0b087fcb6effe7', operation='UPDATE OF "status"', pgid='pgtrigger_move_noted_ccb56', table='access_accessrequest', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='careneed',
            trigger=pgtrigger.compiler.Trigger(name='move_noted', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."status" IS DISTINCT FROM (NEW."status"))', execute='core_note_move()', func='RETURN NULL;', hash='6f0bb2d7587888d913b8fcd9ef6b16db8c07fac9', operation='UPDATE OF "status"', pgid='pgtrigger_move_noted_02c21', table='access_careneed', when='AFTER')),
        ),
    ]
