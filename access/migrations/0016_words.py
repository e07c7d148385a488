"""Refuse words outside an enum from now on: no row is looked at, so that nobody waits.

One table at a time: a page that reads both would wait for the second while this held the first and waited for the page.
Broken off, it begins anew: what stands already is dropped first.
"""

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("access", "0015_finding")]

    operations = [
        migrations.RunSQL("ALTER TABLE access_careneed DROP CONSTRAINT IF EXISTS need_kind_words", migrations.RunSQL.noop),
        AddConstraintNotValid(
            model_name="careneed",
            constraint=models.CheckConstraint(
                condition=models.Q(kind__in=['dialysis', 'peritoneal_dialysis', 'chemotherapy', 'radiotherapy', 'picc_care', 'pregnancy', 'postpartum', 'newborn', 'child_chronic', 'severe_mental_illness', 'chronic_medicine', 'controlled_medicine', 'home_nursing', 'outpatient', 'emergency']),
                name="need_kind_words",
            ),
        ),
        migrations.RunSQL("ALTER TABLE access_careneed DROP CONSTRAINT IF EXISTS need_status_words", migrations.RunSQL.noop),
        AddConstraintNotValid(
            model_name="careneed",
            constraint=models.CheckConstraint(
                condition=models.Q(status__in=['active', 'suspended', 'ended']),
                name="need_status_words",
            ),
        ),
        migrations.RunSQL("ALTER TABLE access_resident DROP CONSTRAINT IF EXISTS resident_mobility_words", migrations.RunSQL.noop),
        AddConstraintNotValid(
            model_name="resident",
            constraint=models.CheckConstraint(
                condition=models.Q(mobility__in=['walk', 'assisted', 'wheelchair', 'stretcher']),
                name="resident_mobility_words",
            ),
        ),
    ]
