"""Chinese names: sorting, search by pinyin initials, and the masked forms each role may see."""

from __future__ import annotations

import os
from functools import lru_cache

# the table of 47,000 phrases takes 45 MB of every process; of names only a few surnames need one
os.environ.setdefault("PYPINYIN_NO_PHRASES", "1")
os.environ.setdefault("PYPINYIN_NO_DICT_COPY", "1")

from pypinyin import Style, lazy_pinyin, load_phrases_dict

load_phrases_dict({"尉迟": [["yù"], ["chí"]], "万俟": [["mò"], ["qí"]], "单于": [["chán"], ["yú"]]})
COMPOUND_SURNAMES = ("欧阳", "司马", "上官", "诸葛", "东方", "皇甫", "尉迟", "公孙", "令狐", "慕容", "司徒", "夏侯")


UNKNOWN = "身份不明"
_STEMS = "甲乙丙丁戊己庚辛壬癸"


def stem(number: int) -> str:
    """Return the short mark of the n-th stranger of a day: 甲, 乙 … 癸, 甲2, 乙2 …"""
    round_, place = divmod(number - 1, len(_STEMS))
    return _STEMS[place] + (str(round_ + 1) if round_ else "")


def stranger(mark: str, *known: str) -> str:
    """Return how everybody reads somebody without a name: 身份不明 甲 · 11:32 · 南门 · 男 约60岁 红衣."""
    return " · ".join((f"{UNKNOWN} {mark}".strip(), *filter(None, known)))[:60]


@lru_cache(maxsize=20000)
def sort_key(name: str) -> str:
    """Return the key that sorts a name as a dictionary would: pinyin with tones, then the name itself."""
    return " ".join(lazy_pinyin(name, style=Style.TONE3)) + " " + name


@lru_cache(maxsize=20000)
def initials(name: str) -> str:
    """Return the pinyin initials, lower case: 王秀兰 → wxl."""
    return "".join(part[:1] for part in lazy_pinyin(name)).lower()


@lru_cache(maxsize=20000)
def pinyin(name: str) -> str:
    """Return the toneless pinyin in one word: 王秀兰 → wangxiulan."""
    return "".join(lazy_pinyin(name)).lower()


def surname(name: str) -> str:
    """Return the family name."""
    name = name.strip()
    return name[:2] if name[:2] in COMPOUND_SURNAMES else name[:1]


def masked(name: str) -> str:
    """Return surname and two marks: what a gate may see."""
    return f"{surname(name)}＊＊" if name else ""


def with_title(name: str, sex: str, age: int | None) -> str:
    """Return how a driver addresses a rider: 王阿姨, 李叔叔, 赵小朋友."""
    if age is not None and age < 14:
        return f"{surname(name)}小朋友"
    if age is not None and age < 40:
        return f"{surname(name)}{'女士' if sex == 'F' else '先生'}"
    return f"{surname(name)}{'阿姨' if sex == 'F' else '叔叔'}"
