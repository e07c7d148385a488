"""The parts of `./dev bench service` that judge: what a page offers, what a time is, what is not met."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

from benchmarks.service.browser import Answer, Page
from benchmarks.service.measure import Tally
from benchmarks.service.mixed import Paced
from benchmarks.service.report import judged
from benchmarks.service.steps import INSERT, Step

PAGE = """
<section data-live="/gate/list/?q=1&amp;p=2" id="gate-passes" data-live-board="gate:1"></section>
<form method="get" action="/find/"><input name="q"></form>
<form method="post" action="/gate/scan/"><input type="hidden" name="event_id" value="e1">
<input type="radio" name="party" value="1"><input type="radio" name="party" value="2" checked>
<button name="decision" value="let_out">放行</button></form>
"""


def answer(status: int = 200, seconds: float = 0.0) -> Answer:
    return Answer(status, {}, "", seconds)


def test_page_offers_its_forms_and_living_fragments() -> None:
    page = Page(PAGE)

    form = page.form(r"^/gate/scan/$")

    assert form is not None
    assert form.fields == {"event_id": "e1", "party": "2", "decision": "let_out"}
    assert [(each.url, each.ident, each.board) for each in page.regions] == [
        ("/gate/list/?q=1&p=2", "gate-passes", "gate:1")
    ]
    assert page.form("/find/") is None


def test_tally_counts_errors_and_orders_times() -> None:
    tally = Tally(lasted=2.0)
    for number in range(100):
        tally.note(answer(seconds=number / 1000))
    tally.note(answer(500, 1.0))

    assert tally.at(0.5) == 50.0
    assert tally.at(0.99) == 99.0
    assert tally.errors == {"500": 1}
    assert tally.per_second == 50.5


def test_paced_turns_count_the_wait_of_a_slow_answer() -> None:
    paced = Paced(per_second=50, seconds=0.2)

    async def slow() -> Answer:
        await asyncio.sleep(0.1)
        return answer()

    async def work() -> None:
        while True:
            await paced.take("page", slow)

    async def both() -> None:
        working = asyncio.create_task(work())
        await paced.run(0.2)
        working.cancel()

    with ThreadPoolExecutor(1) as apart:  # a browser test in this process may have a loop of its own
        apart.submit(lambda: asyncio.run(both())).result()

    assert len(paced.tallies["page"].seconds) == 10
    assert paced.tallies["page"].at(0.9) > 500  # one person answers ten turns of 0.1 s each


def test_report_names_what_is_not_met() -> None:
    step = Step("list", "shequ", lambda _town: None, most_queries=6, least_share=0.15, peer=8.0, times=10, most_ms=60)  # type: ignore[arg-type, return-value]
    floor = {"rows_per_second": 800.0, "insert_per_second": 1000.0, "rows_cpu": 2.0}
    row = {"name": "list", "per_second": 100.0, "p95": 61.0, "cpu": 16.0, "errors": {}}

    found = judged(step, row, {"list": 7}, floor)

    assert found["missed"] == ["SQL", "floor", "p95"]
    assert (found["share"], found["cpu"], found["times"]) == (0.125, 0.125, 12.5)
    assert judged(Step("ask", "", step.act, floor=INSERT), row, {}, floor)["share"] == 0.1
