"""The bell for the workers, and code that answers it itself (decisions.md A3, E27)."""

from __future__ import annotations

import threading

import pytest

from dispatch.facts import wake
from tests import walkers

PLAN, URGENT = "dispatch.tasks.plan_area", "dispatch.tasks.place_urgent"


class Answers:
    """Whoever answers, and what was asked."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, dict[str, str]]] = []

    def __call__(self, task: str, arguments: dict[str, str]) -> None:
        """Note one ring."""
        self.heard.append((task, arguments))


def test_whoever_is_named_answers_at_once_and_only_in_the_block():
    answers = Answers()
    with wake.answered_by(answers):
        assert wake.ring("main", kind="rolling")
    wake.ring("main")

    assert answers.heard == [(PLAN, {"area": "main", "kind": "rolling"})]


def test_the_inner_block_answers_and_then_the_outer_one_again():
    outer, inner = Answers(), Answers()
    with wake.answered_by(outer):
        with wake.answered_by(inner):
            wake.ring("a")
        wake.ring("b")

    assert [arguments["area"] for _task, arguments in inner.heard] == ["a"]
    assert [arguments["area"] for _task, arguments in outer.heard] == ["b"]


def test_another_thread_still_rings_for_the_workers():
    answers = Answers()
    with wake.answered_by(answers):
        other = threading.Thread(target=wake.ring, args=("elsewhere",))
        other.start()
        other.join()
        wake.ring("here")

    assert [arguments["area"] for _task, arguments in answers.heard] == ["here"]


def test_what_the_answer_raises_reaches_whoever_rang_and_the_bell_is_whole_again():
    def fails(task: str, _arguments: dict[str, str]) -> None:
        raise RuntimeError(task)

    with pytest.raises(RuntimeError, match="plan_area"), wake.answered_by(fails):
        wake.ring("main")
    answers = Answers()
    with wake.answered_by(answers):
        wake.ring("main")
    assert len(answers.heard) == 1


@pytest.mark.django_db
def test_a_case_is_rung_for_once_its_transaction_has_committed(django_capture_on_commit_callbacks):
    """A critical one is rung for by itself as well; and the sweep rings for the same rows."""
    answers = Answers()
    case = walkers.walk(walkers.town(), to="asked")
    type(case.request).objects.filter(pk=case.request.pk).update(is_critical=True)

    with wake.answered_by(answers):
        with django_capture_on_commit_callbacks(execute=True):
            wake.ring_for(case.request.case_ref)
            assert answers.heard == []
        rung = list(answers.heard)
        wake.sweep(at=case.at)

    assert [task for task, _arguments in rung] == [URGENT, PLAN]
    assert answers.heard[len(rung) :] == [
        (URGENT, {"area": "main"}),
        (PLAN, {"area": "main", "kind": "rolling"}),
    ]
