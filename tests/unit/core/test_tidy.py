"""What people type, tidied: names, buildings, numbers, codes (issue F: nothing typed is refused or doubled)."""

from __future__ import annotations

import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import names, tidy
from core.codes import compared, read_id_no
from core.readings import surname

ANY = st.text(st.characters(), max_size=40)
SEEN = st.text(st.characters(categories=("L", "Co")), min_size=1, max_size=12)
INVISIBLE = "\u200b\u200e\u202a\u202c\ufeff\u00ad\x00\x07"


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("孙　兰", "孙兰"),
        ("\ufeff孙\u200b\u00a0兰\u202c ", "孙兰"),
        ("古丽米热．艾比江", "古丽米热·艾比江"),
        ("古丽米热 • 艾比江", "古丽米热·艾比江"),
        ("古丽米热.艾比江", "古丽米热·艾比江"),
        ("John  Smith", "John Smith"),
        ("Ｊｏｈｎ　Ｓｍｉｔｈ", "John Smith"),
        ("J. R. Smith", "J. R. Smith"),
        ("A.B", "A.B"),
        ("\U00031350\U0002ebf0", "\U00031350\U0002ebf0"),
        ("\ue012\U000f0001", "\ue012\U000f0001"),
        ("\uf9e7", "\uf9e7"),
        ("葛\U000e0100城", "葛\U000e0100城"),
        ("张<b>三", "张<b>三"),
        ("\ud800张三", "张三"),
    ],
)
def test_name_is_stored_as_typed_without_what_nobody_sees(typed: str, stored: str) -> None:
    assert tidy.name(typed) == stored


@pytest.mark.parametrize(
    "written", ["古丽米热•艾比江", "古丽米热・艾比江", "古丽米热．艾比江", "古丽米热艾比江", "古丽米热 艾比江"]
)
def test_dots_of_a_name_make_no_second_person(written: str) -> None:
    assert tidy.name_key(written) == tidy.name_key("古丽米热·艾比江")


@given(ANY)
def test_tidied_twice_is_tidied_once(text: str) -> None:
    for tidied in (tidy.name, tidy.line, tidy.block, tidy.id_no, tidy.code, tidy.building_key):
        assert tidied(tidied(text)) == tidied(text), tidied.__name__


@given(ANY)
def test_nothing_broken_or_invisible_is_left(text: str) -> None:
    for tidied in (tidy.name(text), tidy.line(text)):
        assert not {"Cc", "Cf", "Cs"} & {unicodedata.category(char) for char in tidied}
        tidied.encode()


@given(SEEN, st.lists(st.sampled_from([*INVISIBLE, " ", "\u3000", "\u00a0"]), max_size=3), st.integers(0, 12))
def test_marks_and_blanks_make_no_second_person(name: str, noise: list[str], place: int) -> None:
    written = name[:place] + "".join(noise) + name[place:]

    assert tidy.name_key(written) == tidy.name_key(name)


@given(SEEN)
def test_a_name_is_never_lost_and_is_found_by_itself(name: str) -> None:
    stored = tidy.name(name)

    assert bool(stored) == bool(tidy.line(name))
    assert names.is_found(stored, name)
    assert names.is_found(stored, names.pinyin(stored))
    assert names.is_found(stored, names.initials(stored))


def test_odd_names_are_marked() -> None:
    assert [tidy.name_is_odd(name) for name in ("王秀兰", "古丽米热·艾比江", "\ue000兰", "王2", "<王>", "！")] == [
        False
    ] * 3 + [True] * 3


@pytest.mark.parametrize(
    "written",
    [
        *("7号楼", "７栋", "七号楼", "7", "07栋", " 7 号 楼", "7#", "第七幢", "7座", "7号楼2单元", "七栋二单元301"),
        *(
            "7-2-301",
            "７－２－３０１",
            "7—2—301",
            "7号樓",
            "7號楼",
            "7#楼",
            "#7",
            "№7",
            "No.7",
            "7栋1门",
            "7号楼甲单元",
            "7号楼东单元",
        ),
    ],
)
def test_building_is_one_however_it_is_written(written: str) -> None:
    assert tidy.building_key(written) == "7"


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("十二号楼", "12"),
        ("十号楼", "10"),
        ("二十栋", "20"),
        ("一百栋", "100"),
        ("二百二十三栋", "223"),
        ("一百零三栋", "103"),
        ("A座", "a"),
        ("向阳楼", "向阳楼"),
        ("7组", "7组"),
        ("7-2", "7-2"),
        ("东7号楼", "东7号楼"),
    ],
)
def test_other_buildings(written: str, key: str) -> None:
    assert tidy.building_key(written) == key


