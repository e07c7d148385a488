"""Reading sheets: encodings, delimiters, headers, and every fault with its row and column."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.sheets.cells import Day, Hour, Moment, Number, SomeOf, Text, vocabulary
from core.sheets.reading import Column, read

COLOURS = vocabulary({"red": ("红", "红色"), "green": ("绿", "绿色")})
COLUMNS = {
    "code": Column(Text(6, r"[A-Z0-9]+"), may_be_empty=False),
    "day": Column(Day()),
    "n": Column(Number(0, 9), is_needed=False),
    "colours": Column(SomeOf(COLOURS), is_needed=False),
}


def table(tmp_path: Path, raw: bytes):
    file = tmp_path / "a.csv"
    file.write_bytes(raw)
    return read(file, COLUMNS)


@pytest.mark.parametrize(
    "raw",
    [
        "code,day,colours\nA1,2022-06-28,红;绿色\n".encode(),
        "\ufeffcode,day,colours\r\nA1,2022/6/28,red;GREEN\r\n".encode(),
        "code;day;colours\n\n;;\nA1;2022年6月28日;红、绿\n".encode("gb18030"),
        "ＣＯＤＥ\tDay \tｃｏｌｏｕｒｓ\nＡ１\t２０２２．６．２８\t红 绿\n".encode(),
        '"code"|"day"|"colours"\n"A1"|"20220628"|"红色，\u200b绿"\n'.encode(),
    ],
    ids=["utf-8", "bom", "gb18030", "full width", "bars"],
)
def test_the_same_table_however_it_was_saved(tmp_path: Path, raw: bytes) -> None:
    sheet = table(tmp_path, raw)

    assert sheet.faults == []
    assert [row.cells for row in sheet.rows] == [{"code": "A1", "day": "2022-06-28", "colours": "red;green"}]


@pytest.mark.parametrize(
    ("raw", "where"),
    [
        (b"", [(0, "")]),
        (b"\n , \n", [(0, "")]),
        (b"code,day\n", [(0, "")]),
        (b"code\nA1\n", [(1, "day")]),
        (b"code,code,day\nA1,A2,\n", [(1, "code")]),
        (b"\xff\xfe\x00c\x00o", [(0, "")]),
        (b'code,day\nA1,"' + b"x" * 140_000, [(2, "")]),
        (b'code,day\nA1,"2022-06-28\n', [(2, "")]),
        (b"code,day\nA1,2022-06-28,extra\n", [(2, "")]),
        (b"code,day\n,2022-02-30\n\nAAAAAAA,x\n", [(2, "code"), (2, "day"), (4, "code"), (4, "day")]),
        (
            "code,day,n,colours\nA1,,１０,红;蓝\nA2,,-1,\nA3,,1.5,\n".encode(),
            [(2, "n"), (2, "colours"), (3, "n"), (4, "n")],
        ),
    ],
)
def test_each_fault_names_its_row_and_column(tmp_path: Path, raw: bytes, where: list[tuple[int, str]]) -> None:
    sheet = table(tmp_path, raw)

    assert [(fault.row, fault.column) for fault in sheet.faults] == where
    assert all(str(fault).startswith("a.csv") and fault.allowed for fault in sheet.faults)


def test_a_file_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    assert [fault.row for fault in read(tmp_path / "none.csv", COLUMNS).faults] == [0]


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        (
            Day(),
            {"19560412": "1956-04-12", "1956.4.12": "1956-04-12"},
            ["1956-13-01", "yesterday", "2022-06", "22-6-28", "0001-01-01", "9999-12-31"],
        ),
        (Hour(), {"7:30": "07:30", "24:00": "24:00", "08:05:00": "08:05"}, ["24:01", "8", "8点", "07:60"]),
        (
            Moment(),
            {"2022-06-28T09:30:00+08:00": "2022-06-28T09:30:00+08:00"},
            ["2022-06-28", "2022-06-28T09:30:00", "0001-01-01T00:00:00+14:00"],
        ),
        (Number(-1, 1, is_whole=False), {"0.5": "0.5", "-1": "-1"}, ["nan", "inf", "1e3", "", "0x1", "一"]),
        (COLOURS, {"RED": "red", "红 色": "red"}, ["blue", "红绿"]),
    ],
)
def test_what_each_kind_reads(kind, good: dict[str, str], bad: list[str]) -> None:
    assert {text: kind.read(text) for text in good} == good
    for text in bad:
        with pytest.raises(ValueError, match=r"."):
            kind.read(text)
