"""`./dev bench matching`: a day's requests arranged by real workers, and an emergency behind a backlog.

Real processes on a private copy of the demo city at five in the morning: PostgreSQL, Valkey, relay, both workers.

1. So many requests of one day are asked for; how long until each is arranged or waits with a reason, and is every
   plan legal by the independent checker, the same when it is solved again, every ride explained, nothing half done?
2. So many wait unplanned; how long until an emergency has its first proposal, while a worker plans the backlog?
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from ops.places import ROOT, RUN
from ops.process import wait_until
from ops.servers import Stack

DEMO = ROOT / "demo" / "dandong"
PATIENCE_S = 300.0
UNSEEN = (
    "SELECT count(*) FROM access_accessrequest r JOIN access_facts f ON f.request_id = r.id"
    " WHERE r.status = 'approved' AND f.scheduled_at IS NULL AND r.needs_person_reason = ''"
)
HALF = (
    "SELECT count(*) FROM access_facts f JOIN access_accessrequest r ON r.id = f.request_id WHERE r.status = 'approved'"
    " AND (f.scheduled_at IS NULL) AND r.case_ref IN (SELECT case_ref FROM transport_trip WHERE status = 'scheduled'"
    " UNION SELECT case_ref FROM hospitals_appointment WHERE status = 'booked'"
    " UNION SELECT case_ref FROM communities_gatepass WHERE status = 'issued')"
)
UNEXPLAINED = "SELECT count(*) FROM transport_trip WHERE status = 'scheduled' AND explanation = '{}'"
PROPOSED = (
    "SELECT extract(epoch FROM min(a.recorded_at) - min(o.created_at)) FROM core_outboxmessage o"
    " JOIN core_auditevent a ON a.case_ref = o.case_ref AND a.verb = 'request.arranged' WHERE o.case_ref = %s"
)


def parser() -> argparse.ArgumentParser:
    """Return the options."""
    options = argparse.ArgumentParser(prog="./dev bench matching", description=__doc__)
    options.add_argument("--people", type=int, default=300, help="requests of one day; 0 leaves this part out")
    options.add_argument("--backlog", type=int, default=2000, help="who wait before the emergencies; 0 leaves it out")
    options.add_argument("--emergencies", type=int, default=20)
    options.add_argument("--json", type=Path, help="write all figures there")
    return options


def main() -> int:
    """Measure both and print."""
    options = parser().parse_args()
    folder = RUN / "bench-matching"
    shutil.rmtree(folder, ignore_errors=True)
    found: dict[str, Any] = {}
    try:
        with Stack(folder / "town") as town:
            town.manage("load_city", str(DEMO))
            _people(town, "morning")
        if options.people:
            found["day"] = _in_copy(folder, "day", lambda city: arranged(city, options.people))
        if options.backlog:
            ask = (options.backlog, options.emergencies)
            found["urgent"] = _in_copy(folder, "urgent", lambda city: urgent(city, *ask))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if options.json:
        options.json.write_text(json.dumps(found, indent=1))
    sys.stdout.write(report(found))
    return 0


def _in_copy(folder: Path, name: str, measure: Any) -> dict[str, Any]:
    """Measure in a copy of the town whose workers have compiled their kernels, as a day after the first has them."""
    with Stack(folder / name, template=folder / "town") as city:
        _compile(city)
        result: dict[str, Any] = measure(city)
        return result


def _compile(city: Stack) -> None:
    code = "from matching.engines import current; current()"
    subprocess.run([sys.executable, "-c", code], env=city.environment("owner"), cwd=ROOT, check=True)


def _people(stack: Stack, *words: object) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.longer.people", *map(str, words)]
    ended = subprocess.run(
        command, env=stack.environment("owner"), cwd=ROOT, capture_output=True, text=True, check=False
    )
    if ended.returncode != 0:
        raise RuntimeError(ended.stderr[-3000:])
    answer: dict[str, Any] = json.loads(ended.stdout.strip().splitlines()[-1])
    return answer


def _number(stack: Stack, query: str, *values: object) -> float | None:
    with stack.connect(autocommit=True) as connection:
        row = connection.execute(query, values).fetchone()  # type: ignore[arg-type]
        return None if row is None or row[0] is None else float(row[0])


def arranged(city: Stack, people: int) -> dict[str, Any]:
    """Ask for a day's people and let the workers arrange them."""
    city.worker()
    city.urgent()
    asked = len(_people(city, "ask", people)["asked"])
    began = time.monotonic()
    city.relay()
    done = wait_until(lambda: _number(city, UNSEEN) == 0, PATIENCE_S)
    took = time.monotonic() - began
    state = _people(city, "state")
    runs = [run["id"] for run in state["runs"] if run["applied"]]
    replayed = [json.loads(city.manage("replay", run).strip().splitlines()[-1]) for run in runs]
    return {
        "asked": asked,
        "seconds": round(took, 1),
        "all_seen": done,
        "arranged": state["arranged"],
        "waiting": state["reasons"],
        "half": _number(city, HALF),
        "unexplained": _number(city, UNEXPLAINED),
        "runs": state["runs"],
        "violations": sum(len(each["violations"]) for each in replayed),
        "same": sum(each["same"] for each in replayed),
        "replayed": len(replayed),
        "invariants": city.manage("check_invariants", check=False).strip().splitlines()[-1],
    }


def urgent(city: Stack, backlog: int, emergencies: int) -> dict[str, Any]:
    """Let a backlog wait, start the workers, and raise emergencies one after another."""
    waiting = len(_people(city, "ask", backlog)["asked"])
    city.worker()
    city.urgent()
    city.relay()
    took: list[float] = []
    for _round in range(emergencies):
        (case,) = _people(city, "critical", 1)["asked"]
        wait_until(lambda case=case: _number(city, PROPOSED, case) is not None, 60)  # type: ignore[misc]
        took.append(_number(city, PROPOSED, case) or 60.0)
    took.sort()
    return {
        "backlog": waiting,
        "emergencies": len(took),
        "p50": round(took[len(took) // 2], 2),
        "p95": round(took[max(0, -(-len(took) * 95 // 100) - 1)], 2),
        "worst": round(took[-1], 2),
        "arranged_meanwhile": _people(city, "state")["arranged"],
    }


def report(found: dict[str, Any]) -> str:
    """Return the figures in words."""
    lines = []
    if day := found.get("day"):
        lines += [
            f"{day['asked']} requests of one day: every one arranged or with its reason after {day['seconds']} s (at most"
            f" 30); {day['arranged']} arranged, waiting {day['waiting'] or 'nobody'}, half-arranged {day['half']:.0f},"
            f" rides without an explanation {day['unexplained']:.0f}, {day['replayed']} plans checked again:"
            f" {day['violations']} violations, {day['same']} the same; {day['invariants']}",
        ]
    if ask := found.get("urgent"):
        lines += [
            f"Emergency behind a backlog of {ask['backlog']}, the planning worker at work on it: first proposal of"
            f" {ask['emergencies']}: median {ask['p50']} s, p95 {ask['p95']} s (at most 3), worst {ask['worst']} s",
        ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    raise SystemExit(main())
