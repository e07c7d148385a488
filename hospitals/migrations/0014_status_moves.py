"""Every move of a status is noted by the database itself (docs/adr/0027)."""

import pgtrigger.compiler
from django.db import migrations

from core.migrating import NoteMoves


class Migration(migrations.Migration):
    atomic = False  # each table for itself: together they could stand across a request that holds two of them

    dependencies = [
        ('core', '0006_status_moves'),
        ('hospitals', '0013_more_words_valid'),
    ]

    operations = [
        NoteMoves(
            model_name='appointment',
            trigger=pgtrigger.compiler.Trigger(name='move_noted', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."status" IS DISTINCT FROM (NEW."status"))', execute="core_note_move('id')", func='RETURN NULL;', hash='c7bb20b1e71d9affa0e0dce957838f9619a27031', operation='UPDATE OF "status"', pgid='pgtrigger_move_noted_50685', table='hospitals_appointment', when='AFTER')),
        ),
        NoteMoves(
            model_name='intake',
            trigger=pgtrigger.compiler.Trigger(name='move_noted', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."status" IS DISTINCT FROM (NEW."status"))', execute="core_note_move('id')", func='RETURN NULL;', hash='edf69b2cd1e944e7f3a7abbd153b0b89e075ccb2', operation='UPDATE OF "status"', pgid='pgtrigger_move_noted_e2a86', table='hospitals_intake', when='AFTER')),
        ),
        NoteMoves(
            model_name='service',
            trigger=pgtrigger.compiler.Trigger(name='move_noted', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."status" IS DISTINCT FROM (NEW."status"))', execute="core_note_move('id')", func='RETURN NULL;', hash='2c4df5ef9cafd15e4c9a7ffafe1c39a79ec46979', operation='UPDATE OF "status"', pgid='pgtrigger_move_noted_e3821', table='hospitals_service', when='AFTER')),
        ),
        NoteMoves(
            model_name='transferrequest',
            trigger=pgtrigger.compiler.Trigger(name='move_noted', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."status" IS DISTINCT FROM (NEW."status"))', execute="core_note_move('id')", func='RETURN NULL;', hash='8cc0ccaa2974bdc14db9b657da02aa044378b611', operation='UPDATE OF "status"', pgid='pgtrigger_move_noted_a02f6', table='hospitals_transferrequest', when='AFTER')),
        ),
    ]
