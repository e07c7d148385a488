"""Reading a file of cells: CSV in whatever encoding, with every fault named by file, row and column.

A column says what may stand in it; whoever reads gets the rows and all faults, and writes only when there is none.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from django.utils.translation import gettext as _

from core.sheets.cells import Kind, fold, plain

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
