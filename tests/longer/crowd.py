"""People at work on two versions of the product at once, as behind a balancer: any request may go to either.

What a person writes through one is looked for through the other, at once.
"""

from __future__ import annotations

import html
import itertools
import random
import re
import threading
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from urllib.parse import quote

from core.codes import check_character
from tests.browser_form import untouched
from tests.faults.client import FORM, RESIDENT, Answer, Person

FINE = (200, 204, 302, 304)
THINKS_S = 0.05
ASKED_BACK = (409, 422)  # somebody was quicker, or a question first: an answer of the product
GIVEN = {"明": "ming", "华": "hua", "军": "jun", "霞": "xia", "刚": "gang", "梅": "mei", "鹏": "peng", "洁": "jie", "涛": "tao", "芳": "fang"}  # fmt: skip
PASS = re.compile(r'href="(/gate/pass/[0-9a-f-]{36}/[^"]*)"')
WAITING = re.compile(r'href="(/dispatch/\?[^"]*who=[^"]+)"')
CARD = re.compile(r'href="(/passes/[0-9a-f-]{36}/)"')
CODE = re.compile(r'<dd class="code">([0-9A-Z-]+)</dd>')
PLACE = re.compile(r'action="(/dispatch/requests/[0-9a-f-]{36}/place/)"')
DECISION = re.compile(r'name="decision"\s+value="(\w+)"')
GOOD = re.compile(r'data-answer="(?:green|amber)"')
WAS_OUT, EXIT = "出门</dt>", 'name="direction" value="exit"'  # a guard lets nobody out again on one pass
RECORDED = re.compile(r"^/gate/\?done=")
ASKED = re.compile(r"^/requests/[0-9a-f-]{36}/$")
WAY = {"purpose": "outpatient", "time": "soon", "danger": "no", "travel": "walk", "is_second": "1"}


@dataclass(frozen=True)
class Somebody:
    """One invented resident; the number tells everything about them apart."""

    number: int

    @property
    def letters(self) -> list[str]:
        """Return the characters of the given name, one for each digit."""
        return [list(GIVEN)[int(digit)] for digit in f"{self.number:04d}"]

    @property
    def name(self) -> str:
        """Return the name."""
        return "欧阳" + "".join(self.letters)

    @property
    def phone(self) -> str:
        """Return a mobile number whose digits after the first three are this person's alone."""
        return f"137{(10_000_019 + self.number * 7_919) % 10**8:08d}"

    @property
    def id_no(self) -> str:
        """Return an identity number of a province nobody has."""
        first = f"990102{date(1930, 1, 1) + timedelta(days=self.number):%Y%m%d}002"
        return first + check_character(first)

    def words(self, side: str) -> dict[str, str]:
        """Return what this person is looked for by, as far as a version knows it."""
        known = {"name": self.name, "pinyin": "ouyang" + "".join(GIVEN[each] for each in self.letters)}
        known |= {"end of the telephone": f"{self.name[:3]} {self.phone[-4:]}"}
        return known | ({"telephone": self.phone, "certificate": self.id_no} if side == "new" else {})


