"""What holds for requests and for people out, at every moment or once things are quiet."""

from __future__ import annotations

from core.invariants import Invariant

_OPEN = "('submitted', 'triaged', 'approved', 'unmet')"
_PRODUCT_NOW = "clock_timestamp() + COALESCE((SELECT max(seconds) FROM core_clockoffset), 0) * interval '1 second'"
_PASSED = "('let_out', 'let_in', 'checked', 'emergency')"

INVARIANTS = [
    Invariant(
        "INV-04-critical",
        "120 is called once for one person",
        "SELECT string_agg('request ' || number, ', ' ORDER BY number) FROM access_accessrequest"
        f" WHERE is_critical AND status IN {_OPEN} GROUP BY person_key HAVING count(*) > 1",
    ),
    Invariant(
        "INV-08",
        "each request has its record of being asked for exactly once",
        "SELECT 'request ' || r.number FROM access_accessrequest r JOIN core_auditevent e ON e.case_ref = r.case_ref"
        " AND e.verb IN ('request.submit', 'request.take_up') GROUP BY r.number HAVING count(*) > 1",
    ),
    Invariant(
        "INV-08-need",
        "one need of one kind for one person, and one order for it a day",
        "SELECT kind || ' of resident ' || min(resident_id::text) FROM access_careneed"
        " GROUP BY person_key, kind HAVING count(*) > 1"
        " UNION ALL SELECT need_kind || ' on ' || day || ' for resident ' || resident_id FROM access_standingorder"
        " GROUP BY resident_id, need_kind, day HAVING count(*) > 1",
    ),
    Invariant(
        "INV-08-number",
        "one identity number has one record, marked or not: whoever stands twice is to be sorted out by people",
        "SELECT 'residents ' || string_agg(id::text, ', ' ORDER BY registered_at) FROM access_resident"
        " WHERE archived_at IS NULL AND id_kind = 'resident_id' AND id_index <> '' AND id_fault IN ('', 'double')"
        " GROUP BY id_index HAVING count(*) > 1",
    ),
    Invariant(
        "INV-10-request",
        "a closed request says how it ended, an approved one since when, a cancelled one why",
        "SELECT 'request ' || number FROM access_accessrequest"
        " WHERE (status = 'closed') <> (closed_at IS NOT NULL) OR (status = 'closed') <> (outcome <> '')"
        " OR status IN ('approved', 'closed', 'unmet') AND approved_at IS NULL"
        " OR status = 'cancelled' AND cancel_reason = ''",
    ),
    Invariant(
        "INV-12",
        "each open request has an owner of the right place",
        "SELECT 'request ' || number FROM access_accessrequest"
        f" WHERE status IN {_OPEN} AND (owner_role = '' OR owner_place = ''"
        " OR owner_role = 'dispatch' AND owner_place <> dispatch_area"
        " OR owner_role = 'staff' AND owner_place IS DISTINCT FROM community_id)",
    ),
    Invariant(
        "INV-13",
        "each open request is looked at again within 30 minutes",
        "SELECT 'request ' || number FROM access_accessrequest"
        f" WHERE status IN {_OPEN} AND (next_check_at IS NULL"
        f" OR next_check_at > {_PRODUCT_NOW} + interval '31 minutes')",
    ),
    Invariant(
        "INV-17-absence",
        "nobody who died, is in hospital or elsewhere has an open request, unless out already or critical",
        "SELECT 'request ' || r.number FROM access_accessrequest r JOIN access_absence a ON a.person_key = r.person_key"
        " JOIN access_facts f ON f.request_id = r.id"
        f" WHERE a.ended_at IS NULL AND r.status IN {_OPEN} AND NOT r.is_critical AND NOT f.is_out"
        " AND f.kept_at IS NULL AND f.home_marked_at IS NULL AND f.entered_at IS NULL AND f.dropped_home_at IS NULL",
    ),
    Invariant(
        "INV-18",
        "whoever went out and is not known to be home or kept is on the list of people out",
        "SELECT 'case ' || seen.case_ref FROM (SELECT case_ref, max(happened_at) AS at FROM communities_scan s"
        f" WHERE direction = 'exit' AND decision IN {_PASSED} AND case_ref IS NOT NULL"
        " AND NOT EXISTS (SELECT FROM communities_scancorrection WHERE scan_id = s.id) GROUP BY case_ref) seen"
        " WHERE NOT EXISTS (SELECT FROM access_outside WHERE case_ref = seen.case_ref)"
        " AND NOT EXISTS (SELECT FROM access_accessrequest r WHERE r.case_ref = seen.case_ref AND r.status = 'closed'"
        " AND r.closed_at >= seen.at)"
        " AND NOT EXISTS (SELECT FROM communities_scan b WHERE b.case_ref = seen.case_ref AND b.direction = 'entry'"
        f" AND b.decision IN {_PASSED} AND b.happened_at >= seen.at)"
        " AND NOT EXISTS (SELECT FROM transport_trip t WHERE t.case_ref = seen.case_ref"
        " AND t.direction = 'inbound' AND t.status = 'completed' AND t.dropped_off_at >= seen.at)"
        " AND NOT EXISTS (SELECT FROM hospitals_intake i WHERE i.case_ref = seen.case_ref"
        " AND (i.status = 'died' OR i.status = 'admitted' AND COALESCE(i.ended_at, i.status_at) >= seen.at))"
        " AND NOT EXISTS (SELECT FROM access_homemark m WHERE m.case_ref = seen.case_ref AND m.withdrawn_at IS NULL"
        " AND m.at >= seen.at)"
        " AND NOT EXISTS (SELECT FROM access_handclosing h WHERE h.case_ref = seen.case_ref"
        " AND h.second_at >= seen.at)",
    ),
    Invariant(
        "INV-19",
        "closing takes nobody off the list of people out: only home, kept by a hospital, or two people's word",
        "SELECT 'request ' || r.number FROM access_accessrequest r JOIN access_facts f ON f.request_id = r.id"
        " WHERE r.status = 'closed' AND f.is_out"
        " AND NOT EXISTS (SELECT FROM access_outside o WHERE o.case_ref = r.case_ref)"
        " UNION ALL SELECT 'hand closing ' || case_ref FROM access_handclosing"
        " WHERE second_at IS NOT NULL AND (second_key = '' OR second_key = first_key)",
    ),
    Invariant(
        "INV-19b",
        "whoever was handed on stands at the house that received, which is theirs until they are let go (R-000-8)",
        "SELECT 'case ' || i.case_ref FROM hospitals_intake i"
        " JOIN access_accessrequest r ON r.case_ref = i.case_ref AND r.status <> 'closed'"
        " WHERE i.status = 'transferred' AND NOT EXISTS (SELECT FROM hospitals_intake j WHERE j.case_ref = i.case_ref"
        " AND j.status NOT IN ('transferred', 'withdrawn'))",
    ),
    Invariant(
        "INV-20",
        "whoever is ready to go home for ten minutes has a way home, or dispatch or command looks for one",
        "SELECT 'request ' || r.number FROM access_outside o JOIN access_accessrequest r ON r.id = o.request_id"
        " WHERE o.ready_at IS NOT NULL AND o.back_ride_at IS NULL AND o.boarded_back_at IS NULL"
        f" AND o.ready_at < {_PRODUCT_NOW} - interval '10 minutes' AND r.status IN {_OPEN}"
        " AND r.mode NOT IN ('own_car', 'on_foot') AND r.owner_role NOT IN ('dispatch', 'command')",
    ),
]
