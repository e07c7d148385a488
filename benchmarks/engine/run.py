"""`./dev bench engine`: the engine against best known values and its peers, in one run that can be resumed.

Every (instance, engine, seed) is one line in the results file, written as soon as it is known; a run that is started
again skips the lines it has. Each case runs in a child process, so that its peak memory is its own.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from benchmarks.engine.peers import PEERS
from matching.darp import Instance, read, solve_file
from matching.darp_check import check_result
from matching.engines import current

HERE = Path(__file__).parent
INSTANCES = HERE.parent / "instances"
LIBRARIES = {"ortools": "ortools", "vroom": "vroom"}
FIXED = ("a4-24", "a5-60", "a6-60", "a8-80", "b5-60", "b6-60", "b7-84", "pr03", "pr05", "pr07", "pr09", "pr19")


def main() -> int:
    """Run the cases not yet in the results file and print the table."""
    parser = argparse.ArgumentParser(prog="./dev bench engine", description=__doc__)
    parser.add_argument("--instances", type=Path, default=INSTANCES)
    parser.add_argument("--all", action="store_true", help="every instance of the folder, not only the fixed twelve")
    parser.add_argument("--only", default="", help="some instances by name: a4-24,pr05")
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--engines", default="own,ortools,vroom,nearest")
    parser.add_argument(
        "--processor-time", action="store_true", help="count the processor seconds of each thread, on a busy machine"
    )
    parser.add_argument("--json", type=Path, default=Path("bench-engine.json"))
    parser.add_argument("--case", nargs=3, metavar=("FILE", "ENGINE", "SEED"), help="run one case (used by itself)")
    options = parser.parse_args()
    if options.case:
        sys.stdout.write(json.dumps(one_case(options)) + "\n")
        return 0
    rows = json.loads(options.json.read_text()) if options.json.exists() else []
    known = best_known(options.instances)
    for path, engine, seed in cases(options):
        if any(row.items() >= key_of(options, path, engine, seed).items() for row in rows):
            continue
        rows.append(in_child(options, path, engine, seed, known.get(path.stem)))
        options.json.write_text(json.dumps(rows, indent=1))
        sys.stderr.write(f"{rows[-1]}\n")
    sys.stdout.write(table(rows))
    return 0


def cases(options: argparse.Namespace) -> Iterator[tuple[Path, str, int]]:
    """Yield what has to be run; peers without chance run once."""
    files = sorted(options.instances.rglob("*.txt"))
    is_ours = options.instances == INSTANCES and not options.all
    wanted = set(options.only.split(",")) if options.only else set(FIXED) if is_ours else {file.stem for file in files}
    for path in (file for file in files if file.stem in wanted):
        for engine in (name for name in options.engines.split(",") if is_installed(name)):
            for seed in range(options.seeds if engine == "own" else 1):
                yield path, engine, seed


def is_installed(engine: str) -> bool:
    """Tell whether an engine can be run here; peers are installed for benchmarks only."""
    return engine not in LIBRARIES or find_spec(LIBRARIES[engine]) is not None


def best_known(folder: Path) -> dict[str, float]:
    """Read the best known values of a folder, if it has them."""
    found: dict[str, float] = {}
    path = folder / "best_known.csv"
    for row in csv.DictReader(path.open()) if path.exists() else ():
        name, value = row["instance"].split()[0], float(row["value"])
        found[name] = min(value, found.get(name, value))
    return found


def key_of(options: argparse.Namespace, path: Path, engine: str, seed: int) -> dict[str, Any]:
    """Return what tells one case from another."""
    clock = "processor" if options.processor_time else "wall"
    return {"instance": path.stem, "engine": engine, "seed": seed, "seconds": options.seconds, "clock": clock}


def in_child(options: argparse.Namespace, path: Path, engine: str, seed: int, known: float | None) -> dict[str, Any]:
    """Run one case in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.engine.run", "--case", str(path), engine, str(seed)]
    command += ["--seconds", str(options.seconds), "--threads", str(options.threads)]
    command += ["--processor-time"] if options.processor_time else []
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=dict(os.environ))
    row = key_of(options, path, engine, seed)
    if done.returncode != 0:
        return {**row, "error": done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "no answer"}
    row.update(json.loads(done.stdout.splitlines()[-1]))
    is_complete = row["served"] == row["requests"]
    row["best_known"] = known
    row["gap_pct"] = round(100.0 * (row["cost"] / known - 1.0), 3) if known and is_complete else None
    return row


