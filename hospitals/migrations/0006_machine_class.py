from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('hospitals', '0005_samples'),
    ]

    operations = [
        migrations.AlterField(
            model_name='appointment',
            name='infection_flag',
            field=models.CharField(blank=True, db_column='infection_flag', max_length=10),
        ),
        migrations.RenameField(
            model_name='appointment',
            old_name='infection_flag',
            new_name='precaution',
        ),
        migrations.AddField(
            model_name='appointment',
            name='machine_class',
            field=models.CharField(blank=True, choices=[('HBV', '乙肝专机'), ('HCV', '丙肝专机')], db_default='', default='', help_text='Takes one of its machines (E20)', max_length=10),
        ),
        migrations.AddField(
            model_name='service',
            name='hcv_places',
            field=models.PositiveSmallIntegerField(db_default=0, default=0, help_text="Of each slot's places, those kept for HCV (E20)"),
        ),
    ]
