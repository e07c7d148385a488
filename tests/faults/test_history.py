"""The judge itself: each lie it must see."""

from __future__ import annotations

import pytest

from tests.faults.history import FAIL, OK, UNKNOWN, History


@pytest.mark.parametrize(
    ("told", "rows", "word"),
    [
        ([(OK, "/r/1/")], [("k", "1"), ("k", "2")], "2 rows"),
        ([(OK, "/r/1/")], [], "lost"),
        ([(FAIL, "")], [("k", "1")], "refused, yet stored"),
        ([(UNKNOWN, ""), (UNKNOWN, "")], [("k", "1"), ("k", "2")], "2 rows"),
        ([(OK, "/r/1/"), (OK, "/r/2/")], [("k", "1")], "led to 2 places"),
        ([(OK, "/r/9/")], [("k", "1")], "elsewhere"),
        ([], [("k", "1")], "never asked for"),
    ],
)
def test_a_lie_is_seen(told: list[tuple[str, str]], rows: list[tuple[str, str]], word: str) -> None:
    history = History()
    for outcome, location in told:
        history.note("k", outcome, location)

    assert word in " ".join(history.faults(rows))


def test_the_truth_passes() -> None:
    history = History()
    for key, outcome, location in [("a", UNKNOWN, ""), ("b", UNKNOWN, ""), ("b", OK, "/r/2/"), ("c", FAIL, "")]:
        history.note(key, outcome, location)

    assert history.faults([("b", "2")]) == []
    assert history.faults([("a", "1"), ("b", "2")]) == []
