"""Reading sheets that people made: CSV in whatever encoding, with every fault named by file, row and column. Pure.

A column says what may stand in it; whoever reads gets the rows and all faults, and writes only when there is none.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Protocol

from django.utils.translation import gettext as _

from core.written_days import FIRST_YEAR, LAST_YEAR

ENCODINGS, DELIMITERS = ("utf-8-sig", "gb18030"), ",;\t|"
_SHOWN = 40


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong: where it stands, what stands there, and what may."""

    file: str
    row: int
    column: str
    value: str
    allowed: str

    def __str__(self) -> str:
        where = _("第 %(row)s 行") % {"row": self.row} if self.row else ""
        column = f"“{self.column}”" if self.column else ""
        shown = _("写的是“%(value)s”") % {"value": self.value} if self.value else ""
        return " ".join(part for part in (self.file, where, column, shown, self.allowed) if part)


class Kind(Protocol):
    """What may stand in a column."""

    def read(self, text: str) -> str:
        """Return the product's own spelling. Raises ValueError with what is allowed."""
        ...


@dataclass(frozen=True)
class Column:
    """One column: its kind, and whether it must be there and filled."""

    kind: Kind
    is_needed: bool = True
    may_be_empty: bool = True


@dataclass(frozen=True)
class Row:
    """One row as read: its number in the file (the header is 1) and its cells in the product's words."""

    number: int
    cells: dict[str, str]


@dataclass
class Sheet:
    """A file's rows, and what is wrong with it."""

    file: str
    rows: list[Row] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def wrong(self, row: Row | None, column: str, allowed: str) -> None:
        """Note a fault that only several cells together show."""
        value = row.cells.get(column, "")[:_SHOWN] if row else ""
        self.faults.append(Fault(self.file, row.number if row else 0, column, value, allowed))


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


def read(path: Path, columns: Mapping[str, Column]) -> Sheet:
    """Read a file whose columns are known; columns nobody asks for are kept as they stand."""
    sheet = Sheet(path.name)
    table = _table(path, sheet)
    if not table:
        return sheet
    number, header = table[0]
    names = [_name(cell, columns) for cell in header]
    for name in sorted({name for name in names if name and names.count(name) > 1}):
        sheet.faults.append(Fault(sheet.file, number, name, "", _("这一列有两次，留一列。")))
    for name, column in columns.items():
        if column.is_needed and name not in names:
            sheet.faults.append(Fault(sheet.file, number, name, "", _("少了这一列。")))
    for at, cells in table[1:]:
        if len(cells) > len(names) and any(cells[len(names) :]):
            extra = ",".join(cells[len(names) :])[:_SHOWN]
            sheet.faults.append(Fault(sheet.file, at, "", extra, _("这一行的格子比表头多，可能少了引号。")))
        given = dict(zip(names, [*cells, *[""] * (len(names) - len(cells))], strict=False))
        sheet.rows.append(
            Row(at, {name: _cell(sheet, at, name, text, columns) for name, text in given.items() if name})
        )
    if len(table) == 1:
        sheet.faults.append(Fault(sheet.file, 0, "", "", _("只有表头，一行也没有。")))
    return sheet


def _table(path: Path, sheet: Sheet) -> list[tuple[int, list[str]]]:
    """Return the lines that hold anything, each with its number in the file."""
    try:
        raw = path.read_bytes()
    except OSError:
        sheet.faults.append(Fault(sheet.file, 0, "", "", _("没有这个文件，或者读不了。")))
        return []
    text = _decoded(raw)
    if text is None or "\0" in text:
        sheet.faults.append(Fault(sheet.file, 0, "", "", _("读不出文字：另存为 CSV（UTF-8）再来。")))
        return []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    try:
        table = [(reader.line_num, [plain(cell) for cell in line]) for line in reader]
    except csv.Error:
        sheet.faults.append(Fault(sheet.file, reader.line_num, "", "", _("这一行断开了：引号没有成对，或者一格太长。")))
        return []
    found = [(at, cells) for at, cells in table if any(cells)]
    if not found:
        sheet.faults.append(Fault(sheet.file, 0, "", "", _("是空的。")))
    return found


def _decoded(raw: bytes) -> str | None:
    for encoding in ENCODINGS:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _delimiter(text: str) -> str:
    first = next((line for line in text.splitlines() if line.strip()), "")
    return max(DELIMITERS, key=first.count)


def _name(cell: str, columns: Mapping[str, Column]) -> str:
    known = {fold(name): name for name in columns}
    return known.get(fold(cell), cell)


def _cell(sheet: Sheet, at: int, name: str, text: str, columns: Mapping[str, Column]) -> str:
    column = columns.get(name)
    if column is None:
        return text
    if not text:
        if not column.may_be_empty:
            sheet.faults.append(Fault(sheet.file, at, name, "", _("不能空着。")))
        return ""
    try:
        return column.kind.read(text)
    except ValueError as error:
        sheet.faults.append(Fault(sheet.file, at, name, text[:_SHOWN], str(error)))
        return ""


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
