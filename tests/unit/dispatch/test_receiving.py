"""The zone → facility matrix (rules.md 1.5 no. 2) as a table of cases."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from core.geo import Point
from dispatch.hand.receiving import CareAsk, Receiver, Times, options
from dispatch.limits import Limits
from dispatch.words import sentence

NOW = datetime(2022, 6, 28, 2, 40, tzinfo=UTC)
HOME = Point(40.12, 124.38)


def receiver(code: str, role: str = "ordinary", *, km: float = 2, free: int = 5, **fields: object) -> Receiver:
    start = NOW + timedelta(hours=3)
    times = (Times(hash(code) % 10000, start, start + timedelta(hours=4), "PM", free),)
    given = {"status": "open", "confirmed_at": NOW, "times": times, **fields}
    return Receiver(code, f"医院{code}", role, Point(40.12 + km / 111, 124.38), **given)


NEAR, FAR = receiver("near"), receiver("far", km=9)
YELLOW, DESIGNATED = receiver("yellow", "yellow_code", km=5), receiver("six", "designated", km=1)
ALL = [FAR, YELLOW, DESIGNATED, NEAR]
ASK = CareAsk(
    zone_class="controlled", infection_class="", is_critical=False, home=HOME, arrive_at=NOW + timedelta(hours=3)
)


@pytest.mark.parametrize(
    ("ask", "best"),
    [
        ({"zone_class": "sealed"}, "yellow"),
        ({"zone_class": "sealed", "usual_code": "far"}, "yellow"),
        ({"zone_class": "controlled"}, "near"),
        ({"zone_class": "controlled", "usual_code": "far"}, "far"),
        ({"zone_class": "controlled", "usual_code": "yellow"}, "near"),
        ({"zone_class": "precautionary"}, "near"),
        ({"zone_class": "precautionary", "usual_code": "far"}, "far"),
        ({"zone_class": "precautionary", "usual_code": "yellow"}, "yellow"),
        ({"infection_class": "positive"}, "six"),
        ({"infection_class": "isolated"}, "yellow"),
        ({"is_critical": True}, "six"),
        ({"is_critical": True, "zone_class": "sealed"}, "six"),
    ],
)
def test_matrix_sends_each_person_to_the_right_door(ask, best):
    """R-002-1a to 1d, R-001-9, R-000-8."""
    found = options(ALL, replace(ASK, **ask), now=NOW)

    assert found[0].receiver.code == best


def test_sealed_without_a_yellow_hospital_goes_through_the_buffer():
    """C11: where the yellow-code hospital lacks the service."""
    found = options([NEAR], replace(ASK, zone_class="sealed"), now=NOW)[0]

    assert found.is_possible
    assert "缓冲区" in sentence(found.checks[0])


def test_controlled_where_only_the_yellow_hospital_has_the_service_is_received():
    found = options([YELLOW], ASK, now=NOW)[0]

    assert found.is_possible
    assert "分区接诊" in sentence(found.checks[0])


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"status": "closed", "status_until": NOW + timedelta(hours=9)}, "停"),
        ({"free": 0}, "没有空的时段"),
    ],
)
def test_a_facility_that_cannot_says_why(fields, says):
    found = options([receiver("x", **fields)], ASK, now=NOW)[0]

    assert not found.is_possible
    assert says in sentence(found.checks[0])


def test_how_long_silence_is_fresh_is_the_rulebooks():
    """capacity.stale_h: the dispatcher's list follows it, as the desk does."""
    said = receiver("near", confirmed_at=NOW - timedelta(hours=2))

    codes = [
        [check.code for check in options([said], ASK, now=NOW, limits=Limits(fresh=hours * 60))[0].checks]
        for hours in (1, 3)
    ]

    assert ["stale" in each for each in codes] == [True, False]


def test_a_house_beyond_reach_is_left_to_a_person():
    """Nobody is refused for want of a nearer one, and no plan sends anybody that far."""
    found = options([receiver("far", km=150), NEAR], ASK, now=NOW)

    assert [each.receiver.code for each in found] == ["near", "far"]
    assert "比平常派的远" in " ".join(map(sentence, found[1].checks))


def test_a_shift_at_another_hour_is_left_to_a_person():
    ask = replace(ASK, planned=(NOW, NOW + timedelta(hours=2)))

    found = options([NEAR], ask, now=NOW)[0]

    assert found.is_possible
    assert "离要的钟点远" in " ".join(map(sentence, found.checks))


def test_a_yellow_hospital_without_a_place_opens_the_buffer():
    """B11: whoever is sealed is received somewhere."""
    full = receiver("yellow", "yellow_code", free=0, has_places=False)

    assert options([full, NEAR], replace(ASK, zone_class="sealed"), now=NOW)[0].receiver.code == "near"
    shut_out = options([YELLOW, NEAR], replace(ASK, zone_class="sealed"), now=NOW)
    assert [each.is_possible for each in shut_out] == [True, False]


def test_silence_ranks_lower_but_never_stops():
    """F37: unknown freshness opens a call, not a refusal."""
    stale = receiver("stale", km=1, confirmed_at=NOW - timedelta(hours=6))

    found = options([stale, NEAR], ASK, now=NOW)

    assert [each.receiver.code for each in found] == ["near", "stale"]
    assert all(each.is_possible for each in found)
    assert "6 小时没更新" in " ".join(map(sentence, found[1].checks))


@pytest.mark.parametrize("status", ["open", "limited", "diverting", "closed"])
def test_critical_needs_no_place(status):
    full = receiver("near", free=0, status=status)

    assert options([full], replace(ASK, is_critical=True), now=NOW)[0].is_possible
