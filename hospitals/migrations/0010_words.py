"""Refuse words outside an enum from now on: no row is looked at, so that nobody waits.

One table at a time: a page that reads both would wait for the second while this held the first and waited for the page.
Broken off, it begins anew: what stands already is dropped first.
"""

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("hospitals", "0009_door_of_second")]

    operations = [
        migrations.RunSQL("ALTER TABLE hospitals_facility DROP CONSTRAINT IF EXISTS facility_zone_role_words", migrations.RunSQL.noop),
        AddConstraintNotValid(
            model_name="facility",
            constraint=models.CheckConstraint(
                condition=models.Q(zone_role__in=['ordinary', 'yellow_code', 'designated', 'fangcang', 'none']),
                name="facility_zone_role_words",
            ),
        ),
        migrations.RunSQL("ALTER TABLE hospitals_service DROP CONSTRAINT IF EXISTS service_status_words", migrations.RunSQL.noop),
        AddConstraintNotValid(
            model_name="service",
            constraint=models.CheckConstraint(
                condition=models.Q(status__in=['open', 'limited', 'diverting', 'closed']),
                name="service_status_words",
            ),
        ),
    ]
