"""Draw the figures of `docs/explanation/engine.md` as plain SVG: gaps by instance, growth by size."""

from __future__ import annotations

import argparse
import json
import math
import statistics
from pathlib import Path
from typing import Any

WIDTH, HEIGHT, LEFT, BOTTOM = 760, 320, 56, 60
COLOURS = {"own": "#0b6e4f", "ortools": "#c1666b", "vroom": "#d4a24c", "nearest": "#8d99ae"}
CAP_PCT = 30.0


def main() -> int:
    """Write `gaps.svg` and `growth.svg`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=Path, required=True, help="results of benchmarks.engine.run")
    parser.add_argument("--city", type=Path, help="lines of benchmarks.engine.city")
    parser.add_argument("--out", type=Path, default=Path("docs/explanation/engine"))
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "gaps.svg").write_text(gaps(json.loads(options.rows.read_text())))
    if options.city:
        rows = [json.loads(line) for line in options.city.read_text().splitlines() if line.startswith("{")]
        (options.out / "growth.svg").write_text(growth(rows))
    return 0


def gaps(rows: list[dict[str, Any]]) -> str:
    """Return bars of the median gap per instance; hollow bars break ride limits, a cross leaves patients behind."""
    names = list(dict.fromkeys(row["instance"] for row in rows))
    engines = [engine for engine in ("own", "ortools", "vroom") if any(r["engine"] == engine for r in rows)]
    step = (WIDTH - LEFT - 10) / len(names)
    bar = step / (len(engines) + 1)
    parts = [axis([0, 5, 10, 15, 20, 25, 30], CAP_PCT, "%")]
    for k, name in enumerate(names):
        parts.append(label(LEFT + (k + 0.5) * step, HEIGHT - BOTTOM + 16, name))
        for j, engine in enumerate(engines):
            found = [r for r in rows if r["instance"] == name and r["engine"] == engine and "error" not in r]
            left = LEFT + k * step + (j + 0.5) * bar
            known = [r["gap_pct"] for r in found if r["gap_pct"] is not None]
            if not known:
                parts.append(label(left + bar / 2, HEIGHT - BOTTOM - 4, "×", COLOURS[engine]))
                continue
            tall = min(CAP_PCT, max(0.3, statistics.median(known))) / CAP_PCT * (HEIGHT - BOTTOM - 20)
            fill = "none" if max(r["over_limit"] for r in found) else COLOURS[engine]
            parts.append(
                f'<rect x="{left:.1f}" y="{HEIGHT - BOTTOM - tall:.1f}" width="{bar * 0.8:.1f}" height="{tall:.1f}" '
                f'fill="{fill}" stroke="{COLOURS[engine]}"/>'
            )
    return page(parts, engines, "Gap to the best known cost")


def growth(rows: list[dict[str, Any]]) -> str:
    """Return processor seconds to the first legal plan and peak memory over the number of trips, on log axes."""
    series = {
        "seconds": [(r["legs"], r["first"]["cpu_s"]) for r in rows],
        "megabytes": [(r["legs"], r["peak_mb"]) for r in rows],
    }
    colours = {"seconds": "#0b6e4f", "megabytes": "#c1666b"}
    low, high = -2.0, 4.0
    parts = [axis([10.0**p for p in range(-2, 5)], None, "", low, high)]
    first, last = math.log10(min(r["legs"] for r in rows)), math.log10(max(r["legs"] for r in rows))
    span = max(last - first, 1e-9)
    for name, points in series.items():
        drawn = []
        for legs, value in points:
            x = LEFT + 20 + (math.log10(legs) - first) / span * (WIDTH - LEFT - 60)
            y = HEIGHT - BOTTOM - (math.log10(max(value, 0.01)) - low) / (high - low) * (HEIGHT - BOTTOM - 20)
            drawn.append(f"{x:.1f},{y:.1f}")
            parts.append(label(x, y - 6, f"{value:g}", colours[name]))
            if name == "seconds":
                parts.append(label(x, HEIGHT - BOTTOM + 16, f"{legs:,}"))
        parts.append(f'<polyline points="{" ".join(drawn)}" fill="none" stroke="{colours[name]}" stroke-width="2"/>')
    COLOURS.update(colours)
    return page(parts, list(series), "First legal plan: processor seconds, and peak memory, by trips")


def axis(ticks: list[float], top: float | None, unit: str, low: float = 0.0, high: float = 1.0) -> str:
    """Return the horizontal lines with their numbers; linear up to `top`, or logarithmic."""
    lines = []
    for tick in ticks:
        share = tick / top if top is not None else (math.log10(tick) - low) / (high - low)
        y = HEIGHT - BOTTOM - share * (HEIGHT - BOTTOM - 20)
        lines.append(f'<line x1="{LEFT}" y1="{y:.1f}" x2="{WIDTH - 10}" y2="{y:.1f}" stroke="#e0e0e0"/>')
        lines.append(label(LEFT - 24, y + 4, f"{tick:g}{unit}"))
    return "".join(lines)


def label(x: float, y: float, text: str, colour: str = "#333") -> str:
    """Return a small text, centred."""
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="11" text-anchor="middle" fill="{colour}">{text}</text>'


def page(parts: list[str], names: list[str], title: str) -> str:
    """Return a whole picture with title and legend."""
    legend = "".join(label(LEFT + 80 * (k + 1), HEIGHT - 14, name, COLOURS[name]) for k, name in enumerate(names))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" font-family="sans-serif">'
        f"<title>{title}</title>{''.join(parts)}{legend}</svg>\n"
    )


if __name__ == "__main__":
    raise SystemExit(main())