def one_case(options: argparse.Namespace) -> dict[str, Any]:
    """Solve one instance by one engine and measure it."""
    path, engine, seed = Path(options.case[0]), options.case[1], int(options.case[2])
    instance = read(path)
    if engine == "own":
        row = own_case(path, instance, seed, options)
    else:
        seconds = options.seconds * (slowness() if options.processor_time else 1.0)
        used = time.process_time()
        found = PEERS[engine](instance, seconds)
        row = {"cost": found["cost"], "served": found["served"], "violations": found["over_limit"]}
        row |= {"over_limit": found["over_limit"], "wall_s": round(found["seconds"], 2)}
        row["cpu_s"] = round(time.process_time() - used, 2)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0
    return {**row, "requests": instance.requests, "peak_mb": round(peak, 1)}


def own_case(path: Path, instance: Instance, seed: int, options: argparse.Namespace) -> dict[str, Any]:
    """Solve one instance by our own engine, compiled beforehand."""
    asked: dict[str, Any] = {"engine": current(), "threads": options.threads}
    if options.processor_time:
        asked["clock"] = lambda: time.process_time() / options.threads
    solve_file(path, seconds=None, iterations=10, seed=0, **asked)
    began, used = time.perf_counter(), time.process_time()
    result = solve_file(path, seconds=options.seconds, iterations=None, seed=seed, **asked)
    served = instance.requests - len(result["unserved"])
    row = {"cost": result["cost"], "served": served, "violations": len(check_result(instance, result))}
    row |= {"over_limit": 0, "iterations": result["iterations"]}
    wall, cpu = time.perf_counter() - began, time.process_time() - used
    return {**row, "wall_s": round(wall, 2), "cpu_s": round(cpu, 2)}


def slowness() -> float:
    """Return by how much the clock runs ahead of the processor time one busy thread gets here, now."""
    began, used = time.perf_counter(), time.process_time()
    while time.process_time() - used < 1.0:
        sum(range(10_000))
    return max(1.0, (time.perf_counter() - began) / (time.process_time() - used))


def table(rows: list[dict[str, Any]]) -> str:
    """Return a Markdown table: medians over the seeds, one line per instance, one column per engine."""
    engines = list(dict.fromkeys(row["engine"] for row in rows))
    lines = ["| instance | best known | " + " | ".join(f"{e} gap %" for e in engines) + " |"]
    lines.append("| --- | --- |" + " --- |" * len(engines))
    for name in dict.fromkeys(row["instance"] for row in rows):
        cells = []
        for engine in engines:
            found = [r for r in rows if r["instance"] == name and r["engine"] == engine]
            cells.append(cell(found))
        known = next((r.get("best_known") for r in rows if r["instance"] == name and r.get("best_known")), None)
        lines.append(f"| {name} | {known or '–'} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def cell(found: list[dict[str, Any]]) -> str:
    """Return the median gap of the seeds, with what is wrong with it in brackets."""
    if not found or "error" in found[0]:
        return found[0]["error"][:40] if found else "–"
    row = found[0]
    if row["gap_pct"] is None:
        return (
            f"{row['requests'] - row['served']} unserved" if row["served"] < row["requests"] else f"{row['cost']:.2f}"
        )
    gap = statistics.median(r["gap_pct"] for r in found if r.get("gap_pct") is not None)
    over = max(r["over_limit"] for r in found)
    return f"{gap:.2f}" + (f" ({over} rides over the limit)" if over else "")


if __name__ == "__main__":
    raise SystemExit(main())
