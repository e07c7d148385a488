"""`./dev bench service`: the pages against the floor of this stack, then the whole product under everybody's load.

1. The table: floor, ours, ours again, the floor again, in one run. A run whose two floors differ by more than 1.3
   times is thrown away (exit code 3).
2. A minute of mixed work by all five roles, on every process of the product, beside 200 open live streams.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.service import report
from benchmarks.service.browser import Browser
from benchmarks.service.measure import Act, Tally, closed, opening
from benchmarks.service.mixed import mixed_load
from benchmarks.service.steps import ASKING, STEPS, Step
from benchmarks.service.town import Town
from ops.places import RUN

CLIENTS = 16
Busy = Callable[[], float]
NOISY = 1.3


def parser() -> argparse.ArgumentParser:
    """Return the options."""
    options = argparse.ArgumentParser(prog="./dev bench service", description=__doc__)
    options.add_argument("--seconds", type=float, default=4.0, help="length of each closed loop")
    options.add_argument("--residents", type=int, default=4000, help="people added to the demo city's 3,000")
    options.add_argument("--minutes", type=float, default=1.0, help="length of the mixed work; 0 leaves it out")
    options.add_argument("--rate", type=float, default=60.0, help="requests a second of the mixed work")
    options.add_argument(
        "--ramp", type=float, default=30.0, help="seconds in which people come to work, before the figures count"
    )
    options.add_argument("--streams", type=int, default=200, help="open live streams beside it")
    options.add_argument("--users", type=int, default=200, help="people who work")
    options.add_argument("--only", default="", help="steps whose name holds this word")
    options.add_argument("--no-table", action="store_true", help="the mixed work alone")
    options.add_argument("--folder", type=Path, help="keep the filled city here and use it again")
    options.add_argument("--json", type=Path, help="write all figures there")
    return options


def main() -> int:
    """Measure and print."""
    options = parser().parse_args()
    folder = options.folder or RUN / "bench-service"
    if options.folder is None:
        shutil.rmtree(folder, ignore_errors=True)
    found: dict[str, Any] = {}
    try:
        if not options.no_table:
            with Town(folder / "many", options.residents) as town:
                chosen = [step for step in STEPS if options.only in step.name]
                found["table"] = asyncio.run(table(town, chosen, options.seconds))
        if options.minutes:
            with Town(folder / "demo", 0) as town:
                found["mixed"] = asyncio.run(mixed_load(town, options))
    finally:
        if options.folder is None:
            shutil.rmtree(folder, ignore_errors=True)
    if options.json:
        options.json.write_text(json.dumps(found, indent=1, ensure_ascii=False))
    sys.stdout.write(report.whole(found))
    return 3 if found.get("table", {}).get("noise", 1.0) > NOISY else 0


async def table(town: Town, steps: list[Step], seconds: float) -> dict[str, Any]:
    """Measure the floor, every step, every step again, and the floor again."""
    floor_at, ours_at = town.start_floor(), town.stack.web()
    first = await floors(floor_at, seconds, lambda: town.busy("floor", "postgres"))
    names = {ASKING: town.known["asking"]}
    password = town.known["password"]
    signed = {each.user: await _signed_in(ours_at, names.get(each.user, each.user), password) for each in steps}
    passes = [[await one(step, signed[step.user], town, seconds) for step in steps] for _number in range(2)]
    last = await floors(floor_at, seconds, lambda: town.busy("floor", "postgres"))
    return {
        "floors": [first, last],
        "noise": max(max(first[k], last[k]) / min(first[k], last[k]) for k in first if k.endswith("per_second")),
        "steps": [merged(step, rows) for step, rows in zip(steps, zip(*passes, strict=True), strict=True)],
        "queries": count_queries(town, steps),
        "memory": town.memory(),
        "residents": town.residents + 3000,
    }


async def floors(address: str, seconds: float, busy: Busy) -> dict[str, float]:
    """Measure the three pages of the floor."""

    async def insert(browser: Browser) -> Any:
        return await browser.post("/insert/", {})

    acts: dict[str, Act] = {"none": opening("/plain/"), "rows": opening("/rows/"), "insert": insert}
    found = {}
    for name, act in acts.items():
        alone, crowd, spent = await loops(Browser(address), act, seconds, busy)
        found |= {f"{name}_per_second": crowd.per_second, f"{name}_p50": alone.at(0.5), f"{name}_cpu": spent}
    return found


async def loops(browser: Browser, act: Act, seconds: float, busy: Busy) -> tuple[Tally, Tally, float]:
    """Measure at one client, then at 16; also how much processor time an answer took there, in milliseconds."""
    await closed([browser], act, 0.3)  # what a process keeps is filled
    alone = await closed([browser], act, seconds / 2)
    twins = [browser.twin() for _number in range(CLIENTS)]
    before = busy()
    crowd = await closed(twins, act, seconds)
    spent = 1000 * (busy() - before) / len(crowd.seconds)
    for each in (browser, *twins):
        each.close()
    return alone, crowd, spent


async def one(step: Step, browser: Browser, town: Town, seconds: float) -> dict[str, Any]:
    """Measure one step."""
    alone, crowd, spent = await loops(browser, step.act(town.known), seconds, lambda: town.busy("web", "postgres"))
    errors = {**alone.errors, **crowd.errors}
    sys.stderr.write(
        f"{step.name}: {crowd.per_second:.0f}/s, {alone.at(0.5):.1f} ms, {spent:.1f} ms of processor {errors or ''}\n"
    )
    return {"per_second": crowd.per_second, "p50": alone.at(0.5), "p95": alone.at(0.95), "cpu": spent, "errors": errors}


def merged(step: Step, rows: tuple[dict[str, Any], ...]) -> dict[str, Any]:
    """Return the mean of both passes."""
    mean = {key: sum(row[key] for row in rows) / len(rows) for key in ("per_second", "p50", "p95", "cpu")}
    errors = {what: n for row in rows for what, n in row["errors"].items()}
    return {"name": step.name, **mean, "errors": errors}


async def _signed_in(address: str, username: str, password: str) -> Browser:
    browser = Browser(address)
    if username:
        await browser.sign_in(username, password)
    else:
        await browser.get("/sign-in/")
    return browser


def count_queries(town: Town, steps: list[Step]) -> dict[str, int]:
    """Count the statements of each page that is opened."""
    people = town.known["people"]
    words = {"phone": people["phones"][0], "name": people["names"][0], "resident": people["residents"][0]}
    asked = {step.name: f"{step.user} {step.url.format(**words)}" for step in steps if step.url}
    counted = town.seed("queries", given="\n".join(asked.values()))
    return {name: counted[line] for name, line in asked.items()}


if __name__ == "__main__":
    raise SystemExit(main())
