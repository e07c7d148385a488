"""Identity numbers, codes, names."""

from datetime import date

import pytest

from core import names
from core.codes import ALPHABET, check_character, read_id_no, short_code


@pytest.mark.parametrize(
    ("number", "fault"),
    [
        ("880603196712061497", ""),
        ("88060319671206149 7", ""),
        ("880603196712061498", "check"),
        ("880603196713061497", "date"),
        ("8806031967120614", "length"),
        ("88060319671206A497", "characters"),
        ("880603671206149", ""),
    ],
)
def test_id_number_names_its_likely_fault(number: str, fault: str) -> None:
    assert read_id_no(number).fault == fault


def test_id_number_gives_birth_date_and_sex() -> None:
    read = read_id_no("880603196712061497")

    assert (read.birth_date.isoformat(), read.sex) == ("1967-12-06", "M")


def test_nobody_is_born_after_today() -> None:
    body = "88060320990101149"
    number = body + check_character(body)
    read = read_id_no(number, today=date(2022, 6, 28))

    assert (read.fault, read.birth_date) == ("date", None)
    assert "今天以后" in read.hint
    assert read_id_no(number, today=date(2099, 1, 1)).fault == ""


def test_check_character_notices_every_single_wrong_digit() -> None:
    good = "880603196712061497"

    for place in range(17):
        for digit in "0123456789":
            if digit != good[place]:
                assert check_character(good[:place] + digit + good[place + 1 :]) != good[17]


def test_short_code_has_no_characters_that_look_alike() -> None:
    assert not set("01OI") & set(ALPHABET)
    assert len(short_code()) == 10


def test_names_sort_as_a_dictionary_would() -> None:
    assert sorted(["张三", "阿明", "王秀兰", "李四"], key=names.sort_key) == ["阿明", "李四", "王秀兰", "张三"]


@pytest.mark.parametrize(("name", "masked"), [("王秀兰", "王＊＊"), ("欧阳修", "欧阳＊＊"), ("李", "李＊＊")])
def test_gate_sees_the_surname_only(name: str, masked: str) -> None:
    assert names.masked(name) == masked


@pytest.mark.parametrize(
    ("sex", "age", "word"),
    [
        ("F", 68, "王阿姨"),
        ("M", 30, "王先生"),
        ("M", 9, "王小朋友"),
        ("F", None, "王阿姨"),
        ("", 30, "王同志"),
        ("", None, "王同志"),
        ("", 9, "王小朋友"),
    ],
)
def test_driver_hears_surname_and_title(sex: str, age: int | None, word: str) -> None:
    assert names.with_title("王秀兰", sex, age) == word
