import django.contrib.postgres.fields
import django.contrib.postgres.indexes
from django.db import migrations, models

from access.finding import refresh
from core.migrating import AddColumn, AddIndexAnew


def fill(apps, schema_editor):
    """Write the index of every resident in small transactions, beside a product that goes on."""
    waiting = apps.get_model("access", "Resident")._default_manager.filter(search_text="")
    while refresh(waiting):
        pass


class Migration(migrations.Migration):

    atomic = False  # old code writes meanwhile: nothing is locked longer than a row

    dependencies = [
        ('access', '0014_handed_on'),
        ('core', '0001_initial'),
    ]

    operations = [
        AddColumn(
            model_name='resident',
            name='search_text',
            field=models.TextField(blank=True, db_default='', default='', help_text='The name, its key, every reading, its initials'),
        ),
        AddColumn(
            model_name='resident',
            name='search_tokens',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), blank=True, db_default=[], default=list, help_text='See access.finding', size=None),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        AddIndexAnew(
            model_name='resident',
            index=django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.indexes.OpClass('search_text', name='gin_trgm_ops'), name='resident_words'),
        ),
        AddIndexAnew(
            model_name='resident',
            index=django.contrib.postgres.indexes.GinIndex(fields=['search_tokens'], name='resident_tokens'),
        ),
        migrations.AlterField(
            model_name='resident',
            name='name_search',
            field=models.CharField(help_text='Name, pinyin and initials: what old versions search', max_length=160),
        ),
    ]
