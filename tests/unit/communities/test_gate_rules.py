"""The gate's decision table: trust.md E8, INV-21."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from communities import gate_rules
from communities.gate_rules import Situation, decide

VECTORS = Path(__file__).parents[2] / "vectors" / "gate_rules.json"

# the table of trust.md E8, row by row: (situation, answer on exit, answer on return)
TABLE = [
    ("good, in window", {}, "green", "green"),
    ("too early", {"window": "early"}, "amber", "green"),
    ("expired", {"window": "late"}, "amber", "green"),
    ("revoked", {"is_revoked": True}, "amber", "green"),
    ("key retired", {"is_key_retired": True}, "amber", "green"),
    ("other community", {"is_other_community": True}, "amber", "amber"),
    ("used, still out", {"used": "out"}, "amber", "green"),
    ("used, came back", {"used": "back"}, "amber", "green"),
    ("unknown key", {"reading": "unknown_key"}, "amber", "amber"),
    ("unknown version", {"reading": "unknown_version"}, "amber", "amber"),
    ("unreadable", {"reading": "unreadable"}, "amber", "amber"),
    ("no pass", {"reading": "none"}, "amber", "amber"),
    ("bad signature", {"reading": "bad_signature"}, "red", "amber"),
]


@pytest.mark.parametrize(("facts", "on_exit", "on_return"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_each_row_of_the_table(facts, on_exit, on_return):
    assert decide(Situation("exit", **facts)).answer == on_exit
    assert decide(Situation("entry", **facts)).answer == on_return


def test_vectors_shared_with_the_browser_hold():
    rows = json.loads(VECTORS.read_text())

    assert rows == gate_rules.vectors()


def test_return_is_never_red():
    """INV-21: 20,000 situations, every combination and random ones; the worst answer to a return is amber."""
    rng = random.Random(21)

    for _ in range(20_000):
        situation = Situation(
            direction="entry",
            reading=rng.choice([*gate_rules.READINGS, "", "something new"]),
            window=rng.choice(["early", "within", "late", ""]),
            is_revoked=rng.random() < 0.5,
            is_key_retired=rng.random() < 0.5,
            is_other_community=rng.random() < 0.5,
            used=rng.choice(["", "out", "back"]),
        )
        assert decide(situation).answer in {"green", "amber"}, situation


def test_a_code_without_a_direction_is_never_red():
    """INV-21, decision 21: whoever shows a code nobody can believe may be coming home; the guard asks first.

    The twin: the same code with the exit chosen is red, so it is the missing direction that decides.
    """
    rng = random.Random(22)
    for reading in gate_rules.READINGS * 500:
        facts = {"is_revoked": rng.random() < 0.5, "used": rng.choice(["", "out", "back"])}
        assert decide(Situation("", reading, **facts)).answer in {"green", "amber"}

    assert decide(Situation("", "bad_signature")).reason == "ask_direction"
    assert decide(Situation("exit", "bad_signature")).answer == "red"


def test_only_a_made_up_code_is_red():
    for row in gate_rules.vectors():
        is_red = row["verdict"]["answer"] == "red"
        assert is_red == (row["situation"]["direction"] == "exit" and row["situation"]["reading"] == "bad_signature")