@pytest.mark.parametrize(
    "written",
    [
        "21060319671206149x",
        "２１０６０３１９６７１２０６１４９Ｘ",
        "210603 19671206 149×",
        "210603-19671206-149X",
        "\u202a21060319671206149x\u202c",
    ],
)
def test_identity_number_in_every_written_form(written: str) -> None:
    assert tidy.id_no(written) == "21060319671206149X"


@pytest.mark.parametrize("written", ["8.80603E+17", "８．８０６０３Ｅ＋１７", "880603196712061000"])
def test_number_a_spreadsheet_spoilt_is_named_as_such(written: str) -> None:
    assert read_id_no(written).fault == "spreadsheet"


@pytest.mark.parametrize(
    ("birth_date", "sex", "fault"),
    [("1967-12-06", "M", ""), ("1967-12-07", "M", "birth_date"), ("1967-12-06", "F", "sex"), ("", "", "")],
)
def test_number_is_compared_with_what_was_typed(birth_date: str, sex: str, fault: str) -> None:
    born = date.fromisoformat(birth_date) if birth_date else None

    assert compared(read_id_no("880603196712061497"), birth_date=born, sex=sex).fault == fault


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("]Q3ABCD234XYZ\r\n", "ABCD234XYZ"),
        ("]C1\x1dABCD234", "ABCD234"),
        ("ａｂｃｄ　２３４", "ABCD234"),
        ("AB'CD 234", "ABCD234"),
        ("１２ ３４", "1234"),
        ("２０２２０６２８－００１２", "20220628-0012"),
        ("]Q3TAB1:A $ B", "TAB1:A $ B"),
        ("ＴＡＢ１：Ａ　Ｂ", "TAB1:A B"),
    ],
)
def test_code_typed_scanned_or_through_an_input_method(typed: str, code: str) -> None:
    assert tidy.code(typed) == code


READINGS = (
    "单:shan 仇:qiu 解:xie 查:zha 区:ou 朴:piao 曾:zeng 盖:ge 乐:yue 翟:zhai 覃:qin 覃:tan 缪:miao 尉:wei 任:ren 华:hua 员:yun "
    "种:chong 黑:he 折:she 秘:bi 冼:xian 繁:po 句:gou 佴:nai 祭:zhai 逄:pang 隗:wei 牟:mu 撒:sa 长:chang 瞿:qu 訾:zi 乜:nie "
    "吕:lv 吕:lu 吕:lyu 么:yao 万俟:moqi 单于:chanyu 尉迟:yuchi 澹台:tantai 长孙:zhangsun 令狐:linghu 亓官:qiguan 宰父:zaifu "
    "乐正:yuezheng 夹谷:jiagu 鲜于:xianyu 颛孙:zhuansun 闾丘:lvqiu 皇甫:huangfu 呼延:huyan 拓跋:tuoba"
)


@pytest.mark.parametrize("pair", READINGS.split())
def test_surname_is_found_by_its_reading(pair: str) -> None:
    family, reading = pair.split(":")
    name = f"{family}雪"

    assert surname(name) == family
    assert names.is_found(name, f"{reading}xue")
    assert names.is_found(name, f"{reading}x")


def test_every_reading_of_a_given_name_finds_it() -> None:
    assert names.is_found("曾长乐", "zengchangle")
    assert names.is_found("曾长乐", "zengzhangyue")
    assert names.is_found("曾长乐", "zcy")
    assert names.pinyin("单雄信") == "shanxiongxin"


