"""Refuse words outside an enum in the other columns too, from now on: no row is looked at, so that nobody waits."""

from django.db import migrations, models

from core.migrating import AddWords


class Migration(migrations.Migration):
    atomic = False  # each table for itself: together they could stand across a request that holds two of them

    dependencies = [("accounts", "0002_demo_sign_ins")]

    operations = [
        migrations.AlterField(
            model_name="user",
            name="theme",
            field=models.CharField(choices=[("auto", "Auto"), ("light", "Light"), ("dark", "Dark")], default="auto", max_length=5),
        ),
        AddWords(
            model_name="post",
            constraint=models.CheckConstraint(
                condition=models.Q(role__in=['staff', 'lead', 'guard', 'driver', 'dispatch', 'intake', 'hospadm', 'command', 'auditor', 'sysadmin']),
                name="post_role_words",
            ),
        ),
        AddWords(
            model_name="post",
            constraint=models.CheckConstraint(
                condition=models.Q(place_kind__in=['community', 'gate', 'fleet', 'dispatch_area', 'facility', 'street', 'district', 'city']),
                name="post_place_kind_words",
            ),
        ),
        AddWords(
            model_name="user",
            constraint=models.CheckConstraint(
                condition=models.Q(theme__in=['auto', 'light', 'dark']),
                name="user_theme_words",
            ),
        ),
    ]
