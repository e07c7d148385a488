"""Which car can take a way, and the first rule that bars every other one."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from core.clock import CHINA
from core.geo import Point
from dispatch import words
from dispatch.hand import offers
from dispatch.hand.candidates import fit, rank, way_back, way_there
from dispatch.hand.offers import Errand
from dispatch.hand.timing import duty_of
from dispatch.shapes import Ask, Busy, Car, Check, Duty

NOW = datetime(2022, 6, 28, 2, 40, tzinfo=UTC)
MIN = timedelta(minutes=1)
HOME, HOSPITAL, FAR = Point(40.12, 124.38), Point(40.105, 124.366), Point(40.7, 124.8)
ZONES = frozenset({"sealed", "controlled", "precautionary"})


def car(code: str = "V1", **fields: object) -> Car:
    duty = Duty(f"D-{code}", "李师傅", NOW - 120 * MIN, NOW + 600 * MIN)
    given = {
        "plate": f"辽F·{code}",
        "vehicle_class": "street_van",
        "is_ambulance": False,
        "status": "available",
        "seats": 4,
        "base": Point(40.11, 124.37),
        "zones_allowed": ZONES,
        "wheelchairs": 1,
        "duties": (duty,),
        **fields,
    }
    return Car(code=code, **given)


def ambulance(code: str = "A1", **fields: object) -> Car:
    return car(
        code, **{"is_ambulance": True, "seats": 1, "wheelchairs": 0, "stretchers": 1, "has_oxygen": True, **fields}
    )


def busy(start: int, end: int, **fields: object) -> Busy:
    given = {"label": "曹玉芬", "first": HOME, "last": HOSPITAL, "spare": 5 * MIN, **fields}
    return Busy(starts_at=NOW + start * MIN, ends_at=NOW + end * MIN, **given)


def there(minutes: int = 140):
    return way_there(HOME, HOSPITAL, now=NOW, arrive_by=NOW + minutes * MIN)


ASK = Ask(zone_class="controlled", mobility="walk")


def test_ride_arrives_a_little_before_the_slot():
    found = fit(car(), ASK, there())

    assert found.ride.dropoff_at == NOW + 130 * MIN
    assert found.ride.leave_at < found.ride.pickup_at < found.ride.dropoff_at < found.ride.free_at
    assert {"deadhead", "zone"} <= {check.code for check in found.checks}


@pytest.mark.parametrize(
    ("fields", "ask", "code", "says"),
    [
        ({"status": "quarantined"}, {}, "status", "隔离中"),
        ({"zones_allowed": frozenset({"precautionary"})}, {}, "zone", "不进管控区"),
        ({}, {"infection_class": "positive"}, "infection", "负压"),
        ({"seats": 1}, {"party_size": 2}, "seats", "只有 1 个座，要 2 个"),
        ({"wheelchairs": 0}, {"mobility": "wheelchair"}, "wheelchair", "没有坡板"),
        ({}, {"mobility": "stretcher"}, "stretcher", "放不下担架"),
        ({}, {"needs_oxygen": True}, "oxygen", "没有氧气"),
        ({"duties": ()}, {}, "shift", "没有班"),
        ({"busy": (busy(60, 150),)}, {}, "occupied", "在送曹玉芬"),
        ({"base": FAR}, {}, "arrival", "最早"),
    ],
    ids=["status", "zone", "infection", "seats", "wheelchair", "stretcher", "oxygen", "shift", "occupied", "arrival"],
)
def test_each_rule_bars_by_itself_with_its_sentence(fields, ask, code, says):
    """E12, E18, R-002-2: the first rule that fails, in words."""
    found = fit(car(**fields), replace(ASK, **ask), there(60 if code == "arrival" else 140))

    assert not found.is_possible
    assert [check.code for check in found.checks] == [code]
    assert says in words.sentence(found.checks[0])


def test_rules_bar_in_a_fixed_order():
    """Whatever else is wrong, the first rule is named."""
    wrong = {"status": "off", "zones_allowed": frozenset(), "seats": 0, "wheelchairs": 0, "duties": ()}
    ask = Ask(zone_class="sealed", mobility="wheelchair", needs_oxygen=True, infection_class="positive", party_size=2)
    mended = {"status": "available", "zones_allowed": ZONES, "has_oxygen": True, "takes_positive": True, "seats": 4}
    named = []
    for name, value in [*mended.items(), ("wheelchairs", 1)]:
        named.append(fit(car(**wrong), ask, there()).checks[0].code)
        wrong[name] = value

    assert named == ["status", "zone", "oxygen", "infection", "seats", "wheelchair"]


def test_a_shift_that_begins_later_says_when():
    late = Duty("D", "唐师傅", NOW + 300 * MIN, NOW + 600 * MIN)

    found = fit(car(duties=(late,)), ASK, there())

    assert words.sentence(found.checks[0]) == "15:40 才上班"


def test_a_run_before_is_left_from_where_it_ends():
    """The car drives on from the last drop-off, not from its base."""
    found = fit(car(base=FAR, busy=(busy(10, 60, last=HOME),)), ASK, there())

    assert found.ride.deadhead_min == 0


def test_a_gap_that_is_too_short_for_the_way_on_is_not_used():
    """The next run's first stop must still be reached in time from the hospital."""
    tight = busy(145, 220, first=FAR, spare=0 * MIN)

    assert not fit(car(busy=(tight,)), ASK, there()).is_possible


