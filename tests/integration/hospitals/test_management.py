"""Hospital management sees how services stand, and no patient (authz: fields and actions of hospadm)."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import hospitals as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager() -> Client:
    """Somebody of the hospital's management, with a patient in the house."""
    arrival = make.make_intake()
    client = Client()
    client.force_login(make.make_desk_user(arrival.facility, role="hospadm"))
    return client


@pytest.mark.parametrize("name", ["hospitals:desk", "hospitals:inside", "hospitals:find"])
def test_pages_with_patients_belong_to_the_desk(manager: Client, name: str) -> None:
    """INV-32."""
    answer = manager.get(reverse(name))

    assert answer.status_code == 403
    assert "王秀兰" not in answer.content.decode()


def test_services_are_theirs_and_they_land_there(manager: Client) -> None:
    assert manager.get(reverse("home")).headers["Location"] == reverse("hospitals:services")
    assert manager.get(reverse("hospitals:services")).status_code == 200
