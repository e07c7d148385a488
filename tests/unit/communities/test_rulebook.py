"""Which row of the rulebook decides: rules.md section 2, decisions.md B11, C13, C19, C20."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from communities import rulebook
from communities.rulebook import Question, Rule, resolve

JUNE = datetime(2022, 6, 28, 4, tzinfo=UTC)
DANDONG, SHANGHAI = "210602001001", "310101001001"


def _ask(key: str, place: str = DANDONG, at: datetime = JUNE, zone: str = "sealed", need: str = "") -> rulebook.Ruling:
    return resolve(rulebook.shipped(), key, Question(place, at, zone, need))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("intake.handover_min", 15),
        ("approval.silent_min", 30),
        ("engine.move_told_stop_max_min", 5),
        ("waiting.amber_min", 10),
        ("waiting.no_car_min", 15),
        ("waiting.target_min", 30),
        ("waiting.street_min", 45),
        ("waiting.measured_min", [60, 90]),
        ("closure.max_h", 48),
        ("critical.fallback_min", 5),
        ("route.critical", "nearest_capable"),
        ("test.precondition", "none"),
        ("certificate.required", "non_critical"),
        ("escort.max", 1),
        ("code.yellow.blocks_pass", False),
        ("report.weekly.due", "Mon 12:00"),
        ("rx.max_weeks", 12),
    ],
)
def test_shipped_value(key, value):
    assert _ask(key).value == value


@pytest.mark.parametrize(
    ("zone", "scheduled", "transport"),
    [
        ("sealed", "yellow_code", ["closed_loop"]),
        ("controlled", "other_facility", ["closed_loop"]),
        ("precautionary", "usual", ["foot", "own_car", "vehicle"]),
    ],
)
def test_matrix_of_zones(zone, scheduled, transport):
    """R-002-1a, R-002-1c, R-002-2d, R-002-2g."""
    assert _ask("route.scheduled", zone=zone).value == scheduled
    assert _ask("route.transport", zone=zone).value == transport


def test_source_names_the_document_and_the_quote():
    assert _ask("intake.handover_min").source == "丹东市 2022-06-27“原则上要在15分钟内完成接诊和交接工作”"
    assert _ask("intake.handover_min", SHANGHAI).source == "全国默认"


def test_document_holds_only_from_its_day_and_in_its_place():
    before = datetime(2022, 6, 1, tzinfo=UTC)

    assert _ask("hotline.volunteer_fleet").value == "3791111"
    assert _ask("hotline.volunteer_fleet", at=before).value == ""
    assert _ask("hotline.volunteer_fleet", SHANGHAI).value == ""


def test_narrower_scope_wins_unless_the_wider_is_mandatory():
    wide, narrow = Rule("x", 1, "省", scope="210000"), Rule("x", 2, "市", scope="210600")
    binding = Rule("x", 3, "国", is_mandatory=True)

    assert resolve([wide, narrow], "x", Question(DANDONG, JUNE)).value == 2
    assert resolve([wide, narrow, binding], "x", Question(DANDONG, JUNE)).value == 3


def test_same_scope_later_effect_wins():
    old = Rule("x", 1, "旧", valid_from=datetime(2022, 1, 1, tzinfo=UTC))
    new = Rule("x", 2, "新", valid_from=datetime(2022, 6, 1, tzinfo=UTC))

    assert resolve([new, old], "x", Question(DANDONG, JUNE)).value == 2
    assert resolve([new, old], "x", Question(DANDONG, JUNE)).beaten == (old,)


def test_a_row_that_breaks_the_floor_never_decides():
    """R-000-7: no place, level or date can make a test a precondition."""
    local = Rule("test.precondition", "negative_48h", "某区", scope="210602", is_mandatory=True)

    ruling = resolve([local, *rulebook.shipped()], "test.precondition", Question(DANDONG, JUNE))

    assert ruling.value == "none"
    assert rulebook.floor_fault("test.precondition", "negative_48h")


def test_unknown_key_is_an_error_of_the_caller():
    with pytest.raises(KeyError):
        _ask("no.such.key")


def test_five_places_and_dates_give_five_explained_answers_and_never_no():
    """Same patient (sealed, dialysis), five policy sets: rules.md section 2."""
    asked = [
        ("2020-03-25", DANDONG),
        ("2022-03-25", DANDONG),
        ("2022-05-05", DANDONG),
        ("2022-06-28", DANDONG),
        ("2022-05-05", SHANGHAI),
    ]
    for day, place in asked:
        at = datetime.fromisoformat(f"{day}T12:00:00+08:00")
        ruling = _ask("route.scheduled", place, at, need="dialysis")
        assert ruling.value == "yellow_code"
        assert ruling.source
        assert "test.precondition" not in {rule.key for rule in ruling.beaten}
