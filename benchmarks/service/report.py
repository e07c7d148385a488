"""The figures as Markdown, with what is not met named beside what is asked."""

from __future__ import annotations

from typing import Any

from benchmarks.service.steps import FLOOR_OF_PEER, STEPS, Step

MOST_MB = 120


def whole(found: dict[str, Any]) -> str:
    """Return both tables."""
    parts = []
    if "table" in found:
        parts.append(steps_table(found["table"]))
    if "mixed" in found:
        parts.append(mixed_table(found["mixed"]))
    return "\n".join(parts)


def steps_table(table: dict[str, Any]) -> str:
    """Return the floor and every step, with ratios to the floor of the same run."""
    first, last = table["floors"]
    floor = {key: (first[key] + last[key]) / 2 for key in first}
    lines = [
        f"Floor of this run, before and after: 50-row list {first['rows_per_second']:.0f} and "
        f"{last['rows_per_second']:.0f} a second, insert {first['insert_per_second']:.0f} and "
        f"{last['insert_per_second']:.0f}, without a database {first['none_per_second']:.0f} and "
        f"{last['none_per_second']:.0f}; they differ by {table['noise']:.2f} times at most. "
        f"{table['residents']} residents.",
        "",
        "| step | SQL (at most) | 16 clients, a second | of the floor (at least) | processor, ms (of the floor) "
        "| 1 client, p50 and p95 ms | against the peer (at least) | not met |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    known = {step.name: step for step in STEPS}
    lines += [_line(known[row["name"]], row, table["queries"], floor) for row in table["steps"]]
    sizes = table["memory"]
    too_large = max(rss for rss, _pss in sizes) > MOST_MB
    memory = ", ".join(f"{rss:.0f} MB RSS and {pss:.0f} MB PSS" for rss, pss in sizes)
    lines += ["", f"Web workers: {memory} (at most {MOST_MB}){' — not met' if too_large else ''}.", ""]
    return "\n".join(lines)


def judged(step: Step, row: dict[str, Any], queries: dict[str, int], floor: dict[str, float]) -> dict[str, Any]:
    """Return the ratios of a step and the names of what it does not keep to."""
    base = floor.get(f"{step.floor}_per_second", 0.0)
    share = row["per_second"] / base if base else 0.0
    cpu = floor.get(f"{step.floor}_cpu", 0.0) / row["cpu"] if row["cpu"] else 0.0
    times = row["per_second"] / floor["rows_per_second"] / (step.peer / FLOOR_OF_PEER) if step.peer else 0.0
    asked = queries.get(step.name)
    missed = {
        "SQL": asked is not None and asked > step.most_queries,
        "floor": share < step.least_share,
        "peer": times < step.times,
        "p95": bool(step.most_ms) and row["p95"] > step.most_ms,
        "errors": bool(row["errors"]),
    }
    names = [name for name, is_missed in missed.items() if is_missed]
    return {"share": share, "cpu": cpu, "times": times, "queries": asked, "missed": names}


def _line(step: Step, row: dict[str, Any], queries: dict[str, int], floor: dict[str, float]) -> str:
    found = judged(step, row, queries, floor)
    share = f"{found['share']:.2f} ({step.least_share})" if step.least_share else "–"
    cpu = f" ({found['cpu']:.2f})" if found["cpu"] else ""
    asked = "–" if found["queries"] is None else found["queries"]
    missed = ", ".join(found["missed"]) + (f" {row['errors']}" if row["errors"] else "")
    return (
        f"| {step.name} | {asked} ({step.most_queries}) | {row['per_second']:.0f} | {share} | {row['cpu']:.1f}{cpu} "
        f"| {row['p50']:.1f}, {row['p95']:.1f} | {found['times']:.0f} × ({step.times:.0f} ×) | {missed} |"
    )


def mixed_table(mixed: dict[str, Any]) -> str:
    """Return the mixed work, page by page."""
    streams, total = mixed["streams"], mixed["all"]
    spent = ", ".join(f"{name} {seconds}" for name, seconds in mixed["processor_s"].items())
    lines = [
        f"{mixed['users']} people, {mixed['rate']:.0f} requests a second for {mixed['seconds']:.0f} s beside "
        f"{streams['asked']} open live streams ({streams['open_at_end']} still open at the end, "
        f"{streams['events']} events told). All together: p50 {total['p50']} ms, p95 {total['p95']} ms, "
        f"p99 {total['p99']} ms, errors {sum(total['errors'].values())} {total['errors'] or ''}; "
        f"{mixed['refused']} answers said that somebody was quicker. In the {mixed['ramp']:.0f} s before, in which everybody "
        f"came to work, at the same rate: p50 {mixed['opening']['p50']} ms, p95 {mixed['opening']['p95']} ms.",
        "",
        f"Processor seconds of two cores in that time: {spent}.",
        "",
        "| role: page | answers | a second | p50 ms | p95 ms | p99 ms | errors |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    lines += [
        f"| {name} | {row['answers']} | {row['per_second']} | {row['p50']} | {row['p95']} | {row['p99']} "
        f"| {row['errors'] or 0} |"
        for name, row in mixed["pages"].items()
    ]
    sizes = {name: f"{max(rss for rss, _ in found):.0f} MB" for name, found in mixed["memory"].items() if found}
    lines += ["", f"Largest process (RSS): {', '.join(f'{name} {size}' for name, size in sizes.items())}.", ""]
    return "\n".join(lines)
