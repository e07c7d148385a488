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
