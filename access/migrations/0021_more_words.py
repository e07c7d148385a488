"""Refuse words outside an enum in the other columns too, from now on: no row is looked at, so that nobody waits."""

from django.db import migrations, models

from core.migrating import AddWords


class Migration(migrations.Migration):
    atomic = False  # each table for itself: together they could stand across a request that holds two of them

    dependencies = [("access", "0020_building_key")]

    operations = [
        AddWords(
            model_name="absence",
            constraint=models.CheckConstraint(
                condition=models.Q(kind__in=['admitted', 'isolated', 'away', 'died', 'moved']),
                name="absence_kind_words",
            ),
        ),
        AddWords(
            model_name="accessrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(need_kind__in=['dialysis', 'peritoneal_dialysis', 'chemotherapy', 'radiotherapy', 'picc_care', 'pregnancy', 'postpartum', 'newborn', 'child_chronic', 'severe_mental_illness', 'chronic_medicine', 'controlled_medicine', 'home_nursing', 'outpatient', 'emergency']),
                name="request_need_kind_words",
            ),
        ),
        AddWords(
            model_name="accessrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(status__in=['submitted', 'triaged', 'approved', 'redirected_online', 'unmet', 'closed', 'cancelled']),
                name="request_status_words",
            ),
        ),
        AddWords(
            model_name="accessrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(mode__in=['vehicle', 'ambulance', 'own_car', 'on_foot']),
                name="request_mode_words",
            ),
        ),
        AddWords(
            model_name="accessrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(mobility__in=['walk', 'assisted', 'wheelchair', 'stretcher']),
                name="request_mobility_words",
            ),
        ),
        AddWords(
            model_name="accessrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(outcome__in=['home', 'admitted', 'transferred', 'died', 'not_gone', '']),
                name="request_outcome_words",
            ),
        ),
        AddWords(
            model_name="accessrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(cancel_reason__in=['patient', 'date', 'better', 'own_way', 'mistake', 'died', 'admitted', 'isolated', 'away', 'moved', 'paused', 'ended', 'goods', '']),
                name="request_cancel_reason_words",
            ),
        ),
        AddWords(
            model_name="resident",
            constraint=models.CheckConstraint(
                condition=models.Q(precaution__in=['positive', 'suspected', 'isolated', '']),
                name="resident_precaution_words",
            ),
        ),
    ]
