"""Telephones as people paste them, and the one written form they are kept in. Pure: knows no database."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from core import tidy

BETWEEN = " / "  # between two numbers of one field
_EXTENSION = re.compile(
    r"\s*(?:轉|转接|转分机|转|分机号?|内线|ext(?:ension|n)?\.?|(?<=\d)x(?=\d)|#)\s*[:：]?\s*", re.IGNORECASE
)
_HARD = re.compile(r"\s*(?:[/、,，;；|\n\r]|或者?|和|以及)\s*")
_SOFT = re.compile(r"[\s\-‐‑‒–—―−﹣ー_.·•()（）\[\]【】~'\"]+")
_LABEL = re.compile(
    r"^(?:联系|家庭|家里|办公|移动)?(?:电话|手机号?码?|座机|固话|号码|tel|phone|mobile|mob)\s*(?:号码)?[:：.]?\s*",
    re.IGNORECASE,
)
# hours, and words: with small numbers inside (早9点到晚5点), in brackets before them too (3号楼)
_WORD = re.compile(
    r"(?<!\d)\d{1,2}[:：]\d{2}(?:\s*[-–—~至到]\s*\d{1,2}[:：]\d{2})?(?!\d)"
    r"|(?:(?<=[(（])\d{1,2})?[^\W\d_]+(?: ?\d{1,2}[^\W\d_]+)*"
)
_LOOKALIKE = re.compile(r"(?<=\d)[oOlI]+(?=\d|\s|$)")
_DIGIT_OF = str.maketrans("oOlI", "0011")
_FLOAT = re.compile(r"(\d{11})\.0+")  # a spreadsheet's number
_MOBILE = re.compile(r"1[3-9]\d{9}")
_AREA = re.compile(r"(010|02\d|0[3-9]\d{2})([1-9]\d{6,7})")
_LOCAL = re.compile(r"[1-9]\d{6,7}")
_SHORT = re.compile(r"1[12]\d|1[0-2]\d{3}|9[56]\d{3,6}")
_FREE = re.compile(r"([48]00)(\d{3})(\d{4})")
_ABROAD = re.compile(r"(?:\+|00)([1-9]\d{6,14})")
# an account of a messenger is no telephone, but a mobile number beside its name is one
_ACCOUNT = re.compile(
    r"(?:QQ|扣扣|微信|wechat|weixin|wx|vx)号?码?\s*[:：]?\s*"
    r"(?!(?:\+?86[ -]?)?1[3-9]\d{9}(?!\d))(?=[a-z_-]*\d)[a-z0-9_-]{5,20}",
    re.IGNORECASE,
)
# what stands in an account is read as letters of a word: nobody writes these in a field of telephones
_PLAIN, _LETTERS = "0123456789_-:：", "".join(map(chr, range(0x10280, 0x10280 + 14)))
_HIDE, _SHOW = str.maketrans(_PLAIN, _LETTERS), str.maketrans(_LETTERS, _PLAIN)
# a number that works inside one house or group alone is dialled as it is, and its name says so
_SHORT_NAME = r"(?:集团短号|集团号|虚拟网|亲情号|短号|小号)"
_INSIDE_NAME = rf"(?:{_SHORT_NAME}|内线|分机号?)"
_SHORT_BESIDE = re.compile(
    rf"(?<=[\d)）])\s*[(（]?\s*({_SHORT_NAME}\s*[:：]?\s*\d{{3,8}})(?!\d)\s*[)）]?", re.IGNORECASE
)
_INSIDE = re.compile(rf"([^\d()（）]*?{_INSIDE_NAME})\s*[:：.]?\s*(\d{{3,8}})\s*[(（]?([^\d()（）]*)[)）]?")
_INSIDE_KEPT = re.compile(rf"(\d{{3,8}})\s*[(（]([^\d()（）]*{_INSIDE_NAME}[^\d()（）]*)[)）]")
MOBILE_LENGTH = 11
MOST_CHARACTERS = 200


@dataclass(frozen=True)
class PhoneNumber:
    """One telephone: as it is written, its digits as they are dialled, its extension, words that stood beside it."""

    written: str
    dialled: str
    extension: str = ""
    words: str = ""

    def __str__(self) -> str:
        """Write it: 0415-3120816转816（女儿）."""
        extension = f"转{self.extension}" if self.extension else ""
        return f"{self.written}{extension}" + (f"（{self.words}）" if self.words else "")


@dataclass(frozen=True)
class Phones:
    """What stood in one field; `fault` is a sentence, empty when every number is one."""

    numbers: tuple[PhoneNumber, ...] = ()
    fault: str = ""

    @property
    def written(self) -> str:
        """Return the one form that is stored and shown."""
        return BETWEEN.join(map(str, self.numbers))

    @property
    def dialled(self) -> str:
        """Return the digits of the first number, by which a caller is found; "" for none."""
        return self.numbers[0].dialled if self.numbers else ""

    @property
    def searched(self) -> tuple[str, ...]:
        """Return the digits of every number with its extension: any part of them finds the person."""
        return tuple(number.dialled.lstrip("+") + number.extension for number in self.numbers)


def read(text: str) -> Phones:
    """Read what stands in a field of telephones; nothing typed is Phones() without a fault.

    Longer than any field takes, it is not looked at: to find numbers in 100,000 characters takes minutes.
    """
    if len(text) > MOST_CHARACTERS:
        return Phones(fault=_("这里太长了，看不出号码。只写电话，最多 %(n)s 个字。") % {"n": MOST_CHARACTERS})
    plain = tidy.ascii_digits(re.sub(r"[\r\n]+", "/", text.translate(dict.fromkeys(map(ord, _LETTERS))))).strip()
    if not plain:
        return Phones()
    if tidy.SPREADSHEET_NUMBER.fullmatch(plain):
        return Phones(fault=_("这个号码被表格改成了 %(text)s，尾数丢了。请照原来的号码再输一遍。") % {"text": plain})
    if found_float := _FLOAT.fullmatch(plain):
        plain = found_float.group(1)
    plain = _ACCOUNT.sub(lambda found: found.group().translate(_HIDE), plain)
    plain = _SHORT_BESIDE.sub(r"/\1/", plain)
    numbers: list[PhoneNumber] = []
    before: list[str] = []  # accounts that stand before the first number
    for piece in filter(None, _HARD.split(_outside_brackets(plain))):
        found = _inside(piece) or _numbers_of(piece)
        if not found and numbers and re.fullmatch(r"\d{1,2}", piece):
            found = [_with_tail(numbers[-1], piece)]
        if not found and numbers and not tidy.digits(piece):
            numbers[-1] = _with_words(numbers[-1], [piece])
        elif not found and not numbers and piece.translate(_SHOW) != piece and not tidy.digits(piece):
            before.append(piece)
        elif not found:
            return Phones(fault=_fault(piece.translate(_SHOW), is_number=bool(tidy.digits(piece))))
        elif before:
            found, before = [_with_words(found[0], before), *found[1:]], []
        numbers += found
    if not numbers:
        return Phones(fault=_fault(plain.translate(_SHOW), is_number=bool(tidy.digits(plain))))
    return Phones(tuple(dict.fromkeys(replace(each, words=each.words.translate(_SHOW)) for each in numbers)))


def _inside(piece: str) -> list[PhoneNumber]:
    """Return the one number of a house or group (短号61234, 内线8021); none when the text is another."""
    if found := _INSIDE.fullmatch(piece.strip()):
        label, number, behind = found.groups()
        words = " ".join(filter(None, (label.strip(" :："), behind.strip())))
        return [PhoneNumber(number, number, words=words)]
    if kept := _INSIDE_KEPT.fullmatch(piece.strip()):
        return [PhoneNumber(kept.group(1), kept.group(1), words=kept.group(2))]
    return []


def _outside_brackets(plain: str) -> str:
    """Keep what separates two numbers from what stands inside brackets: 138…（女儿、早上） is one number."""
    return re.sub(
        r"[(（](?:[^()（）\d]|(?<!\d)\d{1,2}(?!\d))+[)）]",
        lambda found: re.sub(r"[/、,，;；|或和]", " ", found.group()),
        plain,
    )


def _fault(piece: str, *, is_number: bool) -> str:
    count = len(tidy.digits(piece))
    if not is_number:
        return _("“%(text)s”里没有号码。没有电话就空着。") % {"text": piece[:20]}
    if re.match(r"1[3-9]", tidy.digits(piece)) and count in {MOBILE_LENGTH - 1, MOBILE_LENGTH + 1}:
        return _("手机号是 11 位，“%(text)s”是 %(n)s 位。少了或多了一位吗？") % {"text": piece[:20], "n": count}
    if re.fullmatch(r"\d{3,6}", piece):
        return _("“%(text)s”只有 %(n)s 位。单位里的短号写成“短号 %(text)s”，别的号码写全。") % {
            "text": piece,
            "n": count,
        }
    return _("“%(text)s”不像电话号码。手机 11 位，座机写上区号，比如 0415-3120816。") % {"text": piece[:20]}


def _with_tail(number: PhoneNumber, tail: str) -> PhoneNumber:
    """Read the second number of 0415-3120816/17: the first with another end."""
    return replace(
        number, written=number.written[: -len(tail)] + tail, dialled=number.dialled[: -len(tail)] + tail, extension=""
    )


def _numbers_of(piece: str) -> list[PhoneNumber]:
    """Return the numbers of a text between two separators; none when it is not made of numbers.

    Words are never read over: what stands on either side of one is a number by itself. They stay with the number they
    stand behind, or, where the text begins with words, before.
    """
    plain = _EXTENSION.sub("\x00", _LABEL.sub("", _LOOKALIKE.sub(_as_digits, piece.strip())))
    numbers: list[PhoneNumber] = []
    waiting: list[str] = []
    is_word_first, at = False, 0
    for found in (*_WORD.finditer(plain), None):
        text = plain[at : found.start() if found else None]
        if tidy.digits(text):
            is_word_first = is_word_first or bool(waiting)
            read = _without_words(re.sub("[:：。!！?？]", " ", text).strip())
            if not read:
                return []
            if waiting:
                read, waiting = [_with_words(read[0], waiting), *read[1:]], []
            numbers += read
        if found and (word := _LABEL.sub("", found.group())):
            if is_word_first or not numbers:
                waiting.append(word)
            else:
                numbers[-1] = _with_words(numbers[-1], [word])
        at = found.end() if found else at
    return [*numbers[:-1], _with_words(numbers[-1], waiting)] if numbers else []


def _as_digits(found: re.Match[str]) -> str:
    return found.group().translate(_DIGIT_OF)


def _with_words(number: PhoneNumber, words: list[str]) -> PhoneNumber:
    return replace(number, words=" ".join(filter(None, (number.words, *words))))


def _without_words(bare: str) -> list[PhoneNumber]:
    """Return the numbers of a text that holds no words, one or several in a row."""
    base, _mark, extension = bare.partition("\x00")
    joined = _SOFT.sub("", base)
    if number := _one(joined, _SOFT.sub("", extension)):
        return [number]
    groups = [each for each in _SOFT.split(base) if each]
    for cut in range(len(groups) - 1, 0, -1):
        first, rest = _one("".join(groups[:cut]), ""), groups[cut:]
        if first is None:
            continue
        if len(rest) == 1 and re.fullmatch(r"\d{1,6}", rest[0]) and not extension and not _SHORT.fullmatch(rest[0]):
            return [replace(first, extension=rest[0])]
        if others := _without_words(" ".join(rest) + (f"\x00{extension}" if extension else "")):
            return [first, *others]
    if re.fullmatch(rf"(?:{_MOBILE.pattern}){{2,4}}", joined):
        return [PhoneNumber(each, each) for each in _MOBILE.findall(joined)]
    return []


def _one(text: str, extension: str) -> PhoneNumber | None:
    """Return the number that these characters are, all of them; None for none."""
    if extension and not re.fullmatch(r"\d{1,8}", extension):
        return None
    home = re.fullmatch(r"(?:\+|00)?86(\d{5,12})", text)
    if home and (number := _at_home(home.group(1), is_whole=True)):
        return replace(number, extension=extension)
    if number := _at_home(text, is_whole=False):
        return replace(number, extension=extension)
    if found := _ABROAD.fullmatch(text):
        written = f"+{found.group(1)}"
        return PhoneNumber(written, written, extension)
    return None


def _at_home(text: str, *, is_whole: bool) -> PhoneNumber | None:
    """Return a number of this country; with `is_whole` the country's sign stood before it, and an area lacks its 0."""
    if found := re.fullmatch(rf"0?({_MOBILE.pattern})", text):
        return PhoneNumber(found.group(1), found.group(1))
    if found := _FREE.fullmatch(text):
        return PhoneNumber("-".join(found.groups()), text)
    found = _AREA.fullmatch(text) or (_AREA.fullmatch(f"0{text}") if is_whole else None)
    if found:
        return PhoneNumber("-".join(found.groups()), "".join(found.groups()))
    if not is_whole and (_LOCAL.fullmatch(text) or _SHORT.fullmatch(text)):
        return PhoneNumber(text, text)
    return None


def to_dial(stored: str) -> str:
    """Return what a device dials of a stored telephone: the first number, its extension after a pause."""
    numbers = read(stored).numbers
    if not numbers:
        return stored
    return numbers[0].dialled + (f",{numbers[0].extension}" if numbers[0].extension else "")


def is_mobile(digits: str) -> bool:
    """Say whether these digits are one whole mobile number."""
    return _MOBILE.fullmatch(digits) is not None


def part(word: str) -> str:
    """Return the digits by which a part of a telephone is looked up: without the country's sign before a whole one."""
    found = tidy.digits(word)
    whole = re.fullmatch(rf"(?:00)?86({_MOBILE.pattern})", found)
    return whole.group(1) if whole else found
