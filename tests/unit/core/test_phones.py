"""Telephones as people paste them, one written form each."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import phones

LANDLINE = "0415-3120816转816"


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        *((typed, "13800001111") for typed in (
            "13800001111", "+86 138 0000 1111", "0086-138-0000-1111", "86 13800001111", "(+86)138-0000-1111", "１３８００００１１１１",
            "\u202a138\u00a00000\u200b1111\u202c", "138.0000.1111", "138—0000—1111", "013800001111", "tel:+8613800001111", "电话：13800001111",
            "\ufeff13800001111\u200e", "'13800001111", "手机13800001111",
        )),
        *((typed, LANDLINE) for typed in (
            "0415-312 0816 转 816", "0415-3120816轉816", "04153120816ext.816", "0415-3120816-816", "(0415) 3120816 #816",
            "+86 415 3120816 转816", "0415－3120816 分机 816", "0415 3120816x816",
        )),
        ("010-12345678", "010-12345678"),
        ("3120816", "3120816"),
        ("312-0816", "3120816"),
        ("12345", "12345"),
        ("120", "120"),
        ("95588", "95588"),
        ("400-1234-567", "400-123-4567"),
        ("+82 10-1234-5678", "+821012345678"),
        ("13800001111/0415-3120816", "13800001111 / 0415-3120816"),
        ("13800001111 13900002222", "13800001111 / 13900002222"),
        ("13800001111、13900002222", "13800001111 / 13900002222"),
        ("1380000111113900002222", "13800001111 / 13900002222"),
        ("13800001111\r\n13900002222", "13800001111 / 13900002222"),
        ("0415-3120816/17", "0415-3120816 / 0415-3120817"),
        ("13800001111/0415-3120816/17", "13800001111 / 0415-3120816 / 0415-3120817"),
        ("13800001111/13900002222/女儿", "13800001111 / 13900002222（女儿）"),
        ("138 0000 1111 0415 3120816", "13800001111 / 0415-3120816"),
        ("13800001111 3120816 816", "13800001111 / 3120816转816"),
        ("13800001111 13900002222转816", "13800001111 / 13900002222转816"),
        ("手机13800001111 座机3120816", "13800001111 / 3120816"),
        ("13800001111（女儿）", "13800001111（女儿）"),
        ("女儿 13800001111", "13800001111（女儿）"),
        *((typed, "13800001111（儿子） / 13900002222（女儿）") for typed in (
            "13800001111儿子 13900002222女儿", "儿子13800001111 女儿13900002222", "儿子：13800001111，女儿：13900002222",
            "13800001111(儿子)13900002222(女儿)", "手机13800001111儿子，手机13900002222女儿",
        )),
        ("女儿王丽：13800001111（微信同号）", "13800001111（女儿王丽 微信同号）"),
        ("138oooo1111", "13800001111"),
        ("1380000111l", "13800001111"),
        ("13800001111.0", "13800001111"),
        ("13800001111 9:00-17:00", "13800001111（9:00-17:00）"),
        ("13800001111（早9点、晚5点）", "13800001111（早9点 晚5点）"),
        ("3120816（3号楼门卫）", "3120816（3号楼门卫）"),
        *((typed, "13800001111（QQ445566778）") for typed in (
            "13800001111 QQ445566778", "13800001111/QQ445566778", "QQ445566778，13800001111", "13800001111（QQ445566778）",
        )),
        ("QQ:445566778 13800001111", "13800001111（QQ:445566778）"),
        ("我的微信wx_1956 电话13800001111", "13800001111（我的微信wx_1956）"),
        ("微信13800001111", "13800001111（微信）"),
        *((typed, "61234（短号）") for typed in ("短号61234", "短号：61234", "短号 61234", "61234（短号）")),
        ("办公室短号6523（王姐）", "6523（办公室短号 王姐）"),
        ("内线8021", "8021（内线）"),
        ("分机 8021", "8021（分机）"),
        *((typed, "13800001111 / 61234（短号）") for typed in (
            "13800001111 短号61234", "13800001111（短号61234）", "13800001111/短号 61234", "13800001111短号：61234",
        )),
        ("13800001111（儿子）短号61234", "13800001111（儿子） / 61234（短号）"),
        ("", ""),
    ],
)  # fmt: skip
def test_number_in_every_written_form(typed: str, written: str) -> None:
    found = phones.read(typed)

    assert (found.written, found.fault) == (written, "")
    assert phones.read(found.written) == found


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("-------", "没有号码"),
        ("1380000111", "10 位"),
        ("138000011112", "12 位"),
        ("1.38E+10", "表格"),
        ("12", "不像"),
        ("0415-3120816转123456789", "不像"),
        ("没有", "没有号码"),
        *((typed, "10 位") for typed in ("138a0001111", "138x0001111", "138几0001111")),
        *((typed, "没有号码") for typed in ("微信wang_1956", "QQ 445566778", "扣扣号：445566778", "QQ3120816")),
        ("61234", "短号 61234"),
        ("1-" * 50_000, "太长"),  # looked at, it would take minutes
    ],
)
def test_what_is_no_number_is_answered_with_a_sentence(typed: str, says: str) -> None:
    found = phones.read(typed)

    assert not found.numbers
    assert says in found.fault


def test_a_number_with_a_tail_that_is_none_is_not_half_believed() -> None:
    """Guard: what follows a number is an extension, another number, or a reason to ask."""
    assert phones.read("13800001111 123456789012345").numbers == ()


@given(st.text(max_size=40))
def test_no_text_breaks_it_and_what_is_kept_reads_as_itself(text: str) -> None:
    found = phones.read(text)

    assert bool(found.fault) <= (not found.numbers)
    assert phones.read(found.written).searched == found.searched


@given(
    st.from_regex(r"1[3-9]\d{9}", fullmatch=True, alphabet="0123456789"),
    st.sampled_from(["", "+86", "0086", "86-", "(86)"]),
    st.sampled_from(["", " ", "-", "\u00a0", "."]),
)
def test_mobile_is_found_by_its_own_digits(number: str, country: str, gap: str) -> None:
    found = phones.read(country + gap.join((number[:3], number[3:7], number[7:])))

    assert found.searched == (number,)
    assert phones.part(f"+86 {number}") == number


def test_a_caller_is_found_by_the_first_of_two():
    assert phones.read("13800001111、13900002222").dialled == "13800001111"
    assert phones.read("").dialled == ""


def test_a_device_dials_the_first_of_two():
    assert phones.to_dial("13800001111、13900002222") == "13800001111"
    assert phones.to_dial("0415-3120816转816、13900002222") == "04153120816,816"


@pytest.mark.parametrize("between", ["、", " "])
def test_accounts_before_the_first_number_stand_with_that_number_alone(between):
    found = phones.read(f"微信 lan_1、13800001111{between}13900002222")

    assert [(each.written, bool(each.words)) for each in found.numbers] == [
        ("13800001111", True),
        ("13900002222", False),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "这里没有任何号码只是一段很长很长的文字说明而已啊",
        "1380000111这一位漏写了一个数字请再问一遍他家里人",
        "12这里的号码看不清楚了请再问一遍他的家里人才行",
    ],
)
def test_a_fault_names_the_first_twenty_characters(text):
    assert f"“{text[:20]}”" in phones.read(text).fault
