"""The score sheet as one page that a district command reads: the figures first, then plots drawn here as SVG."""

from __future__ import annotations

from html import escape
from typing import Any

WIDTH, HEIGHT, LEFT, FOOT = 640, 180, 44, 26
"""px of a plot, with the room for its two axes"""

TILES = (
    ("arranged", "排好了", "人", "应出行 {due} 人，最多能排 {arrangeable} 人"),
    ("completed", "治完到家", "人", "住院 {admitted} 人，取消 {cancelled} 人"),
    ("people_out_without_way_home_end", "没有车回家", "人", "当天最多时 {people_out_without_way_home_max} 人"),
    ("collected_60_pct", "叫车后 60 分钟内接到", "%", "一半人等 {wait_after_ready[p50]} 分钟以内"),
    ("arrived_0_45_early_pct", "提前 0–45 分钟到院", "%", "迟到 {arrived_late} 人"),
    ("aboard_60_pct", "坐车不超过 60 分钟", "%", "住得远，最多能到 {aboard_60_possible_pct}%；最长 {aboard[max]} 分钟"),
    ("vehicle_km", "车辆公里", "km", "逐单派最近的车：{baseline[vehicle_km]} km"),
    ("vehicles_used", "用了车", "辆", "逐单派最近的车：{baseline[vehicles_used]} 辆"),
)
FAULT_WORDS = {
    "driver_no_show": "司机没来",
    "unit_closes_1040": "10:40 血透停诊",
    "compound_sealed_noon": "中午小区封控",
    "positive_mid_trip": "路上查出阳性",
    "gates_offline": "门岗断网",
    "worker_dead": "自动排车停 40 分钟",
    "redis_gone": "消息队列停 30 分钟",
    "patient_dies": "有人去世",
    "patient_admitted_elsewhere": "在别处住院",
    "transfer": "转院",
    "no_ambulance_at_night": "夜里没有救护车",
    "desk_overloaded": "接诊台接不动",
    "unwell_aboard": "车上有人不舒服",
    "person_not_found": "司机找不到人",
}
SAFETY = (
    ("locked_out", "回家被拦在门外"),
    ("refused", "出门被拒绝"),
    ("mixed_class_rides", "不同防控类别同车"),
    ("overbooked_slots", "超出接诊容量的时段"),
    ("invariants_broken", "被打破的不变式"),
    ("unheard_events", "没有人接到的消息"),
    ("requests_for_dead_or_admitted", "给去世、住院的人派的车、做的申请"),
    ("lost_after_transfer", "转院转丢的人"),
    ("infection_machine_mixed", "乙肝、丙肝机位混用"),
    ("critical_without_offer", "危急病人没有车"),
    ("calls_without_owner", "没有人管的求助"),
    ("doubled_ways", "一个人同时排了两趟"),
)
STYLE = """
:root{color-scheme:light dark;--ink:#1a1f26;--soft:#5a6472;--line:#d7dde5;--paper:#fff;--wash:#f4f6f9;--main:#1f5fbf;--bad:#b3261e}
@media (prefers-color-scheme:dark){:root{--ink:#e8ecf2;--soft:#a3adba;--line:#38414d;--paper:#14181d;--wash:#1d232a;--main:#7db0ff;--bad:#ff8a80}}
body{font:16px/1.6 system-ui,"Noto Sans CJK SC","Microsoft YaHei",sans-serif;color:var(--ink);background:var(--paper);max-width:60rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.6rem;margin:0}h2{font-size:1.15rem;margin:2rem 0 .5rem}p{margin:.3rem 0}.soft{color:var(--soft)}
.tiles{display:grid;grid-template-columns:repeat(auto-fill,minmax(13rem,1fr));gap:.75rem}
.tile{background:var(--wash);border:1px solid var(--line);border-radius:.5rem;padding:.75rem 1rem}
.tile b{display:block;font-size:1.7rem;line-height:1.2}.tile span{color:var(--soft);font-size:.9rem}
table{border-collapse:collapse;width:100%}td,th{border-bottom:1px solid var(--line);padding:.35rem .5rem;text-align:left}
td.n{text-align:right;font-variant-numeric:tabular-nums}.bad{color:var(--bad);font-weight:700}
svg{width:100%;height:auto;display:block}svg text{font-size:11px;fill:var(--soft)}.axis{stroke:var(--line)}
.bar{fill:var(--main)}.line{fill:none;stroke:var(--main);stroke-width:2}.alarm{fill:none;stroke:var(--bad);stroke-width:2}
@media print{body{margin:0}}
"""


