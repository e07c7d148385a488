"""Registering, finding and editing residents."""

import re
import uuid
from importlib import import_module

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from access.models import CareNeed, Resident
from access.services import residents
from access.services.residents import ResidentFacts
from accounts.models import Post, User
from core import clock
from core.codes import check_character
from core.management.commands.check_invariants import breaches
from core.models import AuditEvent, OutboxMessage
from core.vocabulary import Role
from tests.browser_form import untouched
from tests.factories import access as access_rows
from tests.factories import communities as places

pytestmark = pytest.mark.django_db
WORDS = {
    "name": "王秀兰", "id_kind": "resident_id", "id_no": "880603196712061497", "building": "5号楼", "address": "1单元302",
    "phone": "15400003328", "phone_owner": "self", "need_kind": "dialysis", "days": ["2", "4", "6"], "shift": "PM",
    "mobility": "wheelchair",
}  # fmt: skip


def marked(page: str) -> bool:
    """Say whether a page shows the mark of a positive, not only the choice of one."""
    return re.search(r'class="tag tag-danger">(?:<svg.{0,200}</svg>)?阳性</span>', page) is not None


def staff_of(code: str) -> Client:
    community = places.community(code)
    user = User.objects.create_user(f"staff-{code}", "a-long-password", name="林晓")
    Post.objects.create(user=user, role=Role.STAFF, place_kind="community", place_code=code, place_label=community.name)
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def staff() -> Client:
    return staff_of(places.HOME)


def post(client: Client, name: str, data: dict, *args: object, key: str = ""):
    return client.post(reverse(name, args=args), {**data, "idempotency_key": key or uuid.uuid4().hex})


