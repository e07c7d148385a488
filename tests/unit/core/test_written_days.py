"""Dates as people write them."""

from __future__ import annotations

from datetime import date

import pytest
from django import forms
from hypothesis import given, settings
from hypothesis import strategies as st

from core import written_days
from core.fields import DayField, MomentField

TODAY = date(2022, 6, 28)


@pytest.mark.parametrize(
    "typed",
    [
        "1956-04-12", "1956年4月12日", "１９５６年４月１２日", "19560412", "1956.4.12", "1956/4/12", "1956 4 12", "1956—04—12", "1956年04月12号",
        "一九五六年四月十二日", "一九五六.四.十二", "1956-04-12 00:00:00", "1956-04-12T00:00:00Z", "\u202a1956-04-12\u202c", "1956-4-12生",
        "1956，4，12", "1956,4,12", "1956。4。12", "1956·4·12", "1956\\4\\12", "1956|4|12", "1956年4月12日出生", "生于1956年4月12日", "1956年4月12曰",
        "出生日期：1956年4月12日", "1956年4月12日 星期四", "1956年4月12日（阳历）", "1956年04月12日 00:00:00", "公元1956年4月12日",
    ],
)  # fmt: skip
def test_date_in_every_written_form(typed: str) -> None:
    assert written_days.read_birth(typed, today=TODAY) == written_days.WrittenDay(date(1956, 4, 12))


def test_twenty_is_written_in_one_character_too() -> None:
    assert written_days.read("一九五六年四月廿三").value == date(1956, 4, 23)
    assert written_days.read("1956年4月廿日").value == date(1956, 4, 20)


@pytest.mark.parametrize("nought", "零〇○ＯO")
def test_a_year_is_read_with_every_sign_for_nought(nought: str) -> None:
    assert written_days.read(f"一九五{nought}年四月十二日").value == date(1950, 4, 12)


def test_nothing_typed_is_no_fault_and_a_mark_alone_is_one() -> None:
    assert written_days.read("  ") == written_days.WrittenDay()
    assert written_days.read("。").fault


def test_who_was_born_before_1900_is_asked_about_wherever_the_day_came_from() -> None:
    """Guard: a certificate's number says the day too."""
    assert written_days.born_fault(date(1900, 1, 1), today=TODAY) == ""
    assert "1899" in written_days.born_fault(date(1899, 12, 31), today=TODAY)


def test_a_fault_names_the_first_twenty_characters() -> None:
    text = "农历一九五六年三月初二早上天还没有亮的时候生的吧"

    assert f"“{text[:20]}”" in written_days.read(text).fault


def test_a_year_nobody_lives_to_see_is_asked_about() -> None:
    """Guard: both ends of the years that a day may lie in."""
    assert written_days.read("2100-12-31").value == date(2100, 12, 31)
    assert "太远" in written_days.read("2101-01-01").fault
    assert "早于" in written_days.read("1899-01-01").fault


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("56-04-12", "1956 年还是 2056 年"), ("560412", "1956 年还是 2056 年"), ("2056-01-01", "今天以后"), ("0056-01-01", "早于 1900"),
        ("1956年2月30日", "最后一天是 29 日"), ("1899-12-31", "早于 1900"), ("1956-13-01", "没有 13 月"), ("20557", "序号"),
        ("12/04/1956", "分不清"), ("195604", "还差"), ("农历1956年三月初二", "农历"), ("1956年腊月二十三", "农历"), ("1956年4月", "还差"), ("2056", "还差"), ("-12:00", "看不出"), ("昨天", "看不出"), ("2022-06-29", "今天以后"),
    ],
)  # fmt: skip
def test_what_is_no_birth_date_is_answered_with_a_sentence(typed: str, says: str) -> None:
    assert says in written_days.read_birth(typed, today=TODAY).fault


@settings(deadline=None)  # the first form that is drawn reads its templates
@given(st.text(max_size=20) | st.from_regex(r"[-0-9:./年月日T ]{1,24}", fullmatch=True))
def test_no_text_breaks_a_field_of_day_or_time(text: str) -> None:
    for field in (DayField(), MomentField()):
        form = type("Asked", (forms.Form,), {"when": field})({"when": text})

        assert form.is_valid() or form.errors["when"]
        assert 'name="when"' in str(form["when"])


def test_words_a_date_control_cannot_show_stay_on_the_page() -> None:
    form = type("Asked", (forms.Form,), {"when": DayField()})

    assert 'type="text" name="when" value="昨天"' in str(form({"when": "昨天"})["when"])
    assert 'type="date" name="when" value="1958-07-09"' in str(form(initial={"when": date(1958, 7, 9)})["when"])


@pytest.mark.parametrize(
    ("typed", "value"),
    [("1900-1-1", date(1900, 1, 1)), ("1900年12月31日", date(1900, 12, 31)), ("2000.2.29", date(2000, 2, 29))],
)
def test_the_first_and_the_last_that_is_a_day_is_one(typed: str, value: date) -> None:
    assert written_days.read(typed) == written_days.WrittenDay(value)
    assert written_days.read_birth(typed, today=value) == written_days.WrittenDay(value)


@pytest.mark.parametrize("typed", ["1899-12-31", "1900-0-1", "1900-13-1", "1900-1-0", "1900-1-32", "2001-2-29"])
def test_what_lies_beyond_is_none(typed: str) -> None:
    found = written_days.read(typed)

    assert found.value is None
    assert found.fault
