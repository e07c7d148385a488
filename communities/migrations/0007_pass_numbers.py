"""A pass's number is held by the database, once a day in a compound. Rows of before carry no day and are not held."""

from django.db import migrations, models

from core.migrating import AddColumn

ONCE = """
CREATE UNIQUE INDEX CONCURRENTLY "pass_number_once" ON "communities_gatepass" ("community_id", "number_day", "number")
WHERE "number_day" IS NOT NULL
"""


class Migration(migrations.Migration):
    atomic = False  # old code issues passes meanwhile

    dependencies = [("communities", "0006_words_valid")]

    operations = [
        AddColumn(
            model_name="gatepass",
            name="number_day",
            field=models.DateField(
                blank=True, help_text="The day its number counts in; empty: issued before numbers were held", null=True
            ),
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL('DROP INDEX CONCURRENTLY IF EXISTS "pass_number_once"', migrations.RunSQL.noop),
                migrations.RunSQL(ONCE, 'DROP INDEX CONCURRENTLY IF EXISTS "pass_number_once"'),
            ],
            state_operations=[
                migrations.AddConstraint(
                    model_name="gatepass",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("number_day__isnull", False)),
                        fields=("community", "number_day", "number"),
                        name="pass_number_once",
                    ),
                ),
            ],
        ),
    ]
