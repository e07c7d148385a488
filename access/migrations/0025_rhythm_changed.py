"""One more reason why the machine calls a wish off: the need it was made for is due at another time now."""

from django.db import migrations, models

from core.migrating import AddWords

REASONS = [
    ("patient", "本人不去了"),
    ("date", "改日子"),
    ("better", "病情变化，另行安排"),
    ("own_way", "自己解决了"),
    ("mistake", "录错了"),
    ("died", "去世"),
    ("admitted", "住院了"),
    ("isolated", "去隔离点了"),
    ("away", "不在家"),
    ("moved", "迁走"),
    ("paused", "这项需求暂停了"),
    ("ended", "这项需求结束了"),
    ("goods", "药和透析液不用人去取"),
    ("changed", "治疗的日子或医院改了"),
]


class Migration(migrations.Migration):
    atomic = True  # no moment without the constraint

    dependencies = [("access", "0024_fetched_at_the_gate")]

    operations = [
        migrations.AlterField(
            model_name="accessrequest",
            name="cancel_reason",
            field=models.CharField(blank=True, choices=REASONS, max_length=10),
        ),
        migrations.RemoveConstraint(model_name="accessrequest", name="request_cancel_reason_words"),
        AddWords(
            model_name="accessrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(cancel_reason__in=[*(word for word, _label in REASONS), ""]),
                name="request_cancel_reason_words",
            ),
        ),
    ]
