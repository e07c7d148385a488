"""Sealed facts stand for one person, in one place, under one key (INV-31, trust.md E5, E6)."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from access.models import Resident
from core import sealed
from core.models import PersonKey
from tests.factories import access as make
from tests.factories import communities as places

pytestmark = pytest.mark.django_db
PHONE = "15400003328"


def test_a_sealed_telephone_moved_to_another_column_or_row_is_not_read() -> None:
    """Guard: what is sealed is bound to its table, column and row. Who may write the table cannot move a fact."""
    one, other = make.resident(places.community(), phone=PHONE), make.resident(places.community(), "赵德福")
    Resident.objects.filter(pk=one.pk).update(note_sealed=one.phone_sealed)
    Resident.objects.filter(pk=other.pk).update(phone_sealed=one.phone_sealed, person_key=one.person_key)

    moved, copied = Resident.objects.get(pk=one.pk), Resident.objects.get(pk=other.pk)
    assert (moved.phone, moved.note, copied.phone) == (PHONE, sealed.UNREADABLE, sealed.UNREADABLE)
    page = Client()
    page.force_login(places.staff())
    assert PHONE not in page.get(reverse("access:resident", args=[other.pk])).content.decode()


def test_a_persons_key_laid_under_another_person_opens_nothing() -> None:
    """Guard: the wrapped key is bound to its person."""
    one, other = make.resident(places.community(), phone=PHONE), make.resident(places.community(), "赵德福")
    key = PersonKey.objects.get(pk=one.person_key)
    PersonKey.objects.filter(pk=other.person_key).update(wrapped=key.wrapped)
    sealed.forget()

    assert not sealed.opens(PersonKey.objects.get(pk=other.person_key))
    assert sealed.unseal(one.phone_sealed, other.person_key, "x") == sealed.UNREADABLE


def test_an_index_made_without_the_key_finds_nobody(settings: Any) -> None:
    """Guard: the blind index is keyed. Who reads the table and tries all numbers finds nothing without the secret."""
    person = make.resident(places.community(), phone=PHONE)
    settings.BLIND_INDEX_KEY = "another secret, as long as the product asks for"

    guessed = make.resident(places.community(), "赵德福", phone=PHONE)

    assert person.phone_index
    assert guessed.phone_index != person.phone_index
