"""One more kind of call: dispatch can put somebody on no car, and hands them on to command."""

from django.db import migrations, models

from core.migrating import AddWords

KINDS = [
    ("gate_emergency", "门岗紧急放行"),
    ("unwell_aboard", "车上有人不舒服"),
    ("critical_without_car", "危急病人没有救护车"),
    ("roadside", "路边有人求助"),
    ("door_closed", "医院门口说不接"),
    ("on_way_to_closed", "在路上，去的科室停了"),
    ("overload", "接诊台接不动了"),
    ("late_hand_over", "到院没人交接"),
    ("transfer_unanswered", "转院没人答复"),
    ("person_not_found", "司机找不到人"),
    ("late_car", "车要晚到"),
    ("no_way_home", "看完了没有车回家"),
    ("handed_up", "调度台排不了，交指挥"),
    ("out_again", "拿旧证出门了"),
    ("void_pass_return", "拿作废的通行证回来了"),
    ("bad_code", "门岗扫到认不出的码，人回来了"),
    ("plan_failed", "自动排车出错了"),
    ("work_stopped", "后台不动了"),
]


class Migration(migrations.Migration):
    atomic = True  # no moment without the constraint

    dependencies = [("calls", "0010_status_moves")]

    operations = [
        migrations.AlterField(model_name="opencall", name="kind", field=models.CharField(choices=KINDS, max_length=24)),
        migrations.RemoveConstraint(model_name="opencall", name="call_kind_words"),
        AddWords(
            model_name="opencall",
            constraint=models.CheckConstraint(
                condition=models.Q(kind__in=[word for word, _label in KINDS]), name="call_kind_words"
            ),
        ),
    ]
