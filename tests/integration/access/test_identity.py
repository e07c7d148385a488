"""认人: a stranger's request joins the registered resident it turns out to be (4.6, E10, INV-17, INV-29)."""

from __future__ import annotations

import uuid

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from access.models import AccessRequest, Identification
from access.selectors import identity as selectors
from access.services import identity
from communities.models import GatePass, Scan
from communities.services import gates
from core import clock
from core.errors import Conflict, NotAllowed
from core.models import AuditEvent
from hospitals.models import Appointment, Intake
from hospitals.services import intake as arrivals
from tests import walkers
from tests.factories import communities as gate_rows
from tests.walkers import AT, MIN
from transport.models import Trip

pytestmark = pytest.mark.django_db


@pytest.fixture
def town() -> walkers.Town:
    made = walkers.town()
    made.community.dispatch_area.divisions.get_or_create(district_code=made.facility.division_code)
    return made


@pytest.fixture
def walk_in(town) -> AccessRequest:
    """Somebody unknown at the hospital's door."""
    arrivals.walk_in(town.facility, by=town.desk, at=AT)
    walkers.deliver()
    return AccessRequest.objects.get(source="desk")


@pytest.fixture
def let_out(town) -> AccessRequest:
    """Somebody unknown whom the guard let out at once."""
    gates.emergency_release(town.gate, event_id=uuid.uuid4(), building="9号楼", party_size=1, by=town.guard, at=AT)
    walkers.deliver()
    return AccessRequest.objects.get(source="gate")


def person(town, name="王秀兰", **fields):
    made = walkers.resident(town, name, id_last4="1497", phone_last4="3328", **fields)
    made.phone = "15400003328"
    made.save()
    return made


def test_a_resident_who_walks_in_gets_a_car_home_that_fits(town):
    """INV-29: known at the desk from an earlier card, they need the seat, the oxygen and the arm they always need."""
    known = person(town, mobility="wheelchair", needs_oxygen=True, has_stairs=True)
    came = arrivals.walk_in(town.facility, by=town.desk, at=AT)
    Intake.objects.filter(pk=came.pk).update(person_key=known.person_key, label=known.name)
    walkers.deliver()
    came.refresh_from_db()
    arrivals.release(came, by=town.desk, at=AT + 60 * MIN)
    walkers.deliver()

    row = AccessRequest.objects.get(source="desk")
    back = Trip.objects.get(case_ref=row.case_ref, direction="inbound")

    assert (row.resident, row.mobility, row.needs_oxygen, row.has_stairs) == (known, "wheelchair", True, True)
    assert (back.mobility, back.needs_oxygen) == ("wheelchair", True)


def test_walk_in_gets_a_name_a_home_and_a_way_home(town, walk_in):
    """INV-29: without a home nobody can be driven there; the twin is the request before."""
    assert not Trip.objects.filter(case_ref=walk_in.case_ref).exists()
    found = person(town, mobility="wheelchair")

    identity.identify(walk_in, found, by=town.desk, at=AT + 5 * MIN)
    walkers.deliver()

    walk_in.refresh_from_db()
    assert (walk_in.resident, walk_in.name, walk_in.community) == (found, "王秀兰", town.community)
    assert (walk_in.zone_class, walk_in.mobility, walk_in.person_key) == ("controlled", "wheelchair", found.person_key)
    intake = Intake.objects.get(case_ref=walk_in.case_ref)
    assert (intake.label, intake.person_key) == ("王秀兰", found.person_key)
    back = Trip.objects.get(case_ref=walk_in.case_ref)
    assert (back.direction, back.status, back.mobility, back.phone) == (
        "inbound",
        "will_call",
        "wheelchair",
        "15400003328",
    )
    assert back.to_code == town.community.pk


def test_gate_emergency_keeps_its_scan_its_pass_and_its_record(town, let_out):
    """History stays: the scan, the audit and the case number are those of the same case."""
    events = list(AuditEvent.objects.filter(case_ref=let_out.case_ref).values_list("pk", flat=True))
    found = person(town, building="9号楼")

    identity.identify(let_out, found, by=town.staff, at=AT + 10 * MIN)
    walkers.deliver()

    let_out.refresh_from_db()
    assert (let_out.resident, let_out.name, let_out.is_critical) == (found, "王秀兰", True)
    assert Scan.objects.get(case_ref=let_out.case_ref).decision == "emergency"
    kept = AuditEvent.objects.filter(case_ref=let_out.case_ref)
    assert set(events) <= set(kept.values_list("pk", flat=True))
    named = kept.get(verb="request.identified")
    assert (named.actor_label, named.detail) == ("林晓", {"resident": str(found.pk)})


