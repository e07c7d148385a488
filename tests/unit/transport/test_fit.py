"""Who may sit in which car, and who together: E12, E18. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from django.utils.translation import override

from transport.fit import Aboard, Load, bar_of, bar_together, load_of

NOON = datetime(2022, 6, 28, 4, 0, tzinfo=UTC)
MIN = timedelta(minutes=1)


@dataclass
class Car:
    plate: str = "辽F·1"
    status: str = "available"
    seats: int = 3
    wheelchairs: int = 1
    stretchers: int = 0
    has_oxygen: bool = False
    zones_allowed: list[str] = field(default_factory=lambda: ["sealed", "controlled"])
    takes_positive: bool = False
    is_ambulance: bool = False


@dataclass
class Rider:
    mobility: str = "walk"
    party_size: int = 1
    needs_oxygen: bool = False
    zone_class: str = "sealed"
    infection_class: str = ""


AMBULANCE = Car(seats=1, wheelchairs=0, stretchers=1, has_oxygen=True, is_ambulance=True, takes_positive=True)


def _aboard(rider: Rider, since: int, until: int) -> Aboard:
    return Aboard(rider, NOON + since * MIN, NOON + until * MIN)


@pytest.mark.parametrize(
    ("car", "rider", "load"),
    [
        (Car(), Rider(party_size=2), Load(seats=2)),
        (Car(), Rider("wheelchair", 2), Load(seats=1, wheelchairs=1)),
        (Car(stretchers=1), Rider("stretcher", 2), Load(seats=1, stretchers=1)),
        (AMBULANCE, Rider("walk", 2), Load(seats=1, stretchers=1)),
        (AMBULANCE, Rider("wheelchair", 2), Load(seats=1, stretchers=1)),
        (Car(is_ambulance=True), Rider("walk", 2), Load(seats=2)),
        (Car(stretchers=1), Rider("walk", 2), Load(seats=2)),
    ],
)
def test_what_a_party_takes(car: Car, rider: Rider, load: Load):
    """Whoever rides in an ambulance lies, where it has room to lie; in another car only whoever must."""
    assert load_of(car, rider) == load


@pytest.mark.parametrize(
    ("car", "rider", "code"),
    [
        (Car(status="quarantined", zones_allowed=[]), Rider(), "vehicle.status"),
        (Car(), Rider("stretcher", zone_class="precautionary"), "vehicle.zone"),
        (Car(), Rider("stretcher", infection_class="suspected"), "vehicle.infection"),
        (Car(), Rider("stretcher", needs_oxygen=True), "vehicle.stretcher"),
        (Car(wheelchairs=0), Rider("wheelchair"), "vehicle.wheelchair"),
        (Car(), Rider(party_size=4), "vehicle.seats"),
        (Car(), Rider(needs_oxygen=True), "vehicle.oxygen"),
    ],
)
def test_the_first_rule_that_bars_is_the_one_said(car: Car, rider: Rider, code: str):
    assert bar_of(car, rider).code == code


def test_a_row_keeps_the_rule_in_chinese_and_an_english_reader_reads_it_in_english():
    with override("en"):
        bar = bar_of(Car(status="quarantined"), Rider())

        assert bar.words == "辽F·1 现在隔离中，请换一辆。"
        assert bar.sentence.endswith("Choose another car.")
        assert "隔离" not in bar.sentence


def test_an_ambulance_takes_a_positive_on_oxygen():
    assert bar_of(AMBULANCE, Rider("stretcher", 2, True, "sealed", "positive")) is None


@pytest.mark.parametrize("other", [Rider(zone_class="controlled"), Rider(infection_class="positive")])
def test_one_class_aboard_even_one_after_the_other(other: Rider):
    """E18: the class holds for the whole run."""
    assert bar_together(Car(), [_aboard(other, 0, 10)], _aboard(Rider(), 20, 30)).code == "run.class"


def test_places_are_counted_at_each_moment():
    car = Car(seats=2)
    first, second = _aboard(Rider(party_size=2), 0, 10), _aboard(Rider(party_size=2), 20, 30)

    assert bar_together(car, [first, second], _aboard(Rider(party_size=2), 10, 20)) is None
    assert bar_together(car, [first, second], _aboard(Rider(), 10, 21)).code == "vehicle.seats"
    assert bar_together(car, [first, second], _aboard(Rider(), 9, 20)).code == "vehicle.seats"
