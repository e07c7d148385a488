"""Every move of a status is noted by the database itself (docs/adr/0027)."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):
    atomic = False  # each table for itself: together they could stand across a request that holds two of them

    dependencies = [
        ('core', '0006_status_moves'),
        ('hospitals', '0013_more_words_valid'),
    ]

    operations = [
        pgtrigger.migrations.AddTrigger(
            model_name='appointment',
            trigger=pgtrigger.compiler.Trigger(name='move_noted', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."status" IS DISTINCT FROM (NEW."status"))', execute='core_note_move()', func='RETURN NULL;', hash='340cc1b58a4e97ddb9feefc428760861a2a5bcd5', operation='UPDATE OF "status"', pgid='pgtrigger_move_noted_50685', table='hospitals_appointment', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='intake',
            trigger=pgtrigger.compiler.Trigger(name='move_noted', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."status" IS DISTINCT FROM (NEW."status"))', execute='core_note_move()', func='RETURN NULL;', hash='fb01a0934a2b89bc0e004eb255fd03169935c647', operation='UPDATE OF "status"', pgid='pgtrigger_move_noted_e2a86', table='hospitals_intake', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='service',
            trigger=pgtrigger.compiler.Trigger(name='move_noted', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."status" IS DISTINCT FROM (NEW."status"))', execute='core_note_move()', func='RETURN NULL;', hash='342032bb8c9b57b93f21035ed56e681bb5f1daeb', operation='UPDATE OF "status"', pgid='pgtrigger_move_noted_e3821', table='hospitals_service', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='transferrequest',
            trigger=pgtrigger.compiler.Trigger(name='move_noted', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."status" IS DISTINCT FROM (NEW."status"))', execute='core_note_move()', func='RETURN NULL;', hash='b33a6136fe92a44aa6f940a7641af89385c81ebe', operation='UPDATE OF "status"', pgid='pgtrigger_move_noted_a02f6', table='hospitals_transferrequest', when='AFTER')),
        ),
    ]
