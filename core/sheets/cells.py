"""What may stand in a cell: words, numbers, days, hours, words of a list; each returns the product's own spelling."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from django.utils.translation import gettext as _

from core.written_days import FIRST_YEAR, LAST_YEAR


class Kind(Protocol):
    """What may stand in a column."""

    def read(self, text: str) -> str:
        """Return the product's own spelling. Raises ValueError with what is allowed."""
        ...


def fold(text: str) -> str:
    """Return a word as headers and words of a list are compared: NFKC, no blanks, no letter case, no format marks."""
    flat = unicodedata.normalize("NFKC", text)
    return "".join(
        each for each in flat if not each.isspace() and unicodedata.category(each) not in {"Cf", "Cc"}
    ).lower()


def plain(text: str) -> str:
    """Return a cell without the blanks around it and the marks that nobody sees."""
    return "".join(each for each in text if unicodedata.category(each) != "Cf").strip()


def narrow(text: str) -> str:
    """Return digits, letters and signs of the ordinary width: for codes, numbers and times, never for names."""
    return unicodedata.normalize("NFKC", text)


@dataclass(frozen=True)
class Text:
    """Words, at most so long; `pattern` when they have a form."""

    longest: int
    pattern: str = ""

    def read(self, text: str) -> str:
        """Return the words as they stand."""
        if len(text) > self.longest:
            raise ValueError(_("最多 %(n)s 个字，这里有 %(has)s 个。") % {"n": self.longest, "has": len(text)})
        if not self.pattern:
            return text
        if not re.fullmatch(self.pattern, narrow(text), re.ASCII):
            raise ValueError(_("只能用字母、数字、横线和点。"))
        return narrow(text)


@dataclass(frozen=True)
class Number:
    """A number in a range; `is_whole` without a fraction."""

    low: float
    high: float
    is_whole: bool = True

    def read(self, text: str) -> str:
        """Return its digits."""
        words = _("要填 %(low)g 到 %(high)g 的%(kind)s。") % {
            "low": self.low,
            "high": self.high,
            "kind": _("整数") if self.is_whole else _("数"),
        }
        text = narrow(text)
        if not re.fullmatch(r"-?\d+(\.\d+)?", text, re.ASCII):
            raise ValueError(words)
        value = float(text)
        if not self.low <= value <= self.high or (self.is_whole and value != int(value)):
            raise ValueError(words)
        return str(int(value)) if self.is_whole else text


@dataclass(frozen=True)
class Day:
    """A day of the calendar."""

    def read(self, text: str) -> str:
        """Return it as 2022-06-28; also reads 2022年6月28日, 2022/6/28, 2022.6.28 and 20220628."""
        parts = re.fullmatch(r"(\d{4})(?:[-/.年](\d{1,2})[-/.月](\d{1,2})日?|(\d\d)(\d\d))", narrow(text), re.ASCII)
        try:
            if not parts:
                raise ValueError
            year, month, day = parts[1], parts[2] or parts[4], parts[3] or parts[5]
            found = date(int(year), int(month), int(day))
            if not FIRST_YEAR <= found.year <= LAST_YEAR:
                raise ValueError
            return found.isoformat()
        except ValueError:
            raise ValueError(_("要填真有的日子，像 2022-06-28。")) from None


@dataclass(frozen=True)
class Moment:
    """A day with an hour and its zone."""

    def read(self, text: str) -> str:
        """Return it as it stands, when it is one."""
        try:
            found = datetime.fromisoformat(narrow(text))
            if found.tzinfo is not None and FIRST_YEAR <= found.year <= LAST_YEAR:
                return narrow(text)
        except ValueError:
            pass
        raise ValueError(_("要填日期、时刻和时区，像 2022-06-28T09:30:00+08:00。"))


@dataclass(frozen=True)
class Hour:
    """An hour of the day; 24:00 is its end."""

    def read(self, text: str) -> str:
        """Return it as 08:30."""
        parts = re.fullmatch(r"(\d{1,2}):(\d\d)(?::00)?", narrow(text), re.ASCII)
        if not parts or int(parts[2]) > 59 or int(parts[1]) * 60 + int(parts[2]) > 1440:
            raise ValueError(_("要填时刻，像 08:30。"))
        return f"{int(parts[1]):02d}:{parts[2]}"


@dataclass(frozen=True)
class OneOf:
    """One word of a list, in any spelling that is known for it."""

    words: Mapping[str, str]  # folded spelling → the product's word
    shown: Sequence[str]

    def read(self, text: str) -> str:
        """Return the product's own word."""
        if (found := self.words.get(fold(text))) is None:
            raise ValueError(_("没有这个词。可以填：%(words)s。") % {"words": "、".join(self.shown)})
        return found


@dataclass(frozen=True)
class SomeOf:
    """Several words of a list, parted by ; or 、 or a blank."""

    one: OneOf

    def read(self, text: str) -> str:
        """Return the product's own words, parted by semicolons, none twice."""
        words = [word for word in re.split(r"[;；、，,\s]+", text) if word]
        return ";".join(dict.fromkeys(self.one.read(word) for word in words or [text]))


def vocabulary(words: Mapping[str, Iterable[str]]) -> OneOf:
    """Make a list of words from each one's spellings; the first spelling is what a fault names."""
    known = {fold(spelling): word for word, spellings in words.items() for spelling in (word, *spellings)}
    return OneOf(known, [next(iter(spellings), word) for word, spellings in words.items()])
