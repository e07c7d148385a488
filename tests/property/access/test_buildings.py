"""A building is one however it is written: for zones, residents, requests, passes, searches and what command changes."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from access import finding
from access.models import AccessRequest, Resident
from access.selectors.due import needs_of
from access.selectors.ground import ground_of, zone_now
from access.selectors.requests import request_page
from command.selectors import zoning
from communities import selectors
from communities.models import ZonePeriod
from communities.services import zones
from core import clock, tidy
from core.actors import Actor
from tests.factories import access as make
from tests.factories import communities as places

AT = datetime.fromisoformat("2022-06-28T10:40:00+08:00")
MIN = timedelta(minutes=1)
STAFF = Actor("user:1", "林晓", "staff", "community", places.HOME, "锦江社区")
COMMAND = Actor("user:2", "指挥", "command", "district", "210602", "振兴区")
ENDINGS = [
    "-2-301",
    "#楼",
    "號楼",
    "栋3门",
    "号楼东单元",
    "",
    "号楼",
    "栋",
    "幢",
    "座",
    "#",
    "号",
    "楼2单元",
    "楼",
    "號樓",
    "棟",
    "栋楼",
]
NUMERALS = str.maketrans("0123456789", "〇一二三四五六七八九")
WIDE = str.maketrans("0123456789#", "０１２３４５６７８９＃")
numbers = st.integers(1, 199)
words = st.text(max_size=12)


@st.composite
def writings(draw: st.DrawFn, number: int, gaps: bool = True) -> str:
    """Write a building's number as somebody would: any ending, width, numerals, zeros before it, blanks between."""
    written = draw(st.sampled_from([str(number), f"0{number}", str(number).translate(NUMERALS)]))
    written = draw(st.sampled_from(["", "第"])) + written + draw(st.sampled_from(ENDINGS))
    written = draw(st.sampled_from([written, written.translate(WIDE)]))
    gap = draw(st.sampled_from(["", " ", "　", "\u200b"])) if gaps else ""
    return gap.join(written) if gap else written


@given(number=numbers, other=numbers, data=st.data())
@settings(max_examples=400, deadline=None)
def test_two_writings_have_one_key_exactly_when_they_name_one_building(number, other, data):
    one, two = data.draw(writings(number)), data.draw(writings(other))
    assert (tidy.building_key(one) == tidy.building_key(two)) == (number == other), (one, two)


@given(words)
@settings(max_examples=400, deadline=None)
def test_a_key_is_its_own_key_and_knows_no_width_and_no_blanks(text):
    key = tidy.building_key(text)
    assert tidy.building_key(key) == key
    assert tidy.building_key(f" {text}\u200b　") == key


class Met(TestCase):
    """Every place where a zone, a pass, a resident and a word meet by building."""

    @given(number=numbers, other=numbers, data=st.data())
    @settings(max_examples=25, deadline=None)
    def test_whoever_lives_there_is_met_and_nobody_else(self, number, other, data):
        """R-000-4, E7: the zone of ７栋 is that of everybody in 7号楼, and of nobody in 17号楼."""
        assume(number != other)
        home = places.community()
        lives, elsewhere = (make.resident(home, building=data.draw(writings(each))) for each in (number, other))
        asked = {each: make.request(each, at=AT) for each in (lives, elsewhere)}
        for each in asked:
            make.need(each)
            places.gate_pass(AT, of=home, building=each.building)
        places.zone(home, "controlled", since=AT - 9 * MIN)
        zone, again = data.draw(writings(number)), data.draw(writings(number))
        word = data.draw(writings(number, gaps=False))
        zones.put_under(home, zone_class="sealed", since=AT, by=COMMAND, at=AT, building=zone)

        self.met(lives, "sealed")
        self.met(elsewhere, "controlled")
        assert zoning.affected(home, building=again).total == 1
        self.found(word, asked[lives], asked[elsewhere])
        assert list(Resident.objects.filter(finding.wanted(word, place=home.pk))) == [lives]

        zones.put_under(home, zone_class="precautionary", since=AT + MIN, by=COMMAND, at=AT, building=again)
        assert ZonePeriod.objects.in_force(AT + 2 * MIN).exclude(building="").count() == 1
        assert zones.lift(home, since=AT + 3 * MIN, by=COMMAND, at=AT, building=word) == 1
        assert not ZonePeriod.objects.in_force(AT + 4 * MIN).exclude(building="").exists()

    def met(self, resident: Resident, zone: str) -> None:
        """Ask every selector for somebody's zone."""
        community, at = resident.community, AT + MIN / 2
        assert zone_now(community, resident.building, at=at) == zone
        assert ground_of(resident, on=at, at=at).zone_class == zone
        (own,) = [need for need in needs_of(community.pk, at=at) if need.resident_id == resident.pk]
        assert own.zone == zone, resident.building

    def found(self, word: str, own: AccessRequest, other: AccessRequest) -> None:
        """Search requests and passes: the other is found by its number only, which may hold the same digits."""
        code = tidy.code(word)
        rows = [row.request for row in request_page(STAFF, at=AT, search=word).rows]
        assert own in rows
        assert other not in rows or code in other.number
        lines = selectors.pass_lines(STAFF, day=clock.local_day(AT), at=AT, search=word)
        passes = {line.gate_pass.building: line.gate_pass for line in lines}
        assert own.resident.building in passes
        by_number = [each for key, each in passes.items() if key != own.resident.building]
        assert all(each.number.endswith(code) or each.short_code.endswith(code) for each in by_number)