def test_register_stores_a_sealed_searchable_person(staff: Client) -> None:
    answer = post(staff, "access:resident_new", WORDS)

    person = Resident.objects.get()
    assert answer.headers["Location"] == reverse("access:resident", args=[person.pk])
    assert (person.id_no, person.phone, person.sex, str(person.birth_date)) == (
        "880603196712061497", "15400003328", "M", "1967-12-06",
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(r)::text FROM access_resident r")
        row = cursor.fetchone()[0]
    assert "880603196712061497" not in row
    assert "15400003328" not in row
    need = CareNeed.objects.get()
    assert (need.kind, need.schedule_kind, need.schedule_days) == ("dialysis", "weekly", "2,4,6")


def test_a_name_with_what_names_seldom_hold_is_kept_and_marked(staff: Client) -> None:
    """Odd is not refused: whoever opens the page is asked to compare it with the certificate."""
    marked = {}
    for name in ("王2", "\ue000兰", "古丽米热·艾比江"):
        post(staff, "access:resident_new", {**WORDS, "name": name, "id_no": "", "is_other": "1"})
        person = Resident.objects.get(name=name)
        shown = staff.get(reverse("access:resident", args=[person.pk])).content.decode()
        marked[name] = "有少见的字符，请对照证件" in shown

    assert marked == {"王2": True, "\ue000兰": False, "古丽米热·艾比江": False}


def test_half_the_fields_are_enough(staff: Client) -> None:
    """R-002-2b, E14, E15: missing id, phone and schedule never block."""
    answer = post(staff, "access:resident_new", {**WORDS, "id_no": "", "phone": "", "days": [], "address": ""})

    assert answer.status_code == 302


def test_faulty_id_number_is_kept_and_marked(staff: Client) -> None:
    """E15: accepted, flagged, never blocks."""
    post(staff, "access:resident_new", {**WORDS, "id_no": "880603196712061498"})

    assert Resident.objects.get().id_fault == "check"


def test_a_number_of_somebody_born_after_today_is_marked_and_gives_no_age(staff: Client) -> None:
    body = "88060320990101149"
    number = body + check_character(body)
    post(staff, "access:resident_new", {**WORDS, "id_no": number, "birth_date": "", "sex": ""})
    typed, asked = {**WORDS, "id_no": number}, {"HX-Trigger-Name": "id_no"}
    said = staff.post(reverse("access:resident_check"), typed, headers=asked).content.decode()

    row = Resident.objects.get()
    assert (row.id_no, row.id_fault, row.birth_date) == (number, "date", None)
    assert "今天以后" in said


def test_a_double_press_registers_once(staff: Client) -> None:
    """INV-08, INV-09."""
    key = uuid.uuid4().hex
    first = post(staff, "access:resident_new", WORDS, key=key)
    second = post(staff, "access:resident_new", WORDS, key=key)

    assert Resident.objects.count() == 1
    assert first.headers["Location"] == second.headers["Location"]


def test_two_people_with_one_key_each_have_what_they_did(staff: Client) -> None:
    """Guard: a key is its presser's. Shared by all, the second would be led to the other community's record."""
    key = uuid.uuid4().hex
    first = post(staff, "access:resident_new", WORDS, key=key)
    second = post(staff_of(places.NEXT_DOOR), "access:resident_new", WORDS, key=key)

    kept = dict(Resident.objects.values_list("community_id", "pk"))
    assert first.headers["Location"] == reverse("access:resident", args=[kept[places.HOME]])
    assert second.headers["Location"] == reverse("access:resident", args=[kept[places.NEXT_DOOR]])


def test_same_key_with_other_content_is_a_conflict(staff: Client) -> None:
    """INV-09."""
    key = uuid.uuid4().hex
    post(staff, "access:resident_new", WORDS, key=key)

    answer = post(staff, "access:resident_new", {**WORDS, "name": "李四"}, key=key)

    assert answer.status_code == 409
    assert Resident.objects.count() == 1


def test_without_a_key_nothing_is_stored(staff: Client) -> None:
    answer = staff.post(reverse("access:resident_new"), WORDS)

    assert answer.status_code == 422
    assert not Resident.objects.exists()


def test_look_alike_is_shown_before_a_second_record(staff: Client) -> None:
    """E9, E10: a hint, never a merge; the typed text stays."""
    post(staff, "access:resident_new", WORDS)

    answer = post(staff, "access:resident_new", {**WORDS, "note": "第二次"})
    assert answer.status_code == 422
    assert "可能已经登记过" in answer.content.decode()
    assert "第二次" in answer.content.decode()

    post(staff, "access:resident_new", {**WORDS, "is_other": "1"})
    assert Resident.objects.count() == 2


def test_a_number_that_stands_twice_is_marked_until_one_of_them_gives_it_up(staff: Client) -> None:
    """E9, E15: nothing is refused; the second says so and leads to the first; the mark follows the archive."""
    post(staff, "access:resident_new", WORDS)
    post(staff, "access:resident_new", {**WORDS, "is_other": "1"})
    post(staff_of(places.NEXT_DOOR), "access:resident_new", WORDS)

    def faults() -> list[str]:
        return list(Resident.objects.order_by("registered_at").values_list("id_fault", flat=True))

    first, second, _other = Resident.objects.order_by("registered_at")
    assert faults() == ["", "double", "double"]
    page = staff.get(reverse("access:resident", args=[second.pk])).content.decode()
    assert "这个号码还有一份登记" in page
    assert reverse("access:resident", args=[first.pk]) in page
    post(staff, "access:resident_archive", {"reason": "no_need"}, first.pk)
    assert faults() == ["", "", "double"]
    post(staff, "access:resident_archive", {"reason": "restore"}, first.pk)
    assert faults() == ["double", "", "double"]


def test_doubles_of_before_are_marked_before_the_number_is_held(staff: Client) -> None:
    """The migration runs over rows the code before has made, and the later ones are found by check_invariants."""
    for place in (places.HOME, places.NEXT_DOOR):
        access_rows.resident(places.community(place), id_index="f" * 64)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("DROP INDEX one_record_per_number")
        cursor.execute("ALTER TABLE access_resident DISABLE TRIGGER USER")
        cursor.execute("UPDATE access_resident SET id_fault = ''")
        cursor.execute(import_module("access.migrations.0018_one_record").MARK_SECOND)

    assert sorted(Resident.objects.values_list("id_fault", flat=True)) == ["", "double"]
    assert [row["id"] for row in breaches()] == ["INV-08-number", "INV-33"]


@pytest.mark.parametrize("words", ["王秀兰", "wxl", "wangxiu", "5号楼", "3328", "王 5号", "880603196712061497"])
def test_search_finds_by(staff: Client, words: str) -> None:
    post(staff, "access:resident_new", WORDS)

    assert "王秀兰" in staff.get(reverse("access:residents"), {"q": words}).content.decode()


@pytest.mark.parametrize("words", ["15900000001", "159 0000 0001", "+86 159-0000-0001"])
def test_a_whole_mobile_finds_whoever_has_it_and_nobody_else(staff: Client, words: str) -> None:
    """Every four digits of the one number stand in the other as well."""
    other = {**WORDS, "id_no": "", "id_kind": "none", "name": "李四", "phone": "15900000000, 0415-2900001"}
    for typed in ({**WORDS, "phone": "15900000001"}, other):
        assert post(staff, "access:resident_new", typed).status_code == 302
    staff.get(reverse("access:residents"))  # says who was registered

    found = staff.get(reverse("access:residents"), {"q": words}).content.decode()
    parts = staff.get(reverse("access:residents"), {"q": "0000"}).content.decode()

    assert ("王秀兰" in found, "李四" in found) == (True, False)
    assert ("王秀兰" in parts, "李四" in parts) == (True, True)


def test_the_digits_of_a_mobile_inside_another_number_are_found_where_nobody_has_the_mobile(staff: Client) -> None:
    post(staff, "access:resident_new", {**WORDS, "phone": "+1 380 000 1111"})

    assert "王秀兰" in staff.get(reverse("access:residents"), {"q": "13800001111"}).content.decode()


def test_a_passport_is_found_by_its_number_and_none_is_drawn_longer_than_it_is(staff: Client) -> None:
    post(staff, "access:resident_new", {**WORDS, "id_kind": "passport", "id_no": "P1234567"})

    for words in ("P1234567", "ｐ１２３４５６７"):
        assert "王秀兰" in staff.get(reverse("access:residents"), {"q": words}).content.decode()
    shown = staff.get(reverse("access:resident_edit", args=[Resident.objects.get().pk])).content.decode()
    assert ("…4567" in shown, "*4567" in shown) == (True, False)


def test_what_is_missing_is_asked_for_in_plain_words(staff: Client) -> None:
    """Django's own sentence speaks of fields."""
    said = post(staff, "access:resident_new", {**WORDS, "building": "", "note": "长" * 301}).content.decode()

    assert ("请填上。" in said, "字段" in said, "太长了：最多 300 个字，现在是 301 个。" in said) == (True, False, True)


def test_a_name_that_was_only_heard_is_found_by_its_sound_and_the_page_says_so(staff: Client) -> None:
    """Over the telephone 秀兰 may be 秀栏, and an older hand writes 秀蘭; who has it written so comes alone."""
    for name in ("王秀兰", "李大山"):
        post(staff, "access:resident_new", {**WORDS, "name": name, "id_no": ""})

    def said(words: str) -> tuple[bool, bool, bool]:
        page = staff.get(reverse("access:residents"), {"q": words}).content.decode()
        return ">王秀兰<" in page, ">李大山<" in page, "下面是读音相同的" in page

    assert said("王秀兰") == (True, False, False)
    for words in ("王秀栏", "王秀蘭", "汪绣栏", "秀栏"):
        assert said(words) == (True, False, True), words
    for words in ("王xiulan", "wang秀兰", "王，秀兰", "王xl"):
        assert said(words) == (True, False, False), words
    assert said("赵秀兰") == (False, False, False)


def test_search_without_a_hit_offers_to_register(staff: Client) -> None:
    answer = staff.get(reverse("access:residents"), {"q": "赵钱孙"}).content.decode()

    assert "没找到" in answer
    assert "登记一位新居民" in answer


def test_id_is_checked_while_it_is_typed(staff: Client) -> None:
    answer = staff.post(
        reverse("access:resident_check"), {**WORDS, "id_no": "880603196712061498"}, headers={"HX-Trigger-Name": "id_no"}
    )

    assert "最后一位对不上" in answer.content.decode()


def test_edit_changes_and_tells_what_a_colleague_changed(staff: Client) -> None:
    post(staff, "access:resident_new", WORDS)
    person = Resident.objects.get()

    done = post(staff, "access:resident_edit", {**WORDS, "building": "6号楼", "version": 1}, person.pk)
    late = post(staff, "access:resident_edit", {**WORDS, "building": "7号楼", "version": 1}, person.pk)

    person.refresh_from_db()
    assert (done.status_code, late.status_code, person.building) == (302, 422, "6号楼")
    assert "刚被同事改过" in late.content.decode()
    assert "7号楼" in late.content.decode()


def test_an_old_cards_fifteen_digits_find_whoever_has_the_new_one(staff: Client) -> None:
    """E9, INV-09: searching and registering read a number as it is stored."""
    post(staff, "access:resident_new", WORDS)
    old = "880603671206149"

    assert "王秀兰" in staff.get(reverse("access:residents"), {"q": old}).content.decode()
    second = post(staff, "access:resident_new", {**WORDS, "name": "王秀蓝", "phone": "", "id_no": old})
    assert second.status_code == 422
    assert Resident.objects.count() == 1


def test_editing_shows_only_the_end_of_the_number_and_keeps_it(staff: Client) -> None:
    """INV-32: the full number is read by “查看全号” alone, which leaves a line."""
    post(staff, "access:resident_new", WORDS)
    person = Resident.objects.get()

    shown = staff.get(reverse("access:resident_edit", args=[person.pk])).content.decode()
    post(staff, "access:resident_edit", {**WORDS, "id_no": "", "building": "6号楼", "version": 1}, person.pk)
    kept = Resident.objects.get()
    other = {**WORDS, "id_kind": "passport", "id_no": "", "version": 2}
    post(staff, "access:resident_edit", other, person.pk)

    assert (WORDS["id_no"] in shown, "*" * 14 + "1497" in shown) == (False, True)
    assert (kept.building, kept.id_no, kept.id_last4) == ("6号楼", WORDS["id_no"], "1497")
    assert (Resident.objects.get().id_no, Resident.objects.get().id_last4) == ("", "")


def test_archive_hides_and_restores(staff: Client) -> None:
    post(staff, "access:resident_new", WORDS)
    person = Resident.objects.get()

    post(staff, "access:resident_archive", {"reason": "moved"}, person.pk)
    assert str(person.pk) not in staff.get(reverse("access:residents")).content.decode()
    post(staff, "access:resident_archive", {"reason": "restore"}, person.pk)
    assert str(person.pk) in staff.get(reverse("access:residents")).content.decode()


def test_revealing_the_number_leaves_a_line(staff: Client) -> None:
    """INV-32."""
    post(staff, "access:resident_new", WORDS)
    person = Resident.objects.get()

    answer = post(staff, "access:resident_reveal", {"purpose": "hospital"}, person.pk)

    assert "880603196712061497" in answer.content.decode()
    assert AuditEvent.objects.get(verb="resident.reveal_id").reason == "hospital"


@pytest.mark.parametrize("name", ["access:resident", "access:resident_edit"])
def test_a_stranger_sees_404(staff: Client, name: str) -> None:
    post(staff, "access:resident_new", WORDS)
    person = Resident.objects.get()
    stranger = staff_of(places.NEXT_DOOR)

    there = stranger.get(reverse(name, args=[person.pk]))
    absent = stranger.get(reverse(name, args=[uuid.uuid4()]))

    assert there.status_code == absent.status_code == 404
    assert "王秀兰" not in there.content.decode()


@pytest.mark.parametrize("name", ["access:resident_archive", "access:resident_reveal", "access:resident_edit"])
def test_a_stranger_changes_nothing(staff: Client, name: str) -> None:
    post(staff, "access:resident_new", WORDS)
    person = Resident.objects.get()

    assert post(staff_of(places.NEXT_DOOR), name, WORDS, person.pk).status_code == 404


def test_list_costs_the_same_at_5_and_at_50_residents(staff: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """speed.md: resident list and search at most 6 queries, session, sign-in and post included."""
    monkeypatch.setattr(clock, "_CACHE_S", 3600.0)  # a busy machine takes longer than the clock's offset is kept
    actor = Post.objects.get().actor()

    def cost(words: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            staff.get(reverse("access:residents"), {"q": words})
        return len(queries)

    def add(count: int) -> None:
        for number in range(count):
            facts = ResidentFacts(name=f"王{number}", building=f"{number}号楼", phone="15400003328")
            residents.register(places.community(), facts=facts, by=actor, at=clock.now(), is_other=True)

    add(5)
    cost("")  # the hotline is read once a minute
    few = (cost(""), cost("王"))
    add(45)
    many = (cost(""), cost("王"))

    assert few == many
    assert max(many) <= 6, many


def test_a_result_is_written_down_and_shown_and_an_edit_keeps_it(staff: Client) -> None:
    """E1: the community writes it down where the person is; editing the register neither shows nor loses it."""
    post(staff, "access:resident_new", WORDS)
    person = Resident.objects.get()
    page = staff.get(reverse("access:resident", args=[person.pk])).content.decode()
    assert "没有检测记录" in page

    assert post(staff, "access:resident_result", {}, person.pk).status_code == 422
    post(staff, "access:resident_result", {"result": "positive"}, person.pk)
    page = staff.get(reverse("access:resident", args=[person.pk])).content.decode()
    assert "上次检测" in page
    assert marked(page)
    person.refresh_from_db()
    post(staff, "access:resident_edit", {**WORDS, "machine_class": "HBV", "version": person.version}, person.pk)
    person.refresh_from_db()
    assert (person.machine_class, person.precaution) == ("HBV", "positive")
    assert OutboxMessage.objects.filter(kind="resident.infection_changed").count() == 2


def test_another_communitys_resident_gets_no_result(staff: Client) -> None:
    post(staff, "access:resident_new", WORDS)
    person = Resident.objects.get()
    assert (
        post(staff_of(places.NEXT_DOOR), "access:resident_result", {"result": "positive"}, person.pk).status_code == 404
    )


def test_a_change_writes_what_was_changed_and_keeps_what_the_form_does_not_show(staff: Client) -> None:
    """What nobody touched stays, whatever it is; the record says in words who changed what."""
    post(staff, "access:resident_new", WORDS)
    Resident.objects.update(escort_reason="minor", household_ref="H1", phone_owner="daughter", name_search="mine")
    person = Resident.objects.get()
    shown = untouched(staff.get(reverse("access:resident_edit", args=[person.pk])).content.decode(), _edit(person))

    assert post(staff, "access:resident_edit", {**shown, "phone": ["15400003329"]}, person.pk).status_code == 302

    now = Resident.objects.get()
    assert (now.phone, now.phone_last4, now.version) == ("15400003329", "3329", 2)
    assert (now.escort_reason, now.household_ref, now.phone_owner, now.name_search) == (
        "minor", "H1", "daughter", "mine",
    )  # fmt: skip
    assert (now.id_no, now.birth_date) == (person.id_no, person.birth_date)
    assert AuditEvent.objects.get(verb="resident.update").detail == {"fields": ["phone"]}
    assert "改了电话" in staff.get(reverse("access:resident", args=[person.pk])).content.decode()


def _edit(person: Resident) -> str:
    return reverse("access:resident_edit", args=[person.pk])


def test_a_colleagues_change_stands_beside_what_was_typed_and_the_next_press_decides(staff: Client) -> None:
    post(staff, "access:resident_new", WORDS)
    person = Resident.objects.get()
    mine = untouched(staff.get(_edit(person)).content.decode(), _edit(person)) | {"building": ["7号楼"]}
    post(staff, "access:resident_edit", {**WORDS, "building": "6号楼", "version": 1}, person.pk)

    late = post(staff, "access:resident_edit", mine, person.pk).content.decode()

    assert "现在登记的是：6号楼" in late
    assert post(staff, "access:resident_edit", untouched(late, _edit(person)), person.pk).status_code == 302
    assert Resident.objects.get().building == "7号楼"


def test_what_is_needed_is_chosen_not_preset(staff: Client) -> None:
    page = staff.get(reverse("access:resident_new")).content.decode()
    answer = post(staff, "access:resident_new", {**WORDS, "need_kind": ""})

    assert untouched(page, reverse("access:resident_new"))["need_kind"] == [""]
    assert answer.status_code == 422
    assert "请选需要什么" in answer.content.decode()


def test_each_of_several_needs_is_a_form_of_its_own(staff: Client) -> None:
    """Another need, a change of its kind, and one that stands already; what was asked under the old kind is let go."""
    post(staff, "access:resident_new", WORDS)
    person, dialysis = Resident.objects.get(), CareNeed.objects.get()
    CareNeed.objects.update(supply_days=28, medicines=["碳酸钙"])
    page = staff.get(reverse("access:need_edit", args=[person.pk, dialysis.pk])).content.decode()

    added = post(staff, "access:need_new", {"need_kind": "picc_care", "cycle_days": "7"}, person.pk)
    twice = post(staff, "access:need_new", {"need_kind": "dialysis"}, person.pk)
    both = post(staff, "access:need_new", {"need_kind": "radiotherapy", "days": ["1"], "cycle_days": "7"}, person.pk)
    two_weeks = {**untouched(page, reverse("access:need_edit", args=[person.pk, dialysis.pk])), "even_days": ["3", "6"]}
    changed = post(staff, "access:need_edit", two_weeks, person.pk, dialysis.pk)
    dialysis.refresh_from_db()
    rhythm = (dialysis.schedule_kind, dialysis.schedule_days, dialysis.shift, dialysis.supply_days, dialysis.medicines)
    kind = {"need_kind": "peritoneal_dialysis", "version": dialysis.version}
    other = post(staff, "access:need_edit", {**two_weeks, **kind}, person.pk, dialysis.pk)
    dialysis.refresh_from_db()

    assert [each.status_code for each in (added, twice, both, changed, other)] == [302, 422, 422, 302, 302]
    assert "已经有“血液透析”（在办）了" in twice.content.decode()
    assert "只填一样" in both.content.decode()
    assert rhythm == ("two_weekly", "2,4,6|3,6", "PM", 28, ["碳酸钙"])
    assert (dialysis.kind, dialysis.service_kind, CareNeed.objects.count()) == ("peritoneal_dialysis", "nephrology", 2)
    history = staff.get(reverse("access:resident", args=[person.pk])).content.decode()
    assert "改了血液透析的多久一次" in history
