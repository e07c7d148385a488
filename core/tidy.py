"""The one place that tidies text, used alike by checking, storing, indexing and searching. Pure: knows no database.

Two forms of a word. The written form (`line`, `name`) is what is stored and shown: invisible characters gone, blanks
and dots in one shape, every letter and ideograph as it was typed. The folded form (`fold`, `name_key`) is what two
spellings of one thing have in common; it is compared and searched and never shown.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import groupby

# look like nothing, and are letters or marks all the same: Hangul fillers, the blank of braille, a joiner of marks
_FILLERS = frozenset("\u115f\u1160\u3164\uffa0\u2800\u034f")
# the dots people put between the parts of a minority or foreign name
DOT = "·"
_DOTS = frozenset("·•・･．‧∙⋅●᛫⸱\u0387\u2024\u2981\u25e6\u30fb\u00b7\ufe52\u0701\u02d1")
_QUOTES = re.compile(r"['’‘ʼʻ`´′＇\"“”＂-]")
_VARIANTS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
# whole blocks where any code point is an ideograph of some version of Unicode, also of one newer than this Python
_IDEOGRAPHS = (
    (0x2E80, 0x2FDF), (0x3005, 0x3007), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFD),
)  # fmt: skip
_RADICALS = (0x2F00, 0x2FDF)
# characters that older machines kept in the private area and later versions of Unicode have: 䶮 was U+E863. GBK's own
# area begins at U+E815; what its codec still leaves there moved with the editions of 2005 and 2022
_SINCE_2005 = {
    **{0xE816: 0x20087, 0xE817: 0x20089, 0xE818: 0x200CC, 0xE831: 0x215D7, 0xE83B: 0x2298F, 0xE855: 0x241FE},
    **{0xE81E: 0x9FB4, 0xE826: 0x9FB5, 0xE82B: 0x9FB6, 0xE82C: 0x9FB7, 0xE832: 0x9FB8, 0xE843: 0x9FB9},
    **{0xE854: 0x9FBA, 0xE864: 0x9FBB},
}
_TRAILS = (*range(0x50, 0x7F), *range(0x80, 0xA1))
_ONCE_PRIVATE = {
    0xE815 + at: _SINCE_2005.get(0xE815 + at, ord(bytes((0xFE, trail)).decode("gb18030")))
    for at, trail in enumerate(_TRAILS)
}
_ODD = re.compile(r"[<>{}\[\]\\|@#$%^&*_=+~?!;:：；？！0-9]")
# a number that a spreadsheet rounded: 2.10602E+17
SPREADSHEET_NUMBER = re.compile(r"\d(?:\.\d+)?e\+?\d+", re.IGNORECASE)
_SCANNER = re.compile(r"^(?:\][A-Za-z]\d)+")
_NUMERALS = {
    "零": 0,
    "〇": 0,
    "○": 0,
    "O": 0,
    "一": 1,
    "二": 2,
    "两": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
}
_CHINESE_NUMBER = re.compile("[零〇○一二两三四五六七八九十百]+")
_HOUSE = re.compile(
    r"^(?:第|#|no\.?)?([a-z]?\d{1,4}[a-z]?|[a-z])"
    r"(?:(?:[号號][楼樓]|[栋棟幢座][楼樓]|[楼樓][栋棟]|栋|棟|幢|座|楼|樓|号|號|#[楼樓]?)"
    r"(?:[a-z\d甲乙丙丁东西南北中]{1,2}(?:单元|單元|门|門).*)?)?$"
)
_ADDRESS = re.compile(r"^第?(\d{1,4})-\d{1,2}-\d{2,4}$")  # house, staircase and flat: 7-2-301
_STROKES = re.compile("[‐‑‒–—―−]")


def line(text: str) -> str:
    """Return one line as it is stored: nothing invisible, every blank in one shape, nothing around it."""
    return " ".join(_visible(text).split())


def block(text: str) -> str:
    """Return a text of several lines: nothing invisible, the ends of its lines kept."""
    return "\n".join(line(each) for each in re.split(r"\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]", text)).strip()


def _nfkc(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def _visible(text: str) -> str:
    """Drop control, format and broken characters and non-characters; a filler or a line's end is a blank."""
    return "".join(filter(None, map(_shown, text)))


@lru_cache(maxsize=4096)
def _shown(char: str) -> str:
    if char.isspace() or char in _FILLERS:
        return " "
    category = unicodedata.category(char)
    if category in {"Cc", "Cf", "Cs"}:
        return ""
    return "" if category == "Cn" and _is_no_character(ord(char)) else char


def _is_no_character(point: int) -> bool:
    return (point & 0xFFFE) == 0xFFFE or 0xFDD0 <= point <= 0xFDEF or 0xE0000 <= point <= 0xE0FFF


def is_ideograph(char: str) -> bool:
    """Say whether a character is one of a Chinese name: an ideograph of any version, or of somebody's own font."""
    point = ord(char)
    return any(low <= point <= high for low, high in _IDEOGRAPHS) or unicodedata.category(char) == "Co"


def _narrow(char: str) -> str:
    """Return the plain form of a full-width letter or sign; an ideograph stays the one that was typed."""
    point = ord(char)
    if is_ideograph(char) and not _RADICALS[0] <= point <= _RADICALS[1]:
        return char
    return _nfkc(char)


@lru_cache(maxsize=4096)
def name(text: str) -> str:
    """Return a name as it is stored: 孙　兰 → 孙兰; 古丽米热．艾比江 → 古丽米热·艾比江; John  Smith → John Smith."""
    plain = _composed("".join(map(_narrow, _visible(text))))
    plain = " ".join("".join(DOT if char in _DOTS else char for char in plain).split())
    plain = re.sub(r"(\S) ?[.。] ?(?=(\S))", _full_stop, plain)
    words = re.sub(rf" ?{DOT}[ {DOT}]*", DOT, plain).strip(f"{DOT} ")
    return re.sub(" ", lambda found: _gap(words, found.start()), words) or line(text)


