"""Machines as data."""

import pytest
from django.conf import settings

from core.errors import Conflict
from core.management.commands.state_pages import PAGE, all_machines, render

MACHINES = [machine for _app, machine in all_machines()]


@pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.name)
def test_every_status_is_reachable_and_leads_to_an_end(machine) -> None:
    reached, ends = set(machine.start), set(machine.terminal())
    for _ in machine.statuses.values:
        reached |= {new for old, new in machine.moves() if old in reached}
        ends |= {old for old, new in machine.moves() if new in ends}

    assert reached == set(machine.statuses.values)
    assert not machine.terminal() or ends == set(machine.statuses.values)


@pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.name)
def test_every_status_has_a_chinese_label(machine) -> None:
    assert all(any("\u4e00" <= c <= "\u9fff" for c in str(label)) for label in machine.statuses.labels)


def test_no_machine_knows_a_refusal() -> None:
    """R-002-3d, R-000-8: no word, state or right to refuse exists."""
    words = {value for machine in MACHINES for value in machine.statuses.values}

    assert not words & {"refused", "rejected", "denied", "turned_away"}


def test_an_unlisted_move_is_refused() -> None:
    machine = MACHINES[0]
    terminal = next(iter(machine.terminal() or machine.statuses.values))

    with pytest.raises(Conflict):
        machine.check(terminal, terminal)


def test_diagram_draws_every_move() -> None:
    for machine in MACHINES:
        assert machine.as_mermaid().count("-->") >= len(machine.moves()) + len(machine.start)


def test_no_move_comes_or_goes_unseen() -> None:
    """Guard: the moves of every machine, one by one: a table that changes changes the page that people read."""
    assert render() == (settings.BASE_DIR / PAGE).read_text()
