"""A form that edits, opened and posted back untouched, leaves every row to the byte; a new one joins by itself."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import reverse

from access.models import CareNeed, Resident
from core import clock
from core.editing import EditForm, VersionedForm
from core.sealed import create_person_key
from core.vocabulary import NeedKind
from hospitals.models import Intake, Service, Slot
from tests.browser_form import untouched
from tests.factories import town
from tests.factories.town import Side
from tests.forms_walk import all_forms

pytestmark = pytest.mark.django_db
# forms that make something new, decide, ask or search: there is no row whose columns they show to be changed
MAKES_NEW = {
    "ResidentForm": "a new person with a first need", "NewNeedForm": "another need", "PersonFields": "the fields of two forms",
    "NeedFields": "the fields of three forms", "EditForm": "the base", "VersionedForm": "the base",
    "RequestForm": "a new request", "CallerForm": "a new request", "PhoneForm": "a search", "CancelForm": "an act",
    "ReasonForm": "an act", "NotGoneForm": "an act", "ResultForm": "a new result", "AbsenceForm": "a new stay away", "NeedActForm": "an act",
    "SignInForm": "no row", "NewPasswordForm": "a new password", "EndForm": "an act", "CodeForm": "a search", "ScanForm": "a new scan",
    "EmergencyForm": "a new scan", "DetailForm": "what is added to a scan, shown empty", "ListForm": "a search",
    "ChoiceForm": "a choice", "ZoneForm": "a new period", "OverloadForm": "a new report", "TransferForm": "a new request",
    "AcceptForm": "an act", "PassOnForm": "an act", "SampleForm": "a new result", "NoteForm": "an act",
    "WhenForm": "an act", "LateForm": "an act", "DeclineForm": "an act", "AbortForm": "an act",
    "RoadsideForm": "a new call", "GalleryForm": "no row",
}  # fmt: skip
EDITS = {"PersonForm", "NeedForm", "DescribeForm", "StatusForm", "MachinesForm", "CapacityForm", "StrangerForm"}
STAMPS = {"hospitals_service": ("confirmed_at", "confirmed_by")}  # saying that it still stands is what is said
TABLES = ("access_resident", "access_careneed", "hospitals_intake", "hospitals_service", "hospitals_slot")
RHYTHMS = [
    ("weekly", "1,3,5"), ("two_weekly", "2,4,6|3,6"), ("two_weekly", "|3"), ("cycle", "21d"), ("cycle", "400d"),
    ("cycle", "x"), ("date", ""), ("refill", ""), ("none", ""), ("", ""), ("weekly", "9,x"),
]  # fmt: skip


def _people(side: Side) -> Iterator[Resident]:
    """Make a resident of each odd kind: what no form would take today among it."""
    odd: list[dict[str, Any]] = [
        {}, {"building": "", "phone_owner": "", "id_kind": ""}, {"sex": "F", "birth_date": date(1958, 7, 9)},
        {"birth_date": date(56, 4, 2), "id_kind": "old_paper", "phone_owner": "daughter"},
        {"mobility": "stretcher", "escort_required": True, "escort_reason": "minor", "needs_oxygen": True},
        {"machine_class": "HDV", "has_stairs": True, "precaution": "positive"},
        {"name": "古丽米热·艾比江", "building": "5号楼 "}, {"name": "𱍐\ue000<王>"},
    ]  # fmt: skip
    notes = ["", "怕黑\n从后门走\r\n ", "长" * 900, " 前后有空 "]
    phones = ["", "15400003328", "0415-312 0816 转 816", "x" * 30]
    for number, (row, note, phone) in enumerate(
        zip(odd, itertools.cycle(notes), itertools.cycle(phones), strict=False)
    ):
        person = Resident(
            person_key=create_person_key(), community=side.community, registered_at=clock.now(), id_last4="1497",
            **{"name": f"王{number}", "name_key": "w", "name_search": "w", "building": "5号楼", **row},
        )  # fmt: skip
        person.note, person.phone, person.address, person.id_no = note, phone, note[:100], "880603196712061497"
        person.save(force_insert=True)
        yield person


def _needs(people: list[Resident], side: Side) -> None:
    """Give each of them needs: of every kind, in every rhythm, with what the form does not show."""
    rhythms = itertools.cycle(RHYTHMS)
    for number, (person, kind) in enumerate(itertools.product(people[:3], NeedKind)):
        how, days = next(rhythms)
        need = CareNeed(
            resident=person, person_key=person.person_key, kind=kind, status_at=clock.now(), schedule_kind=how,
            schedule_days=days, shift=("", "AM", "EVE", "NGT")[number % 4], medicines=["碳酸钙"], risk_colour="橙",
            session_hours=(None, 4.0, 0.1, 2.5)[number % 4], next_date=(None, date(2022, 6, 30))[number % 2],
            facility=(side.facility, None)[number % 2], due_date=date(2022, 9, 1), pregnancy_week=20, supply_days=28,
        )  # fmt: skip
        need.diagnosis = "慢性肾衰竭"
        need.save(force_insert=True)


def _rows() -> dict[str, list[dict[str, Any]]]:
    found = {}
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"SELECT to_jsonb(t) FROM {table} t ORDER BY t.id")
            rows = [json.loads(row) if isinstance(row, str) else row for (row,) in cursor.fetchall()]
            for row in rows:
                for name in STAMPS.get(table, ()):
                    row.pop(name)
            found[table] = rows
    return found


def _addresses(side: Side) -> Iterator[tuple[str, str, str]]:
    """Give (role, page, form's address) of every editing form for every row there is."""
    for person in Resident.objects.all():
        to = reverse("access:resident_edit", args=[person.pk])
        yield "staff", to, to
    for need in CareNeed.objects.all():
        to = reverse("access:need_edit", args=[need.resident_id, need.pk])
        yield "staff", to, to
    for row in Intake.objects.filter(facility=side.facility):
        if row.is_walk_in:
            yield "intake", reverse("hospitals:intake", args=[row.pk]), reverse("hospitals:describe", args=[row.pk])
    page = reverse("hospitals:services")
    for service in Service.objects.filter(facility=side.facility):
        yield "intake", page, reverse("hospitals:set_status", args=[service.pk])
        if service.kind == "hemodialysis":
            yield "intake", page, reverse("hospitals:set_machines", args=[service.pk])
    for slot in Slot.objects.filter(service__facility=side.facility, ends_at__gt=clock.now()):
        yield "intake", page, reverse("hospitals:set_capacity", args=[slot.pk])


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_posted_back_untouched_every_row_stays_to_the_byte(language: str) -> None:
    now = clock.now()
    side = town.build(1, at=now)
    people = list(_people(side))
    _needs(people, side)
    Intake.objects.filter(pk=side.walk_in.pk).update(note=" 胸痛\n ", need_kind="odd")
    until = now + timedelta(hours=5, seconds=31)
    Service.objects.filter(pk=side.service.pk).update(status="limited", status_until=until, status_reason=" 缺人 ")
    clients = {}
    for role in ("staff", "intake"):
        client = clients[role] = Client()
        client.force_login(side.users[role])
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    before, faults, count = _rows(), [], 0
    for role, page, to in _addresses(side):
        html = clients[role].get(page).content.decode()
        answer = clients[role].post(to, untouched(html, to))
        count += 1
        if answer.status_code != 302:
            said = re.findall(r'class="error"[^>]*>(?:<svg.*?</svg>)?([^<]+)', answer.content.decode())
            faults.append(f"{to}: {answer.status_code} {said}")
    after = _rows()

    assert faults == []
    for table in TABLES:
        for old, new in zip(before[table], after[table], strict=True):
            assert {key: (value, new[key]) for key, value in old.items() if value != new[key]} == {}, table
    assert count > len(people) + len(NeedKind) * 3


def test_every_form_that_edits_is_walked() -> None:
    """A new form stands in neither list and fails here: say what it makes, or add its address above."""
    forms = {form.__name__: form for form in all_forms()}
    bases = {EditForm.__name__, VersionedForm.__name__}
    edits = {name for name, form in forms.items() if issubclass(form, EditForm)} - bases

    assert set(forms) | bases == EDITS | set(MAKES_NEW)
    assert edits - EDITS == set(), "an EditForm edits"


def test_every_input_filled_by_hand_is_known() -> None:
    """An input written by hand with a row's value edits a row without a form: these alone, each walked or told above."""
    filled = re.compile(
        r"<input(?=[^>]*\bvalue=\"\{[{%])(?![^>]*type=\"(?:hidden|radio|checkbox|search|submit)\")[^>]*>"
    )
    found = {
        page.relative_to(settings.BASE_DIR / "templates").as_posix()
        for page in Path(settings.BASE_DIR).glob("templates/**/*.html")
        if filled.search(page.read_text())
    }

    acts_and_searches = {
        "access/residents/_need.html",
        "components/tiles.html",
        "hospitals/find.html",
        "dispatch/board.html",
        "transport/_trouble.html",
    }
    assert found - acts_and_searches == {"hospitals/services.html", "access/_stranger.html"}


def test_a_number_that_cannot_be_stays_in_its_field() -> None:
    side = town.build(1, at=clock.now())
    client = Client()
    client.force_login(side.users["intake"])
    slot = Slot.objects.filter(service__facility=side.facility, ends_at__gt=clock.now()).first()
    assert slot is not None

    answer = client.post(
        reverse("hospitals:set_capacity", args=[slot.pk]), {"capacity": "一百", "idempotency_key": "k" * 20}
    )

    assert answer.status_code == 422
    assert 'value="一百"' in answer.content.decode()