def _composed(text: str) -> str:
    """Put letters and their accents together; an ideograph of compatibility stays, though Unicode has one for it."""
    runs = ("".join(run) for _is, run in groupby(text, key=is_ideograph))
    return "".join(run if is_ideograph(run[0]) else unicodedata.normalize("NFC", run) for run in runs)


def _full_stop(found: re.Match[str]) -> str:
    """Fold a full stop between two ideographs to the dot of names: J. Smith keeps his."""
    before, after = found.groups()
    return before + DOT if _is_chinese(before) and _is_chinese(after) else found.group()


def _gap(words: str, place: int) -> str:
    """Say whether a blank stays: not beside an ideograph on either side."""
    before, after = words[place - 1], words[place + 1]
    return "" if _is_chinese(before) and _is_chinese(after) else " "


def _is_chinese(char: str) -> bool:
    return is_ideograph(char) or bool(_VARIANTS.match(char))


def name_is_odd(text: str) -> bool:
    """Say whether a stored name holds what names seldom hold; it is kept, and looked at again by a person."""
    return bool(_ODD.search(text)) or not any(unicodedata.category(char)[0] in "LC" for char in text)


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """Return what two spellings have in common: case, width, accents and variant marks folded; blanks stay.

    A character from an older machine's private area is the one that Unicode has for it since.
    """
    plain = _VARIANTS.sub("", line(text)).translate(_ONCE_PRIVATE)
    plain = unicodedata.normalize("NFKD", _nfkc(plain).casefold())
    bare = "".join(char for char in plain if unicodedata.category(char) != "Mn")
    return _nfkc(bare) or line(text)


@lru_cache(maxsize=4096)
def name_key(text: str) -> str:
    """Return the key of a name: as `fold`, without blanks, dots, apostrophes and hyphens."""
    key = "".join(char for char in _QUOTES.sub("", fold(name(text))) if char not in _DOTS and char not in ". 。")
    return key or fold(text)


def digits(text: str) -> str:
    """Return the digits of a text as ASCII, whatever script or width they were typed in."""
    plain = _nfkc(text)
    return "".join(str(unicodedata.decimal(char)) for char in plain if unicodedata.category(char) == "Nd")


def ascii_digits(text: str) -> str:
    """Return a text in plain form with every digit as ASCII; for fields where digits are meant."""
    plain = _nfkc(_visible(text))
    return "".join(str(unicodedata.decimal(char)) if unicodedata.category(char) == "Nd" else char for char in plain)


def id_no(text: str) -> str:
    """Return a certificate's number as it is stored: no blanks or strokes, capitals; every sign of times is an X."""
    plain = ascii_digits(text).upper()
    if SPREADSHEET_NUMBER.fullmatch(whole := plain.strip().removeprefix("'")):
        return whole  # kept, so that it can be named
    plain = re.sub(r"(?<=\d)[×✕✖╳⨯ХΧ*](?=\W*$)", "X", plain)
    return _nfkc(re.sub(r"[\s'’‘`\"“”.,，。、:：_‐‑‒–—―−-]", "", plain))


def code(text: str) -> str:
    """Return a code as it is printed, from whatever a scanner or an input method made of it.

    A scanner may put its own mark in front (]Q3, ]C1), separators inside (FNC1) and a line's end behind; an input
    method may give full-width characters, or marks between the letters. Blanks inside belong to the signed text of a
    pass (Base45 has one), and to nothing else.
    """
    plain = ascii_digits(re.sub(r"[\x00-\x1f\x7f]", "", text)).upper().strip()
    plain = _SCANNER.sub("", plain).strip()
    if re.match(r"TAB\d:", plain):
        return plain
    return _nfkc(re.sub(r"[\s'’‘`´·.。,，、]", "", re.sub("[‐‑‒–—―−﹣ー]", "-", plain)))


def sign_in_number(text: str) -> str:
    """Return the number somebody signs in with, however an input method or a telephone book wrote it:
    １３８ 0000-1111.
    """
    plain = re.sub(r"\s", "", ascii_digits(text))
    bare = re.sub("[-‐‑‒–—―−]", "", plain)
    return re.sub(r"^(?:\+|00)?86(?=1\d{10}$)", "", bare) if re.fullmatch(r"\+?\d+", bare) else plain


def building_key(text: str) -> str:
    """Return what every way to write a building has in common: 7号楼, ７栋, 七号楼 and 7 → 7. Of another name, its
    fold.

    A staircase typed with it says no other building: 7号楼2单元, 7-2-301 → 7. A group of a village (7组) is no house.
    """
    plain = _STROKES.sub("-", re.sub(r"\s", "", fold(text)))
    plain = _CHINESE_NUMBER.sub(lambda found: chinese_number(found.group()), plain)
    found = _HOUSE.match(plain) or _ADDRESS.match(plain)
    return (found.group(1).lstrip("0") or "0") if found else plain


def chinese_number(words: str) -> str:
    """Return a Chinese number as digits: 十二 → 12, 一〇三 → 103."""
    if not set(words) & set("十百"):
        return "".join(str(_NUMERALS[char]) for char in words)
    total, digit = 0, 0
    for char in words:
        if char in _NUMERALS:
            digit = _NUMERALS[char]
        else:
            total += (digit or 1) * (10 if char == "十" else 100)
            digit = 0
    return str(total + digit)
