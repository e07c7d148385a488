from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('access', '0008_home_only_after_out'),
    ]

    operations = [
        migrations.AlterField(
            model_name='resident',
            name='infection_flag',
            field=models.CharField(blank=True, db_column='infection_flag', help_text='HBV, HCV: a dialysis machine of its own', max_length=10),
        ),
        migrations.RenameField(
            model_name='resident',
            old_name='infection_flag',
            new_name='machine_class',
        ),
    ]
