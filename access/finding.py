"""What a resident is found by: written by one function for every writer, and read with the same tidying.

Names stand in `search_text` in the clear, as they do beside it. Of a telephone only keyed fingerprints stand in
`search_tokens`: one of each whole number and one of each four digits in a row, so that any part of four digits or more
finds it and no number can be read there. The fingerprint of four digits is another one in each community: the last four
stand beside it in the clear, and over a whole city they would tell what every one of the ten thousand means.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache, reduce
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import F, Func, Q, TextField, Value
from django.db.models.functions import Concat, Left

from core import names, phones, tidy
from core.codes import read_id_no
from core.sealed import UNREADABLE, blind_index, preload, unseal

PART = 4  # so many digits of a telephone find it
MOST_WORDS = 8
LEAST_NAME = 2  # so many characters of a name, for whoever has no register of their own
_VERSION = "v:4"  # stands in the tokens; rows of an earlier one are written anew by the housekeeping
_SHORTEST_NUMBER = 6  # of any paper: a passport is found by its whole number too
_TOKEN = 12  # characters of a fingerprint: 48 bits
_READ = (
    "name", "building", "community_id", "person_key", "phone_sealed", "id_no_sealed", "phone_index", "phone_last4",
    "id_index", "id_last4",
)  # fmt: skip
_END = re.compile(r"\d{3}[\dX]")
_NUMBERS = re.compile(r"[\d()+./\-]*\d[\d()+./\-]*")


@dataclass(frozen=True)
class Index:
    """The columns a resident is found and sorted by."""

    name_key: str
    name_search: str
    search_text: str
    search_tokens: list[str]
    id_last4: str
    id_index: str
    phone_last4: str
    phone_index: str
    building_key: str
    building_keyed: str


def index_of(*, place: str, name: str, building: str, phone: str, id_no: str) -> Index:
    """Return what finds somebody of a community by name, building, telephone and certificate, all in stored form."""
    read = phones.read(phone)
    dialled = read.dialled or phone
    tokens = {_VERSION, "n:" + tidy.name_key(name), *_building_tokens(building)}
    tokens |= {_whole(number.dialled) for number in read.numbers} | (
        {_whole(phone)} if phone and not read.numbers else set()
    )
    tokens |= {token for digits in read.searched or (tidy.digits(phone),) for token in _parts(digits, place)}
    return Index(
        name_key=names.sort_key(name)[:160],
        name_search=f"{name} {names.pinyin(name)} {names.initials(name)}"[:160],
        search_text=names.search_text(name),
        search_tokens=sorted(tokens),
        id_last4=id_no[-4:],
        id_index=blind_index("id_no", id_no),
        phone_last4=dialled[-4:],
        phone_index=blind_index("phone", dialled),
        building_key=tidy.building_key(building),
        building_keyed=building,
    )


def put_index(row: Any, index: Index) -> None:
    """Write the columns on a row."""
    for column, value in vars(index).items():
        setattr(row, column, value)


def _building_tokens(building: str) -> set[str]:
    """Return the marks of a building: how it is written, its key, and the first number in it."""
    if not building:
        return set()
    key = tidy.building_key(building)
    number = re.search(r"\d+", key)
    return {"=" + building, "b:" + key, *({"b:" + number.group().lstrip("0")} if number else ())}


def _whole(dialled: str) -> str:
    return "w" + blind_index("phone", dialled)[:_TOKEN]


def _parts(digits: str, place: str) -> list[str]:
    return [_part(digits[at : at + PART], place) for at in range(len(digits) - PART + 1)]


@lru_cache(maxsize=4096)
def _part(digits: str, place: str) -> str:
    return "p" + blind_index("phone part", f"{place}:{digits}")[:_TOKEN]


def refresh(rows: Any, *, most: int = 500) -> int:
    """Write the index of rows that lack it, beside whoever writes them meanwhile; return how many were looked at.

    `rows` is a query over residents, of this version's model or of a migration's.
    """
    found = list(rows.order_by("pk").only(*_READ)[:most])
    preload(row.person_key for row in found)
    for row in found:
        known = {name: getattr(row, name) for name in ("name", "building", "phone_index", "id_index")}
        there = {field.name for field in row._meta.fields}  # a migration's model lacks what came after it
        columns = {name: value for name, value in _columns(row).items() if name in there}
        type(row)._default_manager.filter(pk=row.pk, **known).update(**columns)
    return len(found)


def index_row(row: Any, *, written: Collection[str]) -> None:
    """Write the index on a row that is about to be stored; the order of names stays while no name was written."""
    kept = () if "name" in written else ("name_key", "name_search")
    for column, value in _columns(row).items():
        if column not in kept:
            setattr(row, column, value)


def _columns(row: Any) -> dict[str, Any]:
    """Return the columns of a stored row; what cannot be read keeps the fingerprint it has."""
    phone = unseal(row.phone_sealed, row.person_key, f"access_resident.phone_sealed.{row.pk}")
    id_no = unseal(row.id_no_sealed, row.person_key, f"access_resident.id_no_sealed.{row.pk}")
    known = {"phone": "" if phone == UNREADABLE else phone, "id_no": "" if id_no == UNREADABLE else id_no}
    index = index_of(place=row.community_id, name=row.name, building=row.building, **known)
    columns = vars(index).copy()
    if phone == UNREADABLE:
        columns |= {"phone_index": row.phone_index, "phone_last4": row.phone_last4}
        columns["search_tokens"] = sorted({*columns["search_tokens"], "w" + row.phone_index[:_TOKEN]})
    if id_no == UNREADABLE:
        columns |= {"id_index": row.id_index, "id_last4": row.id_last4}
    return columns


class _Marked(Func):
    """An array of one mark made of a column."""

    template = "ARRAY[%(expressions)s]::text[]"
    output_field = ArrayField(TextField())


def stale() -> Q:
    """Find the rows that a version of the product from before this index wrote last."""
    marked = Q(search_tokens__contains=_Marked(Concat(Value("="), F("building")))) & Q(building_key__isnull=False)
    building = Q(building="") | marked
    phone = Q(phone_index="") | Q(search_tokens__contains=_Marked(Concat(Value("w"), Left("phone_index", _TOKEN))))
    text = Q(search_text__startswith=Concat(F("name"), Value("\n"))) & Q(search_tokens__contains=[_VERSION])
    return ~(text & building & phone)


def named(name: str) -> Q:
    """Find who has this name, however it was written."""
    return Q(search_tokens__contains=["n:" + tidy.name_key(name)]) | Q(name=name)


def reached_by(phone: str) -> Q:
    """Find who has one of these telephones."""
    whole = [number.dialled for number in phones.read(phone).numbers]
    match = Q(phone_index__in=[blind_index("phone", each) for each in (*whole, phone)])
    for each in whole:
        match |= Q(search_tokens__contains=[_whole(each)])
    return match


def numbered(id_no: str) -> Q:
    """Find who has a certificate's number; the 15 digits of an old card are stored as the 18 they stand for."""
    written = dict.fromkeys((tidy.id_no(id_no), read_id_no(id_no).number))
    return Q(id_index__in=[blind_index("id_no", each) for each in written])


