"""What people write is stored, found by whatever they remember, and shown as typed (issue F, done when 4).

WRITTEN=all takes 5,000 names, 2,000 telephones, 5,000 numbers and dates and 1,000 codes; a sample of them without.
"""

from __future__ import annotations

import csv
import os
import random
import sys
import unicodedata
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from access import finding
from access.forms.residents import ResidentForm
from access.models import Resident
from access.selectors.residents import look_alikes
from access.services import residents
from communities.forms import CodeForm
from core import clock, codes, names, tidy, written_days
from core.actors import Actor
from core.codes import check_character, read_id_no
from dispatch import housekeeping
from tests.factories import communities as places

pytestmark = pytest.mark.django_db
IS_WHOLE = os.environ.get("WRITTEN") == "all"
SHARE = 1 if IS_WHOLE else 50
CHANCE = random.Random(11)
STAFF = Actor(key="staff-1", role="staff", place_kind="community", place_code=places.HOME, label="林晓")
MINORITY = (
    "古丽米热·艾比江 买买提·吐尔逊 阿依古丽·买买提 扎西·次仁 巴特尔·孟和 努尔兰·哈布力 乌仁图雅 金敬顺 朴顺姬 尹日善"
)
FOREIGN = "John Smith|María José García|Jean-Luc O’Brien|Nguyễn Thị Minh|김정희|山田花子|佐々木|Владимир Иванов|محمد علي|J. R. Smith"
DOTS = "·•・．‧∙."


