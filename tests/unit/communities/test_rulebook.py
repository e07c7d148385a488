"""Which row of the rulebook decides: rules.md section 2, decisions.md B11, C13, C19, C20."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from communities import rule_kinds, rulebook
from communities.rulebook import Rule, RuleQuestion, resolve

JUNE = datetime(2022, 6, 28, 4, tzinfo=UTC)
X = "waiting.amber_min"
DANDONG, SHANGHAI = "210602001001", "310101001001"


def _ask(key: str, place: str = DANDONG, at: datetime = JUNE, zone: str = "sealed", need: str = "") -> rulebook.Ruling:
    return resolve(rulebook.shipped(), key, RuleQuestion(place, at, zone, need))


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
    wide, narrow = Rule(X, 1, "省", scope="210000"), Rule(X, 2, "市", scope="210600")
    binding = Rule(X, 3, "国", is_mandatory=True)

    assert resolve([wide, narrow], X, RuleQuestion(DANDONG, JUNE)).value == 2
    assert resolve([wide, narrow, binding], X, RuleQuestion(DANDONG, JUNE)).value == 3


def test_same_scope_later_effect_wins():
    old = Rule(X, 1, "旧", valid_from=datetime(2022, 1, 1, tzinfo=UTC))
    new = Rule(X, 2, "新", valid_from=datetime(2022, 6, 1, tzinfo=UTC))

    assert resolve([new, old], X, RuleQuestion(DANDONG, JUNE)).value == 2


def test_a_row_that_breaks_the_floor_never_decides():
    """R-000-7: no place, level or date can make a test a precondition."""
    local = Rule("test.precondition", "negative_48h", "某区", scope="210602", is_mandatory=True)

    ruling = resolve([local, *rulebook.shipped()], "test.precondition", RuleQuestion(DANDONG, JUNE))

    assert ruling.value == "none"
    assert rule_kinds.fault("test.precondition", "negative_48h")
    assert rule_kinds.fault("return.may_be_refused", 0), "0 is not false in a document"


@pytest.mark.parametrize(
    ("key", "bad"),
    [
        ("waiting.target_min", ["abc", "30", "", None, True, 0, -5, 10_000, 30.5, [30], {"min": 30}]),
        ("waiting.measured_min", [60, [], ["60"], [90, 60], [60, 60], [1, 60], "60,90"]),
        ("rx.stable_required", [1, "true", None]),
        ("route.scheduled", ["Usual", "", 3, ["usual"]]),
        ("route.transport", ["foot", [], ["foot", "foot"], ["rocket"], [["foot"]]]),
        ("vehicle.zones_allowed", [[], {}, {"sealed": ["any"]}, {"sealed": [], "controlled": [], "precautionary": []}]),
        ("plan.tomorrow_by", ["25:00", "8pm", "20:60", 2000, "Mon 20:00", " 20:00"]),
        ("report.weekly.due", ["12:00", "Someday 12:00", "Mon 24:00"]),
        ("hotline.volunteer_fleet", [3791111, "call us", "379 1111", "-", None]),
        ("no.such.key", [1]),
    ],
)
def test_a_value_that_is_not_of_the_key_s_kind_is_named_and_never_decides(key, bad):
    """A bad row of a narrow place loses to the next sound one of a wider scope."""
    for value in bad:
        row = Rule(key, value, "某区", scope="210602", is_mandatory=True)
        assert key in rule_kinds.fault(key, value)
        assert rulebook.row_fault(row)
        if key in rule_kinds.KEYS:
            assert resolve([row, *rulebook.shipped()], key, RuleQuestion(DANDONG, JUNE, "sealed")).rule is not row


def test_every_shipped_row_is_sound_and_every_key_has_one():
    assert [row for row in rulebook.shipped() if rulebook.row_fault(row)] == []
    assert {row.key for row in rulebook.shipped()} == set(rule_kinds.KEYS)


@pytest.mark.parametrize(
    "row",
    [
        Rule(X, 8, "某区", scope="振兴区"),
        Rule(X, 8, "某区", zone_classes=("封控区",)),
        Rule(X, 8, "某区", valid_from=JUNE, valid_until=JUNE),
    ],
)
def test_a_row_that_can_never_apply_is_named(row):
    assert rulebook.row_fault(row)


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