def page(sheet: dict[str, Any]) -> str:
    """Return the whole page."""
    head = f"{sheet['city']} {sheet['day']} 演练"
    faults = "、".join(FAULT_WORDS.get(name, name) for name in sheet["faults"]) or "无"
    parts = [
        f"<h1>{escape(head)}</h1>",
        f'<p class="soft">情景 {escape(sheet["scenario"])} · 种子 {sheet["seed"]} · 故障：{escape(faults)} · 用时 {sheet["wall_s"]} 秒</p>',
        _verdict(sheet),
        '<div class="tiles">' + "".join(_tile(sheet, *each) for each in TILES) + "</div>",
        "<h2>一条都不许有的</h2>" + _safety(sheet),
        "<h2>一天里在外面的人</h2>" + _timeline(sheet["timeline"]),
        "<h2>叫车后等了多久（分钟）</h2>" + _bars(sheet["waits_hist"]),
        "<h2>提前多久到院（分钟）</h2>" + _bars(sheet["early_hist"]),
        "<h2>坐车多久（分钟）</h2>" + _bars(sheet["aboard_hist"]),
        "<h2>没排上的人</h2>" + _unmet(sheet["unmet"]),
        "<h2>当天出的事</h2>" + _list(sheet["notes"]),
    ]
    body = "\n".join(parts)
    return f'<!doctype html>\n<html lang="zh-Hans"><meta charset="utf-8"><meta name="viewport" content="width=device-width">\n<title>{escape(head)}</title><style>{STYLE}</style>\n{body}\n</html>\n'


def _verdict(sheet: dict[str, Any]) -> str:
    if not sheet["failed"]:
        return "<p>每个人都有去有回，没有一条红线被碰到。</p>"
    return '<p class="bad">' + "；".join(escape(each) for each in sheet["failed"]) + "</p>"


def _tile(sheet: dict[str, Any], name: str, label: str, unit: str, note: str) -> str:
    return (
        f'<div class="tile">{escape(label)}<b>{sheet[name]} <span>{unit}</span></b>'
        f"<span>{escape(note.format(**sheet))}</span></div>"
    )


def _safety(sheet: dict[str, Any]) -> str:
    rows = "".join(
        f'<tr><td>{escape(label)}<td class="n{" bad" if sheet[name] else ""}">{sheet[name]}' for name, label in SAFETY
    )
    return f"<table>{rows}</table>"


def _unmet(unmet: list[dict[str, Any]]) -> str:
    if not unmet:
        return '<p class="soft">没有。</p>'
    rows = "".join(
        f"<tr><td>{escape(each['request'])}<td>{escape(each['reason'])}<td>{'属实' if each['true_when_rechecked'] else '不属实'}"
        for each in unmet
    )
    return f"<table><tr><th>申请<th>原因<th>复核</tr>{rows}</table>"


def _list(lines: list[str]) -> str:
    if not lines:
        return '<p class="soft">没有。</p>'
    return "<ul>" + "".join(f"<li>{escape(line)}" for line in lines) + "</ul>"


def _bars(counts: list[int], width: int = 10) -> str:
    """Draw a histogram whose bins are `width` minutes."""
    top = max([1, *counts])
    step = (WIDTH - LEFT) / len(counts)
    drawn = []
    for number, count in enumerate(counts):
        tall = (HEIGHT - FOOT - 14) * count / top
        x, y = LEFT + number * step, HEIGHT - FOOT - tall
        last = number == len(counts) - 1
        drawn.append(f'<rect class="bar" x="{x + 2:.1f}" y="{y:.1f}" width="{step - 4:.1f}" height="{tall:.1f}"/>')
        drawn.append(f'<text x="{x + step / 2:.1f}" y="{y - 3:.1f}" text-anchor="middle">{count or ""}</text>')
        drawn.append(f'<text x="{x:.1f}" y="{HEIGHT - 8}">{number * width}{"+" if last else ""}</text>')
    return _svg("".join(drawn))


def _timeline(rows: list[list[Any]]) -> str:
    """Draw how many are out through the day, and how many of them have no way home."""
    if not rows:
        return ""
    top = max(1, *(row[1] for row in rows))
    step = (WIDTH - LEFT) / max(1, len(rows) - 1)

    def points(column: int) -> str:
        rise = (HEIGHT - FOOT - 14) / top
        return " ".join(f"{LEFT + n * step:.1f},{HEIGHT - FOOT - row[column] * rise:.1f}" for n, row in enumerate(rows))

    hours = "".join(
        f'<text x="{LEFT + n * step:.1f}" y="{HEIGHT - 8}">{_hour(row[0])}</text>'
        for n, row in enumerate(rows)
        if row[0][14:16] == "00" and int(_hour(row[0])) % 2 == 0 and LEFT + n * step < WIDTH - 14
    )
    lines = f'<polyline class="line" points="{points(1)}"/><polyline class="alarm" points="{points(2)}"/>'
    return (
        _svg(lines + hours + f'<text x="2" y="16">{top} 人</text>')
        + '<p class="soft">上线：在外面的人。下线：其中没有车回家的人。</p>'
    )


def _hour(moment: str) -> str:
    """Return the hour in China of an ISO time in UTC."""
    hour = int(moment[11:13]) + (8 if moment.endswith("+00:00") else 0)
    return f"{hour % 24:02d}"


def _svg(inside: str) -> str:
    axes = f'<path class="axis" d="M{LEFT} 10V{HEIGHT - FOOT}H{WIDTH}" fill="none"/>'
    return f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img">{axes}{inside}</svg>'