def wanted(words: str, *, place: str, by_sound: bool = False) -> Q:
    """Return what somebody of a community who types these words looks for; every word must fit, in any order.

    Digits with blanks between them are read both ways: as a building and a number's end, and as one number. With
    `by_sound` a name counts that is written otherwise and sounds like a word.
    """
    said = _said(words)
    joined = _joined(said)
    match = _all(said, place, by_sound)
    return match | _all(joined, place, by_sound) if joined != said else match


def whole_mobile(words: str) -> Q | None:
    """Return who has the mobile number that these words are, whole; None for any other words.

    Asked before `wanted`, which looks for the number's parts: those of another number may be the same ones.
    """
    joined = _joined(names.typed_words(words))
    digits = phones.part(joined[0]) if len(joined) == 1 and _NUMBERS.fullmatch(tidy.ascii_digits(joined[0])) else ""
    return reached_by(digits) if phones.is_mobile(digits) else None


def recognised(words: str) -> Q | None:
    """Return whom somebody of another place means, who says a name and a number; None while one of them is missing.

    Whole ends and whole numbers alone count here, and names from two characters or their whole reading: any part of a
    number, one digit more each time, would spell out a telephone, and a building would read through a register.
    """
    said = _said(words)
    ways = [match for each in (said, _joined(said)) if (match := _recognised(each)) is not None]
    return ways[0] | ways[-1] if ways else None


