"""Whoever goes out again after the case was closed is out again: on the list, whatever the status (INV-18, INV-19)."""

from django.db import migrations

# As in 0014, but that no evidence of being home or kept outlives a later exit through the gate: neither an admission
# nor two people's word. A death does: whoever uses that pass then is somebody else.
FACTS = """
CREATE OR REPLACE VIEW access_facts AS
SELECT
    known.*,
    CASE
        WHEN closed_at IS NOT NULL THEN 'closed'
        WHEN entered_at IS NOT NULL THEN 'entered'
        WHEN boarded_back_at IS NOT NULL THEN 'boarded_back'
        WHEN ready_at IS NOT NULL THEN 'released'
        WHEN arrived_at IS NOT NULL THEN 'arrived'
        WHEN boarded_at IS NOT NULL THEN 'boarded'
        WHEN exited_at IS NOT NULL THEN 'exited'
        WHEN scheduled_at IS NOT NULL THEN 'scheduled'
        WHEN booked_at IS NOT NULL THEN 'booked'
        WHEN approved_at IS NOT NULL THEN 'approved'
        ELSE 'submitted'
    END AS stage,
    COALESCE(exited_at, boarded_at, dropped_at, arrived_at, ready_at, boarded_back_at) IS NOT NULL
    AND COALESCE(kept_at, hand_closed_at, dropped_home_at, entered_at, home_marked_at) IS NULL AS is_out
FROM (
    SELECT
        request.id AS request_id,
        request.submitted_at,
        request.approved_at,
        appointment.booked_at,
        CASE
            WHEN request.mode IN ('own_car', 'on_foot') THEN appointment.booked_at
            WHEN trip.has_way_back THEN trip.out_ride_at
        END AS scheduled_at,
        scan.exited_at,
        trip.boarded_at,
        trip.dropped_at,
        intake.arrived_at,
        intake.handed_over_at,
        intake.treatment_started_at AS treatment_at,
        intake.ready_at,
        CASE
            WHEN intake.status = 'died' THEN COALESCE(intake.ended_at, intake.status_at)
            WHEN (intake.status = 'admitted' OR intake.status = 'transferred' AND request.status = 'closed')
                AND (scan.exited_at IS NULL OR COALESCE(intake.ended_at, intake.status_at) >= scan.exited_at)
                THEN COALESCE(intake.ended_at, intake.status_at)
        END AS kept_at,
        trip.back_ride_at,
        trip.boarded_back_at,
        CASE WHEN scan.exited_at IS NULL OR trip.dropped_home_at >= scan.exited_at THEN trip.dropped_home_at END
            AS dropped_home_at,
        CASE
            WHEN scan.entered_at >= COALESCE(
                scan.exited_at, trip.boarded_at, trip.dropped_at, intake.arrived_at, intake.ready_at, trip.boarded_back_at,
                CASE WHEN request.mode IN ('own_car', 'on_foot') THEN request.arrive_at END
            ) THEN scan.entered_at
        END AS entered_at,
        CASE WHEN scan.exited_at IS NULL OR mark.marked_at >= scan.exited_at THEN mark.marked_at END
            AS home_marked_at,
        CASE WHEN scan.exited_at IS NULL OR closing.second_at >= scan.exited_at THEN closing.second_at END
            AS hand_closed_at,
        request.closed_at,
        CASE WHEN request.status = 'cancelled' THEN request.status_at END AS cancelled_at
    FROM access_accessrequest AS request
    LEFT JOIN LATERAL (
        SELECT * FROM hospitals_intake
        WHERE case_ref = request.case_ref AND status <> 'withdrawn'
        ORDER BY status = 'transferred', arrived_at DESC
        LIMIT 1
    ) AS intake ON true
    LEFT JOIN access_handclosing AS closing ON closing.case_ref = request.case_ref
    LEFT JOIN LATERAL (
        SELECT max(status_at) AS booked_at
        FROM hospitals_appointment
        WHERE case_ref = request.case_ref AND status IN ('booked', 'arrived', 'fulfilled')
    ) AS appointment ON true
    LEFT JOIN LATERAL (
        SELECT
            max(happened_at) FILTER (WHERE direction = 'exit') AS exited_at,
            max(happened_at) FILTER (WHERE direction = 'entry') AS entered_at
        FROM communities_scan AS passage
        WHERE case_ref = request.case_ref AND decision IN ('let_out', 'let_in', 'checked', 'emergency')
        AND NOT EXISTS (SELECT FROM communities_scancorrection WHERE scan_id = passage.id)
    ) AS scan ON true
    LEFT JOIN LATERAL (
        SELECT max(at) AS marked_at FROM access_homemark
        WHERE case_ref = request.case_ref AND withdrawn_at IS NULL
    ) AS mark ON true
    LEFT JOIN LATERAL (
        SELECT
            max(status_at) FILTER (WHERE direction = 'outbound' AND status IN ('scheduled', 'on_board', 'completed'))
                AS out_ride_at,
            bool_or(direction = 'inbound' AND (
                status IN ('scheduled', 'on_board', 'completed') OR status = 'will_call' AND reserved_run_id IS NOT NULL
            )) AS has_way_back,
            max(picked_up_at) FILTER (WHERE direction <> 'inbound') AS boarded_at,
            max(dropped_off_at) FILTER (WHERE direction <> 'inbound') AS dropped_at,
            max(status_at) FILTER (WHERE direction = 'inbound' AND status IN ('scheduled', 'on_board', 'completed'))
                AS back_ride_at,
            max(picked_up_at) FILTER (WHERE direction = 'inbound' AND status IN ('on_board', 'completed'))
                AS boarded_back_at,
            max(dropped_off_at) FILTER (
                WHERE direction = 'inbound' AND status = 'completed' AND to_kind = 'community'
            ) AS dropped_home_at
        FROM transport_trip
        WHERE case_ref = request.case_ref
    ) AS trip ON true
) AS known
"""

