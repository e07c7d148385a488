"""Where the database notes every move of a status (docs/adr/0027)."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


# its argument names the column of the key. With its owner's rights: the product's role may not write there itself. No
# transaction of its own, so a move that is taken back takes its note along
NOTE_MOVE = """
CREATE FUNCTION core_note_move() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO core_statusmove (moved_at, table_name, object_id, old_status, new_status, by_role)
    VALUES (
        clock_timestamp(), TG_TABLE_NAME, to_jsonb(NEW) ->> TG_ARGV[0], OLD.status, NEW.status, session_user
    );
    RETURN NULL;
END $$
"""


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0005_installation'),
    ]

    operations = [
        migrations.CreateModel(
            name='StatusMove',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('moved_at', models.DateTimeField(help_text="The database's own clock")),
                ('table_name', models.CharField(max_length=63)),
                ('object_id', models.CharField(max_length=64)),
                ('old_status', models.CharField(max_length=30)),
                ('new_status', models.CharField(max_length=30)),
                ('by_role', models.CharField(help_text='The database role that was signed in', max_length=63)),
            ],
            options={
                'ordering': ['id'],
                'indexes': [models.Index(fields=['table_name', 'object_id'], name='status_move_object')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='statusmove',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='6f09ebea5eab58d14c13a244cd287956a55fb221', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_f1e17', table='core_statusmove', when='BEFORE')),
        ),
        migrations.RunSQL(NOTE_MOVE, "DROP FUNCTION core_note_move()"),
        # nobody hangs it onto a table of their own; the triggers of ours ask for no such right when they fire
        migrations.RunSQL("REVOKE ALL ON FUNCTION core_note_move() FROM PUBLIC", migrations.RunSQL.noop),
        pgtrigger.migrations.AddTrigger(
            model_name='auditevent',
            trigger=pgtrigger.compiler.Trigger(name='recorded_by_the_clock', sql=pgtrigger.compiler.UpsertTriggerSql(func='NEW.recorded_at = clock_timestamp(); RETURN NEW;', hash='cbbab57d2e0e27e89fb6d7879773020cce39de54', operation='INSERT', pgid='pgtrigger_recorded_by_the_clock_a9f1f', table='core_auditevent', when='BEFORE')),
        ),
    ]