def test_sealed_riders_cost_the_disinfection_after():
    """E18: the turn-round of a sealed ride is longer."""
    sealed = fit(car(), replace(ASK, zone_class="sealed"), there()).ride
    other = fit(car(), ASK, there()).ride

    assert sealed.free_at - sealed.dropoff_at > other.free_at - other.dropoff_at


def test_a_car_goes_on_before_its_next_run_has_to_leave():
    """R-000-5: the run that stands is promised at its first stop, not at its departure."""
    promised = busy(60, 200, first=HOSPITAL, spare=80 * MIN)

    found = fit(car(busy=(promised,)), ASK, there())

    assert found.ride.dropoff_at == NOW + 130 * MIN
    assert found.ride.free_at <= promised.first_at
    assert not fit(car(busy=(replace(promised, starts_at=NOW - MIN, spare=141 * MIN),)), ASK, there()).is_possible


@pytest.mark.parametrize(
    ("ride_class", "unclean", "leaves"), [("controlled", 30, 0), ("sealed", 30, 30), ("sealed", 0, 0), ("", 30, 0)]
)
def test_another_class_waits_for_the_disinfection_its_run_leaves_out(ride_class, unclean, leaves):
    """E18: between two classes alone, and counted once."""
    before = busy(-30, 100, last=HOME, ride_class=ride_class, unclean=unclean * MIN)

    ride = fit(car(busy=(before,)), ASK, way_there(HOME, HOSPITAL, now=NOW, arrive_by=None)).ride

    assert ride.pickup_at == NOW + (100 + leaves) * MIN


@pytest.mark.parametrize(("ride_class", "holds"), [("controlled", True), ("sealed", False)])
def test_a_car_is_clean_before_the_next_class(ride_class, holds):
    """E18: ten minutes after a controlled ride, if the next run is of another class."""
    bare = fit(car(), ASK, there()).ride
    follows = Busy("曹玉芬", bare.dropoff_at + 7 * MIN, NOW + 300 * MIN, HOSPITAL, HOME, ride_class=ride_class)
    ride = fit(car(busy=(follows,)), ASK, way_there(HOME, HOSPITAL, now=bare.leave_at, arrive_by=None)).ride

    assert (ride.pickup_at == bare.pickup_at and ride.free_at <= follows.starts_at) is holds


@pytest.mark.parametrize(
    ("starts", "code", "says"),
    [(0, "", ""), (122, "no_spare", "只早到"), (-60, "waits_at_door", "门口等")],
    ids=["planned so", "late", "early"],
)
def test_an_hour_the_plan_would_not_keep_is_left_to_a_person(starts, code, says):
    """The plan sets down 25 to 5 minutes before the hour; a person may see a reason for more, or less."""
    begins = NOW + starts * MIN
    ends = NOW + (110 if code == "waits_at_door" else 600) * MIN
    duty = Duty("D", "李师傅", begins, ends)

    found = fit(car(duties=(duty,)), ASK, there())

    words_said = [words.sentence(check) for check in found.checks if check.verdict == "but"]
    assert [check.code for check in found.checks if check.verdict == "but"] == ([code] if code else [])
    assert all(says in each for each in words_said)


@pytest.mark.parametrize(
    ("left_min", "code"),
    [(12, "late_back"), (11, None), (200, "")],
    ids=["set down and clean", "not even that", "back in time"],
)
def test_a_car_that_is_back_after_its_shift_is_left_to_a_person(left_min, code):
    """The plan has every car back at its base when the shift ends; a person may let it be late."""
    bare = fit(car(base=FAR), ASK, way_there(HOME, HOSPITAL, now=NOW, arrive_by=None)).ride
    duty = Duty("D", "李师傅", NOW - 120 * MIN, bare.dropoff_at + left_min * MIN)

    found = fit(car(base=FAR, duties=(duty,)), ASK, way_there(HOME, HOSPITAL, now=NOW, arrive_by=None))

    told = [check for check in found.checks if check.verdict == "but"]
    assert found.is_possible is (code is not None)
    assert [check.code for check in told] == ([code] if code else [])
    if told:
        back = f"{(found.ride.base_at.astimezone(CHINA)):%H:%M}"
        assert words.sentence(told[0]).endswith(f"送完回到车场要到 {back}")
        kept = json.loads(json.dumps(told[0].as_json()))  # as it is stored with the ride
        assert words.sentence(Check(**kept)) == words.sentence(told[0])