# The person of each of some requests, whose facts are asked for one by one: there are few, among very many closed ones.
OF_REQUEST = """
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
FROM {requests} AS request
JOIN LATERAL (SELECT * FROM access_facts WHERE request_id = request.id OFFSET 0) AS facts ON true
LEFT JOIN LATERAL (
    SELECT * FROM hospitals_intake
    WHERE case_ref = request.case_ref AND status <> 'withdrawn'
    ORDER BY status = 'transferred', arrived_at DESC
    LIMIT 1
) AS intake ON true
LEFT JOIN access_resident AS resident ON resident.id = request.resident_id
WHERE {which}facts.is_out
"""

# The closed requests whose person can be out: nothing but an exit after the end puts them out again. On a pass that had
# come back or was void, its own record says so; else (nobody had seen the pass go or come back) the call for help that
# every such exit raises. Looked for from their side, so that the list gets no dearer with each day.
OUT_AGAIN = """(
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
)"""
OF_EACH = "UNION ALL".join(
    (
        OF_REQUEST.format(requests="access_accessrequest", which="request.status <> 'closed' AND "),
        OF_REQUEST.format(requests=OUT_AGAIN, which=""),
    )
)

# As in 0014, with the closed requests whose person is out; INV-19 finds whom this would leave out.
OUTSIDE = f"""
CREATE OR REPLACE VIEW access_outside AS
{OF_EACH}
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
    dependencies = [
        ("access", "0022_more_words_valid"),
        ("calls", "0008_out_again"),
        ("communities", "0011_exits_on_old_passes"),
        ("hospitals", "0011_words_valid"),
        ("transport", "0008_one_way"),
    ]

    operations = [
        migrations.RunSQL(FACTS, migrations.RunSQL.noop),
        migrations.RunSQL(OUTSIDE, migrations.RunSQL.noop),
    ]
