"""HBV and HCV leave the rows of transport, illnesses leave its labels, and the hospital's rows know the machine class.

Beside old code: what it still writes on a live trip is put right by the next sweep (dispatch.facts.reclass).
"""

from django.db import migrations

from dispatch.hand.entrances import neutral_label

# the register knows which patients a unit treats: as many HCV machines as its HCV patients of one shift
HOSPITALS = """
UPDATE hospitals_appointment a SET machine_class = r.infection_flag
FROM access_accessrequest q, access_resident r, hospitals_slot s, hospitals_service v
WHERE q.case_ref = a.case_ref AND r.id = q.resident_id AND s.id = a.slot_id AND v.id = s.service_id
    AND v.kind = 'hemodialysis' AND r.infection_flag IN ('HBV', 'HCV') AND a.machine_class = '';
UPDATE hospitals_appointment SET infection_flag = '' WHERE infection_flag IN ('HBV', 'HCV');
UPDATE hospitals_service v SET hcv_places = known.places
FROM (
    SELECT facility_id, max(people) AS places FROM (
        SELECT n.facility_id, count(*) AS people FROM access_careneed n JOIN access_resident r ON r.id = n.resident_id
        WHERE r.infection_flag = 'HCV' AND n.kind = 'dialysis' AND n.facility_id IS NOT NULL
        GROUP BY n.facility_id, n.schedule_days, n.shift
    ) AS shifts GROUP BY facility_id
) AS known
WHERE v.facility_id = known.facility_id AND v.kind = 'hemodialysis' AND v.hcv_places = 0;
"""
TRANSPORT = """
UPDATE transport_trip SET infection_class = '' WHERE infection_class IN ('HBV', 'HCV');
UPDATE transport_run SET infection_class = '' WHERE infection_class IN ('HBV', 'HCV');
UPDATE transport_run SET soiled_as = regexp_replace(soiled_as, '/?(HBV|HCV)', '') WHERE soiled_as ~ '(HBV|HCV)';
"""


def name_entrances(apps, schema_editor):
    """Give trips and stops that stand the neutral name of the entrance."""
    facility = apps.get_model("hospitals", "Facility")
    trip, stop = apps.get_model("transport", "Trip"), apps.get_model("transport", "Stop")
    for name, address in facility.objects.order_by().values_list("name", "address").distinct():
        label = neutral_label(name, address)
        if label != name:
            trip.objects.filter(from_label=name).update(from_label=label)
            trip.objects.filter(to_label=name).update(to_label=label)
            stop.objects.filter(label=name).update(label=label)


class Migration(migrations.Migration):

    dependencies = [
        ('dispatch', '0001_initial'),
        ('access', '0009_machine_class'),
        ('hospitals', '0006_machine_class'),
        ('transport', '0004_run_soiled_as'),
    ]

    operations = [
        migrations.RunSQL(HOSPITALS, migrations.RunSQL.noop),
        migrations.RunSQL(TRANSPORT, migrations.RunSQL.noop),
        migrations.RunPython(name_entrances, migrations.RunPython.noop),
    ]
