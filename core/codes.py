"""Codes that people read aloud, and the Chinese identity number."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # no 0/O, 1/I
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"


def short_code(length: int = 10) -> str:
    """Return a random code without characters that look alike."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def tidy_id_no(value: str) -> str:
    """Normalise a typed identity number: NFKC forms, spaces and hyphens dropped, x as X."""
    wide = str.maketrans("０１２３４５６７８９ＸｘX", "0123456789XXX")
    return "".join(value.translate(wide).upper().split()).replace("-", "").replace("'", "")


@dataclass(frozen=True)
class IdNo:
    """What an identity number says; `fault` is empty when it holds together."""

    number: str
    birth_date: date | None = None
    sex: str = ""
    fault: str = ""
    hint: str = ""


def read_id_no(value: str) -> IdNo:
    """Read an 18- or 15-character identity number (GB 11643); the fault names the likely cause.

    Province numbers are not checked against GB/T 2260: the demo's invented people carry one that nobody has.
    """
    number = tidy_id_no(value)
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
    sex = "M" if int(number[16]) % 2 else "F"
    if check_character(number) != number[17]:
        return IdNo(number, birth, sex, "check", _("最后一位对不上，常见是抄错一位数字。请对照身份证再看一遍。"))
    return IdNo(number, birth, sex)


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


def only_digits(text: str) -> str:
    """Return the digits of what was typed: a telephone without blanks, dashes and country sign."""
    return "".join(char for char in text if char.isdigit())
