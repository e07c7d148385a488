"""The view reads every column of a request: it is written anew, as it was, once there are more of them."""

from django.db import migrations

OUTSIDE = """
CREATE OR REPLACE VIEW access_outside AS
SELECT
    request.case_ref,
    request.id AS request_id,
    request.community_id,
    COALESCE(
        intake.facility_id,
        (SELECT facility_id FROM hospitals_appointment
         WHERE case_ref = request.case_ref AND status IN ('proposed', 'booked', 'arrived', 'fulfilled') LIMIT 1),
        request.facility_id
    ) AS facility_id,
    request.dispatch_area,
    request.name,
    COALESCE(resident.building, '') AS building,
    request.zone_class,
    request.mode,
    request.is_critical,
    facts.submitted_at, facts.approved_at, facts.booked_at, facts.scheduled_at, facts.exited_at,
    facts.boarded_at, facts.dropped_at, facts.arrived_at, facts.handed_over_at, facts.treatment_at,
    facts.ready_at, facts.kept_at, facts.back_ride_at, facts.boarded_back_at, facts.dropped_home_at,
    facts.entered_at, facts.home_marked_at, facts.hand_closed_at, facts.closed_at, facts.cancelled_at
FROM access_accessrequest AS request
-- one by one: there are few, among very many closed ones
JOIN LATERAL (SELECT * FROM access_facts WHERE request_id = request.id OFFSET 0) AS facts ON true
LEFT JOIN LATERAL (
    SELECT * FROM hospitals_intake
    WHERE case_ref = request.case_ref AND status <> 'withdrawn'
    ORDER BY status = 'transferred', arrived_at DESC
    LIMIT 1
) AS intake ON true
LEFT JOIN access_resident AS resident ON resident.id = request.resident_id
WHERE request.status <> 'closed' AND facts.is_out
UNION ALL
SELECT
    request.case_ref,
    request.id AS request_id,
    request.community_id,
    COALESCE(
        intake.facility_id,
        (SELECT facility_id FROM hospitals_appointment
         WHERE case_ref = request.case_ref AND status IN ('proposed', 'booked', 'arrived', 'fulfilled') LIMIT 1),
        request.facility_id
    ) AS facility_id,
    request.dispatch_area,
    request.name,
    COALESCE(resident.building, '') AS building,
    request.zone_class,
    request.mode,
    request.is_critical,
    facts.submitted_at, facts.approved_at, facts.booked_at, facts.scheduled_at, facts.exited_at,
    facts.boarded_at, facts.dropped_at, facts.arrived_at, facts.handed_over_at, facts.treatment_at,
    facts.ready_at, facts.kept_at, facts.back_ride_at, facts.boarded_back_at, facts.dropped_home_at,
    facts.entered_at, facts.home_marked_at, facts.hand_closed_at, facts.closed_at, facts.cancelled_at
FROM (
    -- The closed requests whose person can be out: nothing but an exit after the end puts them out again. On a pass that
    -- had come back or was void, its own record says so; else the call for help that every such exit raises. Looked for
    -- from their side, so that the list gets no dearer with each day.
    SELECT over.* FROM (
        SELECT case_ref, max(at) AS at FROM (
            SELECT case_ref, happened_at AS at FROM communities_scan
            WHERE direction = 'exit' AND reason IN ('used_back', 'revoked')
            UNION ALL
            SELECT case_ref, since FROM calls_opencall WHERE kind = 'out_again'
        ) AS told
        GROUP BY case_ref
    ) AS again
    CROSS JOIN LATERAL (
        SELECT * FROM access_accessrequest WHERE case_ref = again.case_ref AND status = 'closed' OFFSET 0
    ) AS over
    WHERE again.at > over.closed_at OR over.outcome = 'not_gone'
    OFFSET 0
) AS request
JOIN LATERAL (SELECT * FROM access_facts WHERE request_id = request.id OFFSET 0) AS facts ON true
LEFT JOIN LATERAL (
    SELECT * FROM hospitals_intake
    WHERE case_ref = request.case_ref AND status <> 'withdrawn'
    ORDER BY status = 'transferred', arrived_at DESC
    LIMIT 1
) AS intake ON true
LEFT JOIN access_resident AS resident ON resident.id = request.resident_id
WHERE facts.is_out
UNION ALL
SELECT
    seen.case_ref, NULL, seen.community_id, NULL, community.dispatch_area_id, '', seen.building, '', 'ambulance', true,
    seen.happened_at, NULL, NULL, NULL, seen.happened_at,
    NULL, NULL, NULL, NULL, NULL,
    NULL, NULL, NULL, NULL, NULL,
    NULL, NULL, NULL, NULL, NULL
FROM communities_scan AS seen
JOIN communities_community AS community ON community.code = seen.community_id
WHERE seen.decision = 'emergency' AND seen.direction = 'exit' AND seen.case_ref IS NOT NULL
AND NOT EXISTS (SELECT FROM access_accessrequest WHERE case_ref = seen.case_ref)
AND NOT EXISTS (
    SELECT FROM communities_scan AS back
    WHERE back.case_ref = seen.case_ref AND back.direction = 'entry' AND back.happened_at >= seen.happened_at
)
UNION ALL
SELECT
    seen.case_ref, NULL, NULL, seen.facility_id, COALESCE(area.area_id, ''), seen.label, '', '', 'vehicle',
    seen.is_critical,
    seen.arrived_at, NULL, NULL, NULL, NULL,
    NULL, NULL, seen.arrived_at, seen.handed_over_at, seen.treatment_started_at,
    seen.ready_at, NULL, NULL, NULL, NULL,
    NULL, NULL, NULL, NULL, NULL
FROM hospitals_intake AS seen
JOIN hospitals_facility AS facility ON facility.code = seen.facility_id
LEFT JOIN communities_dispatchareadivision AS area ON area.district_code = facility.division_code
WHERE seen.status IN ('arrived', 'in_treatment', 'released')
AND NOT EXISTS (SELECT FROM access_accessrequest WHERE case_ref = seen.case_ref)
"""


class Migration(migrations.Migration):
    dependencies = [("access", "0030_not_gone_valid")]

    operations = [migrations.RunSQL(OUTSIDE, migrations.RunSQL.noop)]