def test_a_car_that_is_back_in_time_goes_before_one_that_is_not():
    """Also among the gaps of one car: an earlier pick-up within the plan's minutes at the door counts as kept."""
    bare = fit(car(base=FAR), ASK, there()).ride
    tight = Duty("D", "李师傅", NOW - 120 * MIN, bare.dropoff_at + 12 * MIN)
    far, near = car("V1", base=FAR, duties=(tight,)), car("V2", base=FAR)

    assert [each.car.code for each in rank([fit(far, ASK, there()), fit(near, ASK, there())], ASK)] == ["V2", "V1"]


@pytest.mark.parametrize("ends", range(20, 45, 4))
def test_the_next_shift_s_first_run_is_kept_free(ends):
    """A run that begins at the change of shift bounds what this one still does: nothing is offered over it."""
    duties = (
        Duty("D", "李师傅", NOW - 120 * MIN, NOW + ends * MIN),
        Duty("D2", "曹师傅", NOW + ends * MIN, NOW + 600 * MIN),
    )
    run = busy(ends, ends + 60, first=FAR, last=HOME, spare=0 * MIN)
    found = fit(car(duties=duties, busy=(run,)), ASK, way_there(HOME, HOSPITAL, now=NOW, arrive_by=None))

    assert found.ride.free_at <= run.starts_at or found.ride.leave_at >= run.ends_at


def test_a_car_that_would_be_late_for_its_next_shift_s_run_is_barred():
    """Back at 14:56 and out again at 13:11: it cannot be both."""
    bare = fit(car(base=FAR), ASK, way_there(HOME, HOSPITAL, now=NOW, arrive_by=None)).ride
    ends = bare.dropoff_at + 12 * MIN
    duties = (Duty("D", "李师傅", NOW - 120 * MIN, ends), Duty("D2", "曹师傅", ends, NOW + 900 * MIN))
    run = Busy("曹玉芬", ends + 15 * MIN, ends + 60 * MIN, FAR, HOME)
    found = fit(car(base=FAR, duties=duties, busy=(run,)), ASK, way_there(HOME, HOSPITAL, now=NOW, arrive_by=None))

    assert found.ride.leave_at >= run.ends_at


def test_at_a_change_of_shift_nobody_goes_off():
    """A car on duty round the clock: its shifts change, it does not stop."""
    bare = fit(car(base=FAR), ASK, way_there(HOME, HOSPITAL, now=NOW, arrive_by=None)).ride
    ends = bare.dropoff_at + 12 * MIN
    duties = (Duty("D", "李师傅", NOW - 120 * MIN, ends), Duty("D", "李师傅", ends, NOW + 900 * MIN))
    found = fit(car(base=FAR, duties=duties), ASK, way_there(HOME, HOSPITAL, now=NOW, arrive_by=None))

    assert ["换班" in words.sentence(check) for check in found.checks if check.verdict == "but"] == [True]


def test_the_driver_named_is_the_one_who_drives():
    """Shifts of one car may overlap."""
    first, second = (
        Duty("D1", "李师傅", NOW - 120 * MIN, NOW + 60 * MIN), Duty("D2", "曹师傅", NOW, NOW + 600 * MIN)
    )  # fmt: skip
    shared = car(duties=(first, second))
    ride = fit(shared, ASK, there(300)).ride

    assert duty_of(shared, ride).driver_code == ride.driver_code == "D2"


def test_of_two_that_come_alike_the_one_back_in_time_goes_first():
    """The critical and the way home as well."""
    bare = fit(car(base=FAR), ASK, way_there(HOME, HOSPITAL, now=NOW, arrive_by=None)).ride
    tight = Duty("D", "李师傅", NOW - 120 * MIN, bare.dropoff_at + 12 * MIN)
    cars = [ambulance("A1", base=FAR, duties=(tight,)), ambulance("A2", base=FAR)]
    urgent = replace(ASK, is_critical=True)
    way = way_there(HOME, HOSPITAL, now=NOW, arrive_by=None)

    assert [each.car.code for each in rank([fit(each, urgent, way) for each in cars], urgent)] == ["A2", "A1"]
    assert [each.car.code for each in offers.returns(cars, ASK, way)] == ["A2", "A1"]