@dataclass
class Crowd:
    """Everybody at work, and what they saw. `sides` names the versions that answer now, and where."""

    sides: dict[str, str]
    password: str
    numbers: Iterator[int] = field(default_factory=itertools.count)
    answers: Counter[tuple[str, str]] = field(default_factory=Counter)
    seconds: dict[str, list[float]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    registered: list[tuple[str, str, Somebody]] = field(default_factory=list)
    doubles: list[str] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def at_work(self, *rounds: Callable[[Worker], None]) -> Iterator[None]:
        """Have one person at work for each round given; say so when one of them could not go on."""
        threads = [threading.Thread(target=self._work, args=(each,), daemon=True) for each in rounds]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self.stopping.set()
            for thread in threads:
                thread.join(60)

    def _work(self, work: Callable[[Worker], None]) -> None:
        worker = Worker(self, random.Random(20220628 + next(self.numbers)))
        try:
            worker.sign_in({clerk: "shequ", guard: "menwei", dispatcher: "diaodu"}[work])
            while not self.stopping.is_set():
                work(worker)
        except Exception as error:
            self.faults.append(f"{work.__name__} went home: {error!r}")

    def count(self, what: str) -> dict[str, int]:
        """Return how often each version did something."""
        return {side: self.answers[side, what] for side in self.sides}


class Worker:
    """One person with one session; each request goes to whichever version, unless one is named."""

    def __init__(self, crowd: Crowd, chance: random.Random) -> None:
        self.crowd, self.chance, self.cookies = crowd, chance, dict[str, str]()

    def side(self) -> str:
        """Choose a version that answers now."""
        return self.chance.choice(list(self.crowd.sides))

    def other(self, side: str) -> str:
        """Return the other version, or the only one."""
        return next((each for each in self.crowd.sides if each != side), side)

    def sign_in(self, username: str) -> None:
        """Sign in at one of them; the session holds at both."""
        self._person(self.side()).sign_in(username, self.crowd.password)

    def open(self, what: str, path: str, side: str = "") -> str:
        """Read a page; "" when it was not shown."""
        answer = self._noted(what, side or self.side(), lambda person: person.get(path))
        return answer.text if answer.status in FINE else ""

    def press(self, what: str, page: str, path: str, *, having: str = "", side: str = "", **typed: str) -> Answer:
        """Send a page's form of this path as a browser would, maybe to the other version; `having`: it names no path."""
        sent = untouched(page, "", having=having) if having else untouched(page, path)
        return self.send(what, path, {name: values[-1] for name, values in sent.items()} | typed, side or self.side())

    def send(self, what: str, path: str, fields: dict[str, str], side: str) -> Answer:
        """Send a form."""
        key = fields.get("idempotency_key") or uuid.uuid4().hex
        words = {name: value for name, value in fields.items() if name != "csrfmiddlewaretoken"}
        return self._noted(what, side, lambda person: person.post(path, words, key=key))

    def must(self, holds: bool, words: str) -> None:
        """Keep what should have been so."""
        if not holds:
            self.crowd.faults.append(words)

    def _person(self, side: str) -> Person:
        person = Person(self.crowd.sides[side], patience=20)
        person.cookies = self.cookies
        return person

    def _noted(self, what: str, side: str, send: Callable[[Person], Answer]) -> Answer:
        answer = send(self._person(side))
        self.crowd.stopping.wait(THINKS_S)
        self.crowd.seconds.setdefault(side, []).append(answer.seconds)
        if answer.status in FINE:
            self.crowd.answers[side, what] += 1
        elif answer.status in ASKED_BACK:
            self.crowd.answers[side, f"{what}, asked back"] += 1
        else:
            self.crowd.faults.append(f"{side}: {what}: {answer.status}")
        return answer


def clerk(worker: Worker) -> None:
    """Register somebody, find them through the other version, ask for a way, mend the telephone, look at the passes."""
    one, wrote = Somebody(next(worker.crowd.numbers)), worker.side()
    ident, key = _register(worker, one, wrote), uuid.uuid4().hex
    looks = worker.other(wrote)
    _look_for(worker, one, ident, wrote=wrote, looks=looks)
    if one.number % 4 == 0:
        _two_at_once(worker, one)
    path = f"/residents/{ident}/request/"
    form = worker.open("request form", path)
    asked = worker.press("request", form, path, having="note", **WAY, idempotency_key=key)
    if asked.status == 302:
        worker.must(bool(ASKED.match(asked.location)), f"a request led to {asked.location}")
        again = worker.press("request again", form, path, having="note", **WAY, idempotency_key=key)
        worker.must(again.location == asked.location, f"a request pressed twice led to {again.location}")
        worker.open("request page", asked.location)
    if one.number % 3 == 0:
        _mend(worker, one, ident)
    if card := CARD.findall(worker.open("passes", "/passes/")):
        worker.crowd.codes += CODE.findall(worker.open("pass", worker.chance.choice(card)))


def _register(worker: Worker, one: Somebody, side: str) -> str:
    """Register somebody by one version, press again by the other, and return the record's id."""
    typed = {**FORM, "name": one.name, "phone": one.phone, "id_no": one.id_no}
    key = uuid.uuid4().hex
    answer = worker.send("registration", "/residents/new/", {**typed, "idempotency_key": key}, side)
    if not RESIDENT.match(answer.location):
        raise AssertionError(f"{side}: {one} was not registered: {answer.status} {answer.location}")
    again = worker.send("registration again", "/residents/new/", {**typed, "idempotency_key": key}, worker.other(side))
    worker.must(again.location == answer.location, f"{side}: {one} pressed again led to {again.location}")
    ident = answer.location.split("/")[2]
    worker.crowd.registered.append((side, ident, one))
    return ident


def _look_for(worker: Worker, one: Somebody, ident: str, *, wrote: str, looks: str) -> None:
    for kind, words in one.words(looks).items():
        found = worker.open("search", f"/residents/?q={quote(words)}", looks)
        worker.must(ident in found, f"{one.name} written by {wrote}: {looks} does not find the {kind}")


def _two_at_once(worker: Worker, one: Somebody) -> None:
    """Register one identity number through both versions in the same moment: both are stored, none is refused."""
    twice = Somebody(one.number + 5_000)
    typed = {**FORM, "id_no": twice.id_no}
    pair = [(worker.side(), f"{twice.name}{each}") for each in "甲乙"]
    if len(worker.crowd.sides) > 1:
        pair = [(side, name) for (_any, name), side in zip(pair, worker.crowd.sides, strict=True)]

    def act(side: str, name: str) -> None:
        answer = worker.send("one number twice", "/residents/new/", {**typed, "name": name}, side)
        worker.must(bool(RESIDENT.match(answer.location)), f"{side}: a second of a number: {answer.status}")

    threads = [threading.Thread(target=act, args=each, daemon=True) for each in pair]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    worker.crowd.doubles.append(twice.id_no)


def _mend(worker: Worker, one: Somebody, ident: str) -> None:
    """Correct the telephone by one version, and find it by the other."""
    side, new = worker.side(), Somebody(one.number + 20_000)
    path = f"/residents/{ident}/edit/"
    form = worker.open("edit form", path, side)
    answer = worker.press("edit", form, path, side=side, phone=new.phone, is_other="1")
    if answer.status != 302:
        worker.must(False, f"{side}: {one} could not be corrected: {answer.status}")
        return
    looks = worker.other(side)
    words = f"{one.name} {new.phone[-4:]}"
    found = worker.open("search", f"/residents/?q={quote(words)}", looks)
    worker.must(ident in found, f"{one.name} corrected by {side}: {looks} does not find the new telephone")


def guard(worker: Worker) -> None:
    """Read the list, let somebody out whose pass is good, and in again; type the end of a pass's number."""
    found = PASS.findall(worker.open("gate list", "/gate/list/"))
    if not found:
        return
    path = html.unescape(worker.chance.choice(found))
    for _way in range(2):
        page = worker.open("gate answer", path)
        if GOOD.search(page) and not (WAS_OUT in page and EXIT in page):
            done = worker.press("scan", page, "/gate/scan/", decision=DECISION.findall(page)[0])
            worker.must(done.status != 302 or bool(RECORDED.match(done.location)), f"a scan led to {done.location}")
    if worker.crowd.codes:
        worker.send("code", "/gate/check/", {"code": worker.chance.choice(worker.crowd.codes)}, worker.side())


def dispatcher(worker: Worker) -> None:
    """Open the board, look at somebody who waits, and place them: that issues the pass."""
    if who := WAITING.findall(worker.open("board", "/dispatch/")):
        panel = worker.open("board, somebody", html.unescape(worker.chance.choice(who)))
        if place := PLACE.search(panel):
            worker.press("place", panel, place[1])