def test_every_card_made_from_the_request_follows_and_nothing_readable_is_lost(town, let_out):
    """Sealed words are sealed anew under the person's own key; car, desk and pass say the name."""
    walkers.car("A1", vehicle_class="ambulance", stretchers=1)
    walkers.desk_rows.make_service(town.facility, kind="emergency")
    AccessRequest.objects.filter(pk=let_out.pk).update(mobility="stretcher")
    let_out.refresh_from_db()
    let_out.note = "胸痛"
    let_out.save()
    walkers.place_by_hand(town, let_out, slot_id=None, facility_code=town.facility.pk, out_vehicle="A1")

    identity.identify(let_out, person(town), by=town.dispatcher, at=AT + 5 * MIN)

    let_out.refresh_from_db()
    assert (let_out.note, let_out.mobility) == ("胸痛", "stretcher")
    trips = Trip.objects.filter(case_ref=let_out.case_ref)
    assert {(trip.name, trip.phone) for trip in trips} == {("王秀兰", "15400003328")}
    booked = Appointment.objects.get(case_ref=let_out.case_ref)
    assert (booked.name, booked.id_last4, booked.phone) == ("王秀兰", "1497", "15400003328")
    assert GatePass.objects.issued().get(case_ref=let_out.case_ref).holder == "王＊＊"


def test_said_twice_it_stands_once_and_another_name_is_refused(town, walk_in):
    found, other = person(town), person(town, "刘桂英")
    for _time in range(2):
        identity.identify(walk_in, found, by=town.desk, at=AT)
    with pytest.raises(Conflict, match="已经认过人了"):
        identity.identify(walk_in, other, by=town.desk, at=AT)
    assert Identification.objects.count() == 1


def test_open_request_of_the_same_day_and_service_is_named_and_nothing_is_joined(town, walk_in):
    """Never merged in silence (E10, INV-17); another service or another day is no obstacle."""
    found = person(town)
    AccessRequest.objects.filter(pk=walk_in.pk).update(need_kind="dialysis", service_kind="hemodialysis")
    same = walkers.ask(town, found)
    with pytest.raises(Conflict, match=same.number):
        identity.identify(walk_in, found, by=town.desk, at=AT)
    assert not Identification.objects.exists()

    AccessRequest.objects.filter(pk=walk_in.pk).update(need_kind="emergency", service_kind="emergency")
    identity.identify(walk_in, found, by=town.desk, at=AT)
    assert found.requests.count() == 2


def test_car_home_fits_the_oxygen_and_the_stairs_of_whoever_it_turns_out_to_be(town, walk_in):
    """Seen before: their wheelchair was taken over, their oxygen and the arm on the stairs were not (INV-29)."""
    identity.identify(walk_in, person(town, needs_oxygen=True, has_stairs=True), by=town.desk, at=AT + 5 * MIN)
    walkers.deliver()

    back = Trip.objects.get(case_ref=walk_in.case_ref)
    assert (back.needs_oxygen, back.has_stairs) == (True, True)


def test_oxygen_seen_at_the_stranger_stays_when_the_register_knows_of_none(town, let_out):
    AccessRequest.objects.filter(pk=let_out.pk).update(needs_oxygen=True)

    identity.identify(let_out, person(town), by=town.staff, at=AT)

    let_out.refresh_from_db()
    assert let_out.needs_oxygen


def test_undone_within_half_an_hour_it_is_a_stranger_again(town, let_out):
    before = {name: getattr(let_out, name) for name in identity.KEPT}
    identity.identify(let_out, person(town, needs_oxygen=True, has_stairs=True), by=town.staff, at=AT)
    identity.undo(let_out, by=town.staff, at=AT + 29 * MIN)

    let_out.refresh_from_db()
    assert {name: getattr(let_out, name) for name in identity.KEPT} == before
    assert let_out.resident is None
    with pytest.raises(Conflict, match="没有可以撤回"):
        identity.undo(let_out, by=town.staff, at=AT + 29 * MIN)
    identity.identify(let_out, person(town, "刘桂英"), by=town.staff, at=AT + 29 * MIN)
    with pytest.raises(Conflict, match="30 分钟"):
        identity.undo(let_out, by=town.staff, at=AT + 60 * MIN)
    assert let_out.identifications.count() == 2


def test_only_who_has_the_stranger_before_them_may_say_who_it_is(town, walk_in, let_out):
    found = person(town)
    elsewhere = walkers.Actor("user:x", "别处", "staff", "community", gate_rows.NEXT_DOOR)
    other_desk = walkers.desk_rows.desk_actor(walkers.desk_rows.make_facility())
    for by in (elsewhere, other_desk, town.guard, walkers.car_rows.dispatch_actor("east")):
        with pytest.raises(NotAllowed):
            identity.identify(walk_in, found, by=by, at=AT)
    with pytest.raises(NotAllowed):
        identity.identify(let_out, found, by=town.desk, at=AT)