def _said(words: str) -> list[str]:
    return [word for word in names.typed_words(words) if tidy.name_key(word).strip("·")][:MOST_WORDS]


def _recognised(said: list[str]) -> Q | None:
    numbers = {word: match for word in said if (match := _whole_number(word)) is not None}
    name = tidy.name_key("".join(word for word in said if not tidy.digits(word)))
    if not numbers or len(name) < LEAST_NAME:
        return None
    if all(map(tidy.is_ideograph, name)):
        match = Q(search_text__contains=name)
    else:
        match = Q(search_text__regex=rf"[\n ]{re.escape(name)}([\n ]|$)")
    for word in said:
        if word in numbers:
            match &= numbers[word]
        elif tidy.digits(word):
            match &= Q(search_tokens__contains=["b:" + tidy.building_key(word)])
    return match


def _whole_number(word: str) -> Q | None:
    """Return who has a number of which this is the end, or all; None when it is neither."""
    number = tidy.id_no(word)
    if _END.fullmatch(number):
        return Q(phone_last4=number) | Q(id_last4=number)
    if len(number) in {15, 18} and number[:-1].isdigit():
        return numbered(word)
    return reached_by(word) if phones.read(word).numbers and len(tidy.digits(word)) > PART else None


def _joined(said: list[str]) -> list[str]:
    """Put neighbouring pieces of a number together: 138 0000 1111."""
    out: list[str] = []
    for word in said:
        if out and _NUMBERS.fullmatch(word) and _NUMBERS.fullmatch(out[-1]):
            out[-1] += word
        else:
            out.append(word)
    return out


def _all(said: list[str], place: str, by_sound: bool) -> Q:
    match = Q()
    for word in said:
        match &= _one(word, place) | _heard(word) if by_sound else _one(word, place)
    return match


def _heard(word: str) -> Q:
    """Return who has a name that sounds like a word; nobody for a word that is not of ideographs."""
    match = Q(pk__in=())
    for sound in names.sounds(word):
        match |= Q(search_text__contains=sound)
    return match


def by_name(word: str, *, of: str = "") -> Q:
    """Return who has a word in the name, its readings or initials, also half in letters; `of`: the way to residents."""
    text = f"{of}search_text__contains"
    match = Q(**{text: tidy.name_key(word)}) | Q(**{f"{of}name_search__icontains": word})
    pieces = names.pieces(word)
    if len(pieces) > 1:
        match |= reduce(Q.__and__, (Q(**{text: tidy.name_key(piece)}) for piece in pieces))
    return match


def _one(word: str, place: str) -> Q:
    match = by_name(word)
    match |= Q(search_tokens__contains=["b:" + tidy.building_key(word)])
    if not tidy.building_key(word).isdigit():
        match |= Q(building__icontains=word)
    number = tidy.id_no(word)
    if len(number) >= _SHORTEST_NUMBER and any(char.isdigit() for char in number):
        match |= numbered(word)
    if len(number) == PART:
        match |= Q(id_last4=number)
    if _NUMBERS.fullmatch(tidy.ascii_digits(word)):
        match |= _telephone(phones.part(word), place)
    return match


def _telephone(digits: str, place: str) -> Q:
    if len(digits) < PART:
        return Q(pk__in=())
    found = Q(search_tokens__contains=_parts(digits, place)) | Q(phone_index=blind_index("phone", digits))
    return found | Q(phone_last4=digits) if len(digits) == PART else found
