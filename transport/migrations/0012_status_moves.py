"""Every move of a status is noted by the database itself (docs/adr/0027)."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):
    atomic = False  # each table for itself: together they could stand across a request that holds two of them

    dependencies = [
        ('core', '0006_status_moves'),
        ('transport', '0011_boarding_undone'),
    ]

    operations = [
        pgtrigger.migrations.AddTrigger(
            model_name='run',
            trigger=pgtrigger.compiler.Trigger(name='move_noted', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."status" IS DISTINCT FROM (NEW."status"))', execute='core_note_move()', func='RETURN NULL;', hash='96324c1050e029de0242da8c262f3d2fc5940f69', operation='UPDATE OF "status"', pgid='pgtrigger_move_noted_d4773', table='transport_run', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='trip',
            trigger=pgtrigger.compiler.Trigger(name='move_noted', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."status" IS DISTINCT FROM (NEW."status"))', execute='core_note_move()', func='RETURN NULL;', hash='d3b35bd13253e13be9d90d9dc17820a8b7bf4a8f', operation='UPDATE OF "status"', pgid='pgtrigger_move_noted_16aff', table='transport_trip', when='AFTER')),
        ),
    ]