def test_a_car_home_that_comes_late_is_not_promised():
    """decisions.md C20: within half an hour of the end."""
    late, soon = car("V1", busy=(busy(330, 425, last=HOSPITAL),)), car("V2", base=Point(40.3, 124.4))

    both, alone = (offers.pairs(cars, ASK, ERRAND, now=NOW)[0] for cars in ([late, soon], [late]))

    assert both.back.car.code == "V2"
    assert not alone.is_possible


@pytest.mark.parametrize(
    ("zones", "code", "verdict"),
    [
        ({"controlled"}, "closed_loop", "but"),
        ({"sealed"}, "zone", "no"),
        ({"sealed", "controlled"}, "closed_loop", "yes"),
    ],
)
def test_the_isolated_ride_in_the_closed_loop_out_of_their_own_zone(zones, code, verdict):
    """C11: a car that may enter where they live; one that is not of the sealed zone is left to a person."""
    found = fit(car(zones_allowed=frozenset(zones)), replace(ASK, infection_class="isolated"), there())

    said = next(check for check in found.checks if check.code == code)
    assert said.verdict == verdict
    assert ("隔离的人坐闭环车" in words.sentence(said)) is (verdict == "but")


def test_critical_takes_the_ambulance_that_comes_first():
    """R-000-10: 120 first; R-000-11: nobody else takes one before the other cars."""
    near, far = ambulance("A1"), ambulance("A2", base=Point(40.2, 124.4))
    way = way_there(HOME, HOSPITAL, now=NOW, arrive_by=None)

    critical = rank([fit(each, replace(ASK, is_critical=True), way) for each in (car(), far, near)], ASK)
    urgent = rank(
        [fit(each, replace(ASK, is_critical=True), way) for each in (car(), far, near)], replace(ASK, is_critical=True)
    )
    calm = rank([fit(each, ASK, there()) for each in (near, far, car())], ASK)

    assert critical[0].car.code == "V1"
    assert [each.car.code for each in urgent] == ["A1", "A2", "V1"]
    assert calm[0].car.code == "V1"
    assert "ambulance_used" in {check.code for check in calm[1].checks}


def test_a_walking_patient_lies_in_an_ambulance_so_the_escort_has_the_seat():
    assert fit(ambulance(), replace(ASK, party_size=2), there()).is_possible


ERRAND = Errand(HOME, HOME, HOSPITAL, NOW + 140 * MIN, 240)


def test_pair_keeps_the_same_car_for_the_way_home():
    found = offers.pairs([car()], ASK, ERRAND, now=NOW)[0]

    assert found.back.car.code == "V1"
    assert found.back.ride.pickup_at >= NOW + 380 * MIN
    assert found.checks[-1].code == "back_same"


def test_pair_takes_another_car_home_when_the_first_is_busy():
    first = car("V1", busy=(busy(330, 480),))
    far_off = car("V2", base=Point(40.25, 124.4))

    best = offers.pairs([first, far_off], ASK, ERRAND, now=NOW)[0]

    assert (best.there.car.code, best.back.car.code) == ("V1", "V2")
    assert words.sentence(best.checks[-1]) == "返程换 辽F·V2 接"


def test_pair_without_any_way_home_is_no_offer():
    """R-000-12: no way there without a way back."""
    found = offers.pairs([car("V1", busy=(busy(330, 480),))], ASK, ERRAND, now=NOW)[0]

    assert not found.is_possible
    assert words.sentence(found.checks[0]).startswith("没有车能接回来")


def test_pair_of_a_critical_goes_without_a_way_home():
    """Life floor: the way there never waits for a way back."""
    only = ambulance(duties=(Duty("D", "高师傅", NOW - 60 * MIN, NOW + 90 * MIN),))
    errand = Errand(HOME, HOME, HOSPITAL, None, 240)

    found = offers.pairs([only], replace(ASK, is_critical=True), errand, now=NOW)[0]

    assert found.is_possible
    assert found.back is None


def test_somebody_waiting_takes_any_car_however_late():
    way = way_back(HOSPITAL, HOME, ready_at=NOW - 20 * MIN, now=NOW, is_firm=True)
    late = car(busy=(busy(-30, 90),))

    found = offers.returns([late], ASK, way)[0]

    assert found.ride.pickup_at >= NOW + 90 * MIN


def test_an_ambulance_goes_before_a_car_that_comes_in_the_morning():
    """R-000-11: ambulances stay free, but nobody stands in a corridor all night for it."""
    way = way_back(HOSPITAL, HOME, ready_at=NOW, now=NOW, is_firm=True)
    cars = [car("late", busy=(busy(-30, 300),)), ambulance("lent"), car("soon", busy=(busy(-30, 20),))]

    found = [each.car.code for each in offers.returns(cars, ASK, way)]

    assert found == ["soon", "lent", "late"]