class TestPages:
    """The same page for community, dispatch and desk."""

    @pytest.fixture(autouse=True)
    def now(self):
        clock.forget()
        with time_machine.travel(AT, tick=False):
            yield
        clock.forget()

    def client(self, role: str, place: tuple[str, str, str]) -> Client:
        client = Client()
        client.force_login(gate_rows.user(f"{role}-1", "林晓", role=role, place=place))
        return client

    def staff(self, town) -> Client:
        return self.client("staff", ("community", town.community.pk, town.community.name))

    def desk(self, town) -> Client:
        return self.client("intake", ("facility", town.facility.pk, town.facility.name))

    @pytest.mark.parametrize("words", ["王秀兰", "wxl", "3328", "1497", "秀兰 5号楼"])
    def test_community_finds_its_own_by_name_initials_and_tails(self, town, let_out, words):
        found, client = person(town), self.staff(town)
        assert "认人" in client.get(reverse("access:request", args=[let_out.pk])).content.decode()
        to = reverse("access:identify", args=[let_out.case_ref])

        page = client.get(to, {"q": words}).content.decode()
        assert f"who={found.pk}" in page
        page = client.get(to, {"q": words, "who": str(found.pk)}).content.decode()
        assert "是 王秀兰" in page
        answer = client.post(to, {"who": str(found.pk), "idempotency_key": uuid.uuid4().hex}, follow=True)
        page = answer.content.decode()
        assert "认出来了：王秀兰" in page
        assert reverse("access:identify_undo", args=[let_out.case_ref]) in page
        client.post(reverse("access:identify_undo", args=[let_out.case_ref]), {"idempotency_key": uuid.uuid4().hex})
        let_out.refresh_from_db()
        assert let_out.resident is None

    def test_desk_is_shown_nobody_by_a_name_alone(self, town, walk_in):
        """Two things known of a person, and each look is on record; a register cannot be read through."""
        found, client = person(town), self.desk(town)
        intake = Intake.objects.get()
        to = reverse("access:identify", args=[walk_in.case_ref])
        assert to in client.get(reverse("hospitals:intake", args=[intake.pk])).content.decode()

        for words in ("王秀兰", "3328", "王"):
            page = client.get(to, {"q": words}).content.decode()
            assert str(found.pk) not in page
            assert "再说一样" in page
        assert not AuditEvent.objects.filter(verb="resident.looked_up").exists()
        assert str(found.pk) in client.get(to, {"q": "王秀兰 3328"}).content.decode()
        assert AuditEvent.objects.filter(verb="resident.looked_up").count() == 1
        client.post(to, {"who": str(found.pk), "idempotency_key": uuid.uuid4().hex})
        page = client.get(reverse("hospitals:intake", args=[intake.pk])).content.decode()
        assert "王秀兰" in page
        assert f'href="{to}"' not in page

    def test_board_leads_the_dispatcher_to_who_it_is(self, town, walk_in):
        found = person(town)
        client = Client()
        client.force_login(walkers.dispatcher_user())
        arrivals.release(Intake.objects.get(), by=town.desk, at=AT)
        walkers.deliver()
        to = reverse("access:identify", args=[walk_in.case_ref])
        assert to in client.get(reverse("dispatch:board")).content.decode()
        answer = client.post(to, {"who": str(found.pk), "idempotency_key": uuid.uuid4().hex})
        assert answer["Location"].startswith(reverse("dispatch:board"))

    def test_second_paper_of_one_way_is_refused_in_clear_words(self, town, walk_in):
        found, client = person(town), self.desk(town)
        AccessRequest.objects.filter(pk=walk_in.pk).update(need_kind="dialysis", service_kind="hemodialysis")
        same = walkers.ask(town, found)
        to = reverse("access:identify", args=[walk_in.case_ref])
        answer = client.post(to, {"who": str(found.pk), "idempotency_key": uuid.uuid4().hex})
        assert answer.status_code == 409
        assert same.number in answer.content.decode()

    def test_another_places_stranger_is_absent_and_nobody_chosen_is_said(self, town, walk_in):
        to = reverse("access:identify", args=[walk_in.case_ref])
        assert self.staff(town).get(to).status_code == 404
        client = self.desk(town)
        answer = client.post(to, {"who": "x", "idempotency_key": uuid.uuid4().hex})
        assert answer.status_code == 422
        assert "请先选一位" in answer.content.decode()

    def test_another_place_must_know_name_and_number_and_spells_out_neither(self, town, walk_in):
        """Only in one's own register does any part of a telephone find somebody: that is the twin (INV-32)."""
        person(town, phone="15400003328")
        to, client = reverse("access:identify", args=[walk_in.case_ref]), self.desk(town)

        def shows(words: str) -> bool:
            return "电话尾号 3328" in client.get(to, {"q": words}).content.decode()

        known = ("王秀兰 3328", "秀兰 3328", "王 秀兰 15400003328", "wxl 1497", "wangxiulan 154 0000 3328")
        assert all(map(shows, (*known, "王秀兰 5号楼 ３３２８")))
        longer = "王秀兰 03328|王秀兰 0003|王秀兰 1540|王秀兰 540000332|王秀兰 332"  # a digit more each time
        nobody = "1540- 3328|1540- 1540|号楼 1540|5号楼 3328|王 3328|an 3328|% 3328|·· 3328|王秀兰"
        assert not [words for words in f"{longer}|{nobody}".split("|") if shows(words)]
        assert selectors.candidates(town.staff, walk_in, "王秀兰 0003").people
