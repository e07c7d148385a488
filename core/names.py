"""Chinese names: sorting, every way to search for one, and the masked forms each role may see."""

from __future__ import annotations

import re
from functools import lru_cache

from core import readings, tidy
from core.readings import surname

UNKNOWN = "身份不明"
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_TITLES = {"F": ("阿姨", "女士"), "M": ("叔叔", "先生")}


def stem(number: int) -> str:
    """Return the short mark of the n-th stranger of a day: 甲, 乙 … 癸, 甲2, 乙2 …"""
    round_, place = divmod(number - 1, len(_STEMS))
    return _STEMS[place] + (str(round_ + 1) if round_ else "")


def stranger(mark: str, *known: str) -> str:
    """Return how everybody reads somebody without a name: 身份不明 甲 · 11:32 · 南门 · 男 约60岁 红衣."""
    return " · ".join((f"{UNKNOWN} {mark}".strip(), *filter(None, known)))[:60]


MOST_SOUNDS = 4
_BETWEEN = re.compile(r"[\s,，、;；]+")
_MIXED = re.compile(r"[a-zA-Zü][\u3400-\U0003ffff]|[\u3400-\U0003ffff][a-zA-Zü]")
_RUNS = re.compile(r"[a-zA-Zü]+|[^a-zA-Zü]+")


@lru_cache(maxsize=4096)
def sort_key(name: str) -> str:
    """Return the key that sorts a name as a dictionary would: pinyin with tones, then the name itself."""
    return " ".join(readings.tones(name)) + " " + name


@lru_cache(maxsize=4096)
def initials(name: str) -> str:
    """Return the pinyin initials of the usual reading, lower case: 王秀兰 → wxl."""
    return "".join(part[:1] for part in _usual(name)).lower()


@lru_cache(maxsize=4096)
def pinyin(name: str) -> str:
    """Return the toneless pinyin of the usual reading in one word: 王秀兰 → wangxiulan."""
    return "".join(_usual(name)).lower()


def _usual(name: str) -> tuple[str, ...]:
    return next(iter(readings.ways(name)), ())


@lru_cache(maxsize=4096)
def search_text(name: str) -> str:
    """Return what a name is searched in: as stored, its key, each reading in one word and shortened."""
    ways = readings.ways(name)
    read = dict.fromkeys(other for way in ways for other in _typed("".join(way)))
    short = dict.fromkeys(other for way in ways for other in _shortened(way))
    return "\n".join((name, tidy.name_key(name), " ".join(read), " ".join(short)))


def _typed(reading: str) -> tuple[str, ...]:
    """Return a reading as people type it: the ü of 吕 is v, u or yu."""
    if "v" not in reading:
        return (reading,)
    return reading, reading.replace("v", "u"), reading.replace("v", "yu")


def _shortened(way: tuple[str, ...]) -> tuple[str, str]:
    """Return a reading's initials, alone and behind the surname in full: wxl, wangxl."""
    tail = "".join(part[:1] for part in way[1:])
    return way[0][:1] + tail, way[0] + tail


def typed_words(text: str) -> list[str]:
    """Return the words of a search: what stands between blanks and commas."""
    return [word for word in _BETWEEN.split(tidy.line(text)) if word]


def pieces(word: str) -> list[str]:
    """Return the runs of ideographs and of letters of a word, for who cannot type one of them: 王zhe → 王, zhe."""
    return _RUNS.findall(word) if _MIXED.search(word) else [word]


def sounds(word: str) -> list[str]:
    """Return how a word of ideographs may be read, in one word each, for who has only heard a name: 秀栏 → xiulan."""
    if not word or not all(map(tidy.is_ideograph, word)):
        return []
    return list(dict.fromkeys("".join(way) for way in readings.ways(word)))[:MOST_SOUNDS]


def may_sound_otherwise(text: str) -> bool:
    """Say whether a search has a word of ideographs, whose sound another way of writing may have."""
    return any(map(sounds, typed_words(text)))


def is_found(name: str, words: str, *, by_sound: bool = False) -> bool:
    """Say whether every word somebody typed stands in a name, its readings or initials; `by_sound`: or sounds so."""
    found = search_text(name)

    def fits(word: str) -> bool:
        heard = sounds(word) if by_sound else []
        return all(tidy.name_key(piece) in found for piece in pieces(word)) or any(each in found for each in heard)

    return all(map(fits, typed_words(words)))


def masked(name: str) -> str:
    """Return surname and two marks: what a gate may see."""
    return f"{surname(name)}＊＊" if name else ""


def with_title(name: str, sex: str, age: int | None) -> str:
    """Return how a driver addresses a rider: 王阿姨, 李叔叔, 赵小朋友; 王同志 while nobody knows the sex."""
    called = name.partition(tidy.DOT)[0] if tidy.DOT in name else surname(name)
    if age is not None and age < 14:
        return f"{called}小朋友"
    if sex not in _TITLES:
        return f"{called}同志"
    return called + _TITLES[sex][age is not None and age < 40]