def some(count: int) -> int:
    """Return how many of so many are tried."""
    return max(10, count // SHARE)


def written(**fields: str) -> ResidentForm:
    """Fill the register's form."""
    given = {"name": "王秀兰", "id_kind": "resident_id", "building": "5号楼", "phone_owner": "self", "mobility": "walk"}
    return ResidentForm({**given, "need_kind": "dialysis", **fields})


def stored(**fields: str) -> Resident:
    """Register somebody through the form; nothing may be refused."""
    form = written(**fields)
    assert form.is_valid(), (fields, form.errors)
    return residents.register(places.community(), facts=form.facts(), by=STAFF, at=clock.now(), is_other=True)


def is_found(person: Resident, words: str) -> bool:
    """Say whether a search finds somebody."""
    wanted = finding.wanted(words, place=STAFF.place_code)
    return Resident.objects.visible_to(STAFF).filter(wanted, pk=person.pk).exists()


def ideographs() -> list[str]:
    """Return ideographs of every block, also of versions newer than this Python, and private characters."""
    blocks = [
        (0x3400, 0x4DBF),
        (0x4E00, 0x9FFF),
        (0x20000, 0x2A6DF),
        (0x2A700, 0x2EBE0),
        (0x2EBF0, 0x2EE5D),
        (0x30000, 0x323AF),
    ]
    return [chr(CHANCE.randint(*CHANCE.choice([*blocks, (0xE000, 0xF8FF)]))) for _ in range(3000)]


def of_gb18030() -> Iterator[str]:
    """Yield two-byte ideographs of GB18030's repertoire."""
    while True:
        char = bytes([CHANCE.randint(0x81, 0xFE), CHANCE.randint(0x40, 0xFE)]).decode("gb18030", "ignore")
        if len(char) == 1 and unicodedata.category(char) in {"Lo", "Co"}:
            yield char


def names_to_try() -> list[str]:
    """Return names of every origin, each once."""
    with Path(settings.BASE_DIR, "demo/dandong/residents.csv").open(encoding="utf-8") as file:
        demo = [row["name"] for row in csv.DictReader(file)]
    families = sorted(
        {names.surname(name) for name in demo} | set(names.readings.SINGLE) | set(names.readings.COMPOUND)
    )
    rare, gb = ideographs(), of_gb18030()
    letters = [chr(at) for at in range(0x20, sys.maxunicode) if unicodedata.category(chr(at)) in {"Lu", "Ll", "Lo"}]
    foreign = ["".join(CHANCE.sample(letters, 4)) for _ in range(600)]
    made = [
        *MINORITY.split(), *FOREIGN.split("|"), *(f"{each}雪" for each in families), *demo[:1500], *foreign,
        *("王" + "".join(CHANCE.sample(rare, 2)) for _ in range(1500)), *("李" + next(gb) + next(gb) for _ in range(1500)),
    ]  # fmt: skip
    kept = list(dict.fromkeys(name for name in made if tidy.name(name) == name))
    first = kept[:20]
    return first + CHANCE.sample(kept[20:], min(len(kept) - 20, some(5000) - 20))


def test_names_are_stored_found_and_shown_as_typed() -> None:
    """By the full name, its readings and its initials."""
    tried = names_to_try()

    for name in tried:
        person = stored(name=name)
        assert Resident.objects.get(pk=person.pk).name == name
        for words in (name, names.pinyin(name), names.initials(name)):
            assert is_found(person, words), (name, words)

    assert len(tried) >= some(5000)


def test_minority_name_is_one_person_with_any_dot_or_none() -> None:
    """A second registration shows the first, and any dot finds it."""
    person = stored(name="古丽米热·艾比江")

    for dot in [*DOTS, "", " ", "\u3000"]:
        name = f"古丽米热{dot}艾比江"
        form = written(name=name)
        assert form.is_valid()
        same = look_alikes(STAFF, name=form.cleaned_data["name"], phone="", id_no="", birth_date=None)
        assert same == [person]
        assert is_found(person, name)


def written_telephones() -> Iterator[tuple[str, str]]:
    """Yield a telephone as somebody pastes it, and the digits by which it is remembered."""
    while True:
        mobile = f"1{CHANCE.choice('3456789')}{CHANCE.randrange(10**9):09}"
        local = f"{CHANCE.randint(2, 9)}{CHANCE.randrange(10**6):06}"
        gap, country = (
            CHANCE.choice(["", " ", "-", "\u00a0", ".", "\u200b"]),
            CHANCE.choice(["", "+86", "0086", "86-", "(+86)", "+86 "]),
        )
        parts = gap.join((mobile[:3], mobile[3:7], mobile[7:]))
        wide = "".join(chr(ord(char) + 0xFEE0) for char in mobile)
        yield from [
            (country + parts, mobile), (f"\u202a{parts}\u202c", mobile), (wide, mobile), (f"电话：{mobile}", mobile),
            (f"0415{gap or '-'}{local[:3]} {local[3:]} 转 816", local), (f"(0415){local}", local), (local, local),
            (f"{mobile}/0415-{local}", local), (f"{mobile} {local}", mobile), (f"{mobile}（女儿）", mobile), (f"0415-{local}轉816", local),
            ("12345", "12345"), ("400-123-4567", "4001234567"),
        ]  # fmt: skip


def test_telephones_are_stored_once_and_found_by_any_part() -> None:
    """A part of four digits or more, and the whole number."""
    count = some(2000)

    for (typed, digits), _nth in zip(written_telephones(), range(count), strict=False):
        person = stored(phone=typed)
        form = written(phone=person.phone)
        assert form.is_valid()
        assert form.cleaned_data["phone"] == person.phone
        start = CHANCE.randint(0, len(digits) - 4)
        for words in (
            digits,
            digits[start:],
            digits[start : start + 4],
            typed if "/" not in typed and "女" not in typed else digits,
        ):
            assert is_found(person, words.removeprefix("电话：").partition("转")[0].partition("轉")[0]), (typed, words)


def test_no_digit_of_a_telephone_stands_in_the_index() -> None:
    person = stored(phone="13812345678")

    row = Resident.objects.filter(pk=person.pk).values("search_text", "search_tokens", "name_search").get()

    assert "1234" not in str([token for token in row["search_tokens"] if token[0] not in "pw"]) + row["search_text"]
    assert all(len(token) == 13 for token in row["search_tokens"] if token[0] in "pw")


def identity_numbers() -> Iterator[str]:
    """Yield good identity numbers."""
    while True:
        born = date(1920, 1, 1) + timedelta(days=CHANCE.randrange(37000))
        body = f"{CHANCE.randrange(110000, 660000)}{born:%Y%m%d}{CHANCE.randrange(1000):03}"
        yield body + check_character(body)


def test_identity_numbers_are_stored_in_one_form() -> None:
    """Every written form; half-typed and spoilt ones are kept and marked, never refused (E15)."""
    for number, nth in zip(identity_numbers(), range(some(2500)), strict=False):
        forms = [
            number,
            number.lower(),
            f"{number[:6]} {number[6:14]} {number[14:]}",
            f"'{number}",
            number.replace("X", "×"),
        ]
        forms += ["".join(chr(ord(char) + 0xFEE0) for char in number), f"\u202d{number}\u202c"]
        form = written(id_no=forms[nth % len(forms)])
        assert form.is_valid()
        assert form.cleaned_data["id_no"] == number
        assert not read_id_no(number).fault
        if nth % (10 * SHARE) == 0:
            person = stored(id_no=forms[nth % len(forms)])
            assert (person.id_no, is_found(person, number), is_found(person, number[-4:])) == (number, True, True)
    for spoilt, fault in (
        ("2.10603E+17", "spreadsheet"),
        ("880603196712061000", "spreadsheet"),
        ("21060319671206", "length"),
    ):
        assert (stored(id_no=spoilt).id_no, stored(id_no=spoilt).id_fault) == (spoilt, fault)


def test_dates_are_read_as_people_write_them() -> None:
    """The same day from every written form."""
    for _nth in range(some(2500)):
        day = date(1920, 1, 1) + timedelta(days=CHANCE.randrange(37000))
        ways = [
            f"{day:%Y-%m-%d}",
            f"{day.year}年{day.month}月{day.day}日",
            f"{day:%Y%m%d}",
            f"{day.year}.{day.month}.{day.day}",
            f"{day:%Y/%m/%d}",
        ]
        typed = CHANCE.choice([*ways, f"{day.year}年{day.month:02}月{day.day:02}号", f"{day:%Y-%m-%d} 00:00:00"])
        assert written_days.read(typed).value == day, typed
        form = written(birth_date=typed)
        assert form.is_valid()
        assert form.cleaned_data["birth_date"] == day


@pytest.mark.parametrize(
    "typed", ["-12:00", "2056-01-01", "0056-01-01", "1956年2月30日", "1899-01-01", "56-04-12", "昨天"]
)
def test_impossible_birth_date_is_answered_and_kept(typed: str) -> None:
    form = written(birth_date=typed)

    assert not form.is_valid()
    assert typed in str(form["birth_date"])


def test_codes_are_read_typed_scanned_and_through_an_input_method() -> None:
    for _nth in range(some(1000)):
        code = codes.short_code() if CHANCE.random() < 0.5 else f"{CHANCE.randrange(10**4):04}"
        wide = "".join(chr(ord(char) + 0xFEE0) for char in code)
        half = len(code) // 2
        ways = [
            code.lower(),
            f"{code[:half]} {code[half:]}",
            f"]Q3{code}\r\n",
            f"]C1\x1d{code}",
            wide,
            f"{code[:half]}'{code[half:]}",
            f"\ufeff{code}\t",
        ]
        form = CodeForm({"code": CHANCE.choice(ways)})
        assert form.is_valid()
        assert form.cleaned_data["code"] == code


@pytest.mark.parametrize("words", ["7", "7号楼", "７栋", "七号楼", "7 王", "王 七号楼"])
def test_building_is_found_in_any_writing(words: str) -> None:
    person = stored(building="7号楼")

    assert is_found(person, words)
    assert not is_found(stored(building="17号楼"), words)


def test_archived_person_is_found_and_marked_and_no_second_one_is_made() -> None:
    person = stored(name="孙兰")
    residents.archive(person, reason="no_need", by=STAFF, at=clock.now())

    assert is_found(person, "孙　兰")
    assert look_alikes(STAFF, name="孙兰", phone="", id_no="", birth_date=None) == [person]


def test_row_an_old_version_wrote_is_found_as_before_and_by_all_after_housekeeping() -> None:
    """Old code writes beside new: it knows neither column, and the database fills both."""
    person = stored(name="单雄信", phone="13812345678", building="7号楼")
    old = {"name": "曾长乐", "name_search": "曾长乐 cengchangle ccl", "search_text": "", "search_tokens": []}
    Resident.objects.filter(pk=person.pk).update(**old)

    assert is_found(person, "曾长乐")
    assert not is_found(person, "zengchangle")
    housekeeping.index_people(at=clock.now())
    assert all(is_found(person, words) for words in ("zengchangle", "zcl", "1234567", "七号楼"))
    assert not is_found(person, "shanxiongxin")
    assert not Resident.objects.filter(finding.stale()).exists()


def test_four_digits_leave_another_fingerprint_in_each_community() -> None:
    """The last four stand in the clear: alike all over a city, the fingerprints would tell what each of them means."""
    here, there = (
        finding.index_of(place=place, name="王秀兰", building="", phone="15400003328", id_no="").search_tokens
        for place in (places.HOME, "210603999")
    )
    assert len([each for each in here if each.startswith("p")]) == len("15400003328") - finding.PART + 1
    assert {each[0] for each in set(here) & set(there)} == {"v", "n", "w"}


def test_row_of_an_earlier_index_is_written_anew() -> None:
    person = stored(phone="13812345678")
    earlier = [each for each in person.search_tokens if each[0] not in "vp"]
    Resident.objects.filter(pk=person.pk).update(search_tokens=[*earlier, "p0123456789ab"])

    assert not is_found(person, "1234")
    housekeeping.index_people(at=clock.now())
    assert is_found(person, "1234")


def test_columns_of_the_index_need_no_writer_that_knows_them() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM information_schema.columns WHERE table_name = 'access_resident'"
            " AND column_name IN ('search_text', 'search_tokens') AND column_default IS NOT NULL"
        )
        assert cursor.fetchone() == (2,)
