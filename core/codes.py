"""Codes that people read aloud, and the Chinese identity number."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.utils.translation import gettext as _

from core import tidy

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # no 0/O, 1/I
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"


def short_code(length: int = 10) -> str:
    """Return a random code without characters that look alike."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


@dataclass(frozen=True)
class IdNo:
    """What an identity number says; `fault` is empty when it holds together."""

    number: str
    birth_date: date | None = None
    sex: str = ""
    fault: str = ""
    hint: str = ""


def read_id_no(value: str, *, today: date | None = None) -> IdNo:
    """Read an 18- or 15-character identity number (GB 11643); the fault names the likely cause.

    Nobody is born after `today`, where it is given.
    Province numbers are not checked against GB/T 2260: the demo's invented people carry one that nobody has.
    """
    number = tidy.id_no(value)
    if tidy.SPREADSHEET_NUMBER.fullmatch(number) or (
        len(number) == 18 and number.isdigit() and number.endswith("000") and not _holds(number)
    ):
        return IdNo(number, fault="spreadsheet", hint=_("这是表格改过的号码，后几位丢了。请照身份证再输一遍。"))
    if len(number) == 15 and number.isdigit():
        number = _widen(number)
    if len(number) != 18:
        return IdNo(
            number, fault="length", hint=_("身份证是 18 位，现在是 %(n)s 位。少了或多了一位吗？") % {"n": len(number)}
        )
    if not number[:17].isdigit() or number[17] not in "0123456789X":
        return IdNo(number, fault="characters", hint=_("前 17 位只能是数字，最后一位是数字或 X。"))
    birth = _date(number[6:14])
    if birth is None:
        return IdNo(number, fault="date", hint=_("第 7 到 14 位不是一个日期。"))
    if today and birth > today:
        return IdNo(number, fault="date", hint=_("第 7 到 14 位的出生日期在今天以后。请看看年份。"))
    sex = "M" if int(number[16]) % 2 else "F"
    if not _holds(number):
        return IdNo(number, birth, sex, "check", _("最后一位对不上，常见是抄错一位数字。请对照身份证再看一遍。"))
    return IdNo(number, birth, sex)


def compared(read: IdNo, *, birth_date: date | None, sex: str) -> IdNo:
    """Return a reading with the fault that it contradicts what was typed beside it; both are kept."""
    if read.fault or read.birth_date is None:
        return read
    if birth_date and birth_date != read.birth_date:
        words = {"id": f"{read.birth_date:%Y-%m-%d}", "typed": f"{birth_date:%Y-%m-%d}"}
        hint = _("证件上是 %(id)s 生，填的是 %(typed)s。请对照证件，两样都先留着。") % words
        return replace(read, fault="birth_date", hint=hint)
    if sex and sex != read.sex:
        return replace(read, fault="sex", hint=_("证件上的性别和填的不一样。请对照证件，两样都先留着。"))
    return read


def _holds(number: str) -> bool:
    return check_character(number) == number[17]


def check_character(number: str) -> str:
    """Return the check character of the first 17 digits (GB 11643, ISO 7064 MOD 11-2)."""
    return _CHECKS[sum(int(d) * w for d, w in zip(number, _WEIGHTS, strict=False)) % 11]


def _widen(number: str) -> str:
    """Turn an old 15-digit number into the 18-character form."""
    body = f"{number[:6]}19{number[6:]}"
    return body + check_character(body)


def _date(digits: str) -> date | None:
    try:
        day = datetime.strptime(digits, "%Y%m%d").date()  # noqa: DTZ007 (a calendar date, no zone)
    except ValueError:
        return None
    return day if 1900 <= day.year <= 2100 else None
