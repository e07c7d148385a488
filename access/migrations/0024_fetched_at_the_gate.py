"""Whom an ambulance already at the gate took is on the road: no other one is sent (INV-04, C7)."""

from django.db import migrations

# As in 0023, but that a guard's word of an ambulance at the gate is as good as a boarding.
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
        COALESCE(trip.boarded_at, scan.fetched_at) AS boarded_at,
        trip.dropped_at,
        intake.arrived_at,
        intake.handed_over_at,
        intake.treatment_started_at AS treatment_at,
        intake.ready_at,
        CASE
            -- no evidence of being home or kept outlives a later exit through the gate, except a death: whoever uses that
            -- pass then is somebody else
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
            -- being home only for who was out before: who comes back from an errand in the morning still goes at noon. Who
            -- travels alone leaves no trace when the gate saw nothing: the asked hour stands for having gone
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
            max(happened_at) FILTER (WHERE direction = 'entry') AS entered_at,
            -- an ambulance that 120 sent by itself stood at the gate: the guard's last word of it counts
            max((
                SELECT CASE WHEN detail.has_ambulance THEN detail.at END
                FROM communities_emergencydetail AS detail
                WHERE detail.scan_id = passage.id AND detail.has_ambulance IS NOT NULL
                ORDER BY detail.id DESC
                LIMIT 1
            )) FILTER (WHERE decision = 'emergency') AS fetched_at
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


class Migration(migrations.Migration):
    dependencies = [("access", "0023_out_again"), ("communities", "0011_exits_on_old_passes")]

    operations = [migrations.RunSQL(FACTS, migrations.RunSQL.noop)]