def test_a_character_that_had_no_place_in_unicode_yet_is_the_one_it_has_now() -> None:
    """An old registry office wrote 䶮 as U+E863; the name stays as it was typed, and both spellings are one person."""
    for private, since in (("\ue863", "䶮"), ("\ue864", "龻"), ("\ue81a", "㑳"), ("\ue81e", "龴"), ("\ue816", "𠂇")):
        assert tidy.name(f"刘{private}") == f"刘{private}"
        assert tidy.name_key(f"刘{private}") == tidy.name_key(f"刘{since}")
    for private in ("\ue814", "\ue865", "\ue900"):  # beside the area whose characters have moved
        assert tidy.name_key(f"刘{private}") == f"刘{private}"


@pytest.mark.parametrize(
    ("first", "last"),
    [(0x2E80, 0x2FDF), (0x3005, 0x3007), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFD)],
)
def test_a_block_of_ideographs_is_whole_and_ends_where_unicode_says(first, last):
    """Both ends count, also points that this Python's tables do not know yet; the neighbours do not."""
    assert tidy.is_ideograph(chr(first))
    assert tidy.is_ideograph(chr(last))
    assert first == 0xF900 or not tidy.is_ideograph(chr(first - 1)), "before F900 lies the private area, which counts"
    assert not tidy.is_ideograph(chr(last + 1))


@pytest.mark.parametrize(
    ("private", "since"),
    [
        (0xE816, 0x20087), (0xE817, 0x20089), (0xE818, 0x200CC), (0xE81E, 0x9FB4), (0xE826, 0x9FB5), (0xE82B, 0x9FB6),
        (0xE82C, 0x9FB7), (0xE831, 0x215D7), (0xE832, 0x9FB8), (0xE83B, 0x2298F), (0xE843, 0x9FB9), (0xE854, 0x9FBA),
        (0xE855, 0x241FE), (0xE863, 0x4DAE), (0xE864, 0x9FBB),
    ],
)  # fmt: skip
def test_an_older_machines_private_character_is_found_by_its_own(private, since):
    """The table of GB 18030's editions, character by character."""
    assert tidy.fold(chr(private)) == tidy.fold(chr(since))


@pytest.mark.parametrize(
    ("typed", "stored"),
    [("孙.J", "孙.J"), ("J.孙", "J.孙"), ("孙 J", "孙 J"), ("J 孙", "J 孙"), ("孙 兰", "孙兰"), ("孙.兰", "孙·兰")],
)
def test_a_stop_or_a_blank_changes_between_two_ideographs_alone(typed, stored):
    assert tidy.name(typed) == stored


@pytest.mark.parametrize(
    ("written", "meant"),
    [("零", 0), ("〇", 0), ("○", 0), ("O", 0), ("两", 2), *zip("一二三四五六七八九", range(1, 10), strict=True)],
)
def test_a_chinese_numeral_is_its_digit(written: str, meant: int) -> None:
    """Guard: house 六 is not house 七, and a year is read in every sign for nought."""
    assert tidy.chinese_number(written) == str(meant)
    assert tidy.chinese_number(f"一{written}三") == f"1{meant}3"


@pytest.mark.parametrize(
    "char", ["\ufdd0", "\ufdef", "\ufffe", "\uffff", "\U0001fffe", "\U0010ffff", "\U000e0000", "\U000e0fff"]
)
def test_what_is_no_character_is_dropped(char: str) -> None:
    assert tidy.line(f"孙{char}兰") == "孙兰"


@pytest.mark.parametrize("char", ["\U0001fffd", "\U0003fffd", "\U000e1000"])
def test_what_a_later_unicode_may_bring_is_kept(char: str) -> None:
    """Guard: a point that this Python's tables do not know yet may be a character of somebody's name."""
    assert tidy.line(f"孙{char}兰") == f"孙{char}兰"


@pytest.mark.parametrize(("typed", "stored"), [("⼀", "一"), ("⽂", "文"), ("⿕", "龠"), ("⺀", "⺀"), ("〇", "〇")])
def test_a_radical_that_a_picture_was_read_as_is_the_character_it_looks_like(typed: str, stored: str) -> None:
    """Guard: both ends of the radicals; what lies beside them stays as it was typed."""
    assert tidy.name(f"孙{typed}") == f"孙{stored}"
