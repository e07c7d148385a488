"""Sentences of rows: Chinese in the row, the reader's language on the page."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from core.stored import in_chinese, said, stored, stored_label
from dispatch.facts.closures import ELSEWHERE, SHUT_BUT_RECEIVES
from hospitals.words import MISSING_WORDS
from transport.services.alarms import WAITS_UNTIL
from transport.services.lateness import COMES_LATE, WAITS_LONGER
from transport.states import VehicleStatus


def test_a_row_holds_chinese_whoever_presses() -> None:
    with override("en"):
        assert stored("没接到人") == "没接到人"
        assert in_chinese(MISSING_WORDS["bed"]) == "床位"


@pytest.mark.parametrize(
    ("row", "english"),
    [
        ("没接到人", "No show"),
        (WAITS_UNTIL % {"car": "辽F12345 张师傅", "until": "09:40"}, "辽F12345 张师傅 is waiting, until 09:40."),
        ("", ""),
        ("她说去隔壁了", "她说去隔壁了"),
    ],
    ids=["a plain one", "one with figures", "none", "what a person typed"],
)
def test_a_reader_of_english_reads_english(row: str, english: str) -> None:
    with override("en"):
        assert said(row) == english
    with override("zh-hans"):
        assert said(row) == row


def test_a_label_is_kept_in_chinese_whatever_the_presser_reads() -> None:
    with override("en"):
        assert stored_label(VehicleStatus, VehicleStatus.OFF) == "停用"
        assert stored_label(VehicleStatus, "火箭") == "？ 火箭"
        assert said("停用") != "停用"


def test_both_sentences_of_a_shut_unit_are_said() -> None:
    """Seen before: the second one disappeared into the telephone number of the first, and stayed Chinese."""
    shut = SHUT_BUT_RECEIVES % {"house": "市一院", "phone": "0415-2"}

    with override("en"):
        told = said(f"{shut}；{ELSEWHERE % {'name': '市二院', 'min': 9}}")

    assert not any(word in told for word in ("停了", "要改", "分钟"))


def test_each_part_of_a_note_is_said() -> None:
    late = COMES_LATE % {"who": "王阿姨", "at": "09:20", "by": "09:00"}
    note = f"{late}；{WAITS_LONGER % {'who': '李叔叔', 'n': 12}}"

    with override("en"):
        told = said(note)

    first, second = told.split("；")
    assert "王阿姨" in first
    assert "李叔叔" in second
    assert "才到" not in told
    assert "要等" not in told
