"""Dates as people write them. Pure: knows no database; the day it is compared with is given."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from core import tidy

FIRST_YEAR = 1900
LAST_YEAR = 2100
_BETWEEN = r"\s*[./\-\s、,，。·・|\\]\s*"
_FULL = re.compile(rf"(\d{{4}})(?:\s*年\s*|{_BETWEEN})(\d{{1,2}})(?:\s*月\s*|{_BETWEEN})(\d{{1,2}})\s*[日号號曰]?")
_BESIDE = re.compile(
    r"^(?:出生日期|出生|生日|生于|公元|阳历|公历)\s*[:：]?\s*|\s*[（(]?(?:出生|生|星期.|周.|礼拜.|阳历|公历)[)）]?$"
)
_LUNAR = re.compile("农历|阴历|旧历|正月|腊月|冬月|初[一二三四五六七八九十]")
_RUN = re.compile(r"(\d{4})(\d{2})(\d{2})")
_SHORT_YEAR = re.compile(
    r"'?(\d{2})\s*[年./\-\s]\s*(\d{1,2})\s*[月./\-\s]\s*(\d{1,2})\s*[日号號]?|(\d{2})(\d{2})(\d{2})"
)
_BACKWARDS = re.compile(r"(\d{1,2})\s*[./\-\s]\s*(\d{1,2})\s*[./\-\s]\s*(\d{4})")
_NO_DAY = re.compile(r"(\d{4})\s*[年./\-]\s*(\d{1,2})\s*月?|(\d{4})\s*年?")
_YEAR_AND_MONTH = re.compile(r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])")  # 195604; 19 of 1919 or 2019 has no month 56
_CLOCK = re.compile(r"[T\s]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?$", re.IGNORECASE)
_STROKES = re.compile("[‐‑‒–—―−﹣~]")
_CHINESE = re.compile(r"[零〇○O一二三四五六七八九十两]+")


@dataclass(frozen=True)
class WrittenDay:
    """The day that was meant, or a sentence that says what to write; neither when nothing was typed."""

    value: date | None = None
    fault: str = ""


def read(text: str) -> WrittenDay:
    """Read a date: 1956年4月12日, 19560412, 1956.4.12, 1956/4/12, 一九五六年四月十二日; never raises."""
    plain = _STROKES.sub("-", tidy.ascii_digits(text)).strip()
    plain = _CLOCK.sub("", plain).strip().strip("。.,，；;")
    if _LUNAR.search(plain):
        return WrittenDay(fault=_("“%(text)s”是农历。请写身份证上的阳历，比如 1956年4月12日。") % {"text": plain[:20]})
    plain = _CLOCK.sub("", _BESIDE.sub("", _BESIDE.sub("", plain))).strip()
    plain = re.sub("廿(?=[一二三四五六七八九])", "二十", plain).replace("廿", "二十")
    plain = _CHINESE.sub(_digits_of, plain)
    if not plain:
        return WrittenDay(fault=_how_to()) if text.strip() else WrittenDay()
    if found := _FULL.fullmatch(plain) or _RUN.fullmatch(plain):
        return _day(*(int(part) for part in found.groups()))
    if _YEAR_AND_MONTH.fullmatch(plain):
        return WrittenDay(fault=_("“%(text)s”还差月或日。请写全，比如 1956年4月12日。") % {"text": plain})
    if found := _SHORT_YEAR.fullmatch(plain):
        return WrittenDay(fault=_which_year(next(part for part in (found.group(1), found.group(4)) if part)))
    if _BACKWARDS.fullmatch(plain):
        return WrittenDay(fault=_("“%(text)s”分不清哪个是月、哪个是日。请写成 1956年4月12日。") % {"text": plain})
    if _NO_DAY.fullmatch(plain):
        return WrittenDay(fault=_("“%(text)s”还差月或日。请写全，比如 1956年4月12日。") % {"text": plain})
    if re.fullmatch(r"\d{5}(?:\.0+)?", plain):
        return WrittenDay(fault=_("“%(text)s”是表格里的日期序号。请写成 1956年4月12日。") % {"text": plain})
    return WrittenDay(fault=_how_to())


def read_birth(text: str, *, today: date) -> WrittenDay:
    """Read the date somebody was born on: not before 1900, not after today."""
    day = read(text)
    if day.value is None:
        return day
    return WrittenDay(day.value, born_fault(day.value, today=today))


def born_fault(born: date, *, today: date) -> str:
    """Say what is wrong with a birth date, "" for nothing."""
    if born > today:
        return _("出生日期在今天以后。请看看年份。")
    return "" if born.year >= FIRST_YEAR else _too_early(born.year)


def _day(year: int, month: int, number: int) -> WrittenDay:
    if year < FIRST_YEAR:
        return WrittenDay(fault=_too_early(year))
    if year > LAST_YEAR:
        return WrittenDay(fault=_("%(year)s 年太远了。请看看年份。") % {"year": year})
    if not 1 <= month <= 12:
        return WrittenDay(fault=_("没有 %(month)s 月。请看看月份。") % {"month": month})
    last = monthrange(year, month)[1]
    if not 1 <= number <= last:
        words = {"year": year, "month": month, "day": number, "last": last}
        return WrittenDay(fault=_("%(year)s 年 %(month)s 月没有 %(day)s 日，最后一天是 %(last)s 日。") % words)
    return WrittenDay(date(year, month, number))


def _too_early(year: int) -> str:
    return _("%(year)s 年早于 1900 年。请写四位的年份。") % {"year": f"{year:04d}"}


def _which_year(short: str) -> str:
    words = {"short": short, "old": f"19{short}", "new": f"20{short}"}
    return _("“%(short)s”是 %(old)s 年还是 %(new)s 年？请写四位的年份。") % words


def _how_to() -> str:
    return _("看不出是哪一天。请写成 1956年4月12日 或 1956-04-12。")


def _digits_of(found: re.Match[str]) -> str:
    return tidy.chinese_number(found.group())
