"""Every move of a status is noted by the database itself (docs/adr/0027)."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations

from core.migrating import NoteMoves


class Migration(migrations.Migration):
    atomic = False  # each table for itself: together they could stand across a request that holds two of them

    dependencies = [
        ('core', '0006_status_moves'),
        ('transport', '0011_boarding_undone'),
    ]

    operations = [
        NoteMoves(
            model_name='run',
            trigger=pgtrigger.compiler.Trigger(name='move_noted', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."status" IS DISTINCT FROM (NEW."status"))', execute="core_note_move('id')", func='RETURN NULL;', hash='6ab02d317eed706d06ad20a397b01b9f2859e21a', operation='UPDATE OF "status"', pgid='pgtrigger_move_noted_d4773', table='transport_run', when='AFTER')),
        ),
        NoteMoves(
            model_name='trip',
            trigger=pgtrigger.compiler.Trigger(name='move_noted', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."status" IS DISTINCT FROM (NEW."status"))', execute="core_note_move('id')", func='RETURN NULL;', hash='10bff567f5114f4975285ae93011102b9d2cd83e', operation='UPDATE OF "status"', pgid='pgtrigger_move_noted_16aff', table='transport_trip', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='vehicle',
            trigger=pgtrigger.compiler.Trigger(name='status_moves', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE _is_valid_transition BOOLEAN;', func='SELECT CONCAT(OLD."status", \':\', NEW."status") = ANY(\'{available:not_yet_delivered,available:quarantined,available:off,not_yet_delivered:available,not_yet_delivered:quarantined,not_yet_delivered:off,quarantined:available,quarantined:not_yet_delivered,quarantined:off,off:available,off:not_yet_delivered,off:quarantined}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."status" IS DISTINCT FROM NEW."status") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "status" from "%" to "%" on table %\', OLD."status", NEW."status", TG_TABLE_NAME; ELSE RETURN NEW; END IF;', hash='7b12f549a733eb3c497b4e04f348c5991b62181c', operation='UPDATE', pgid='pgtrigger_status_moves_41581', table='transport_vehicle', when='BEFORE')),
        ),
        NoteMoves(
            model_name='vehicle',
            trigger=pgtrigger.compiler.Trigger(name='move_noted', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."status" IS DISTINCT FROM (NEW."status"))', execute="core_note_move('code')", func='RETURN NULL;', hash='b08bb6bc82184171a7cd5ecce092c8b2ec8cc29d', operation='UPDATE OF "status"', pgid='pgtrigger_move_noted_6c1be', table='transport_vehicle', when='AFTER')),
        ),
    ]
