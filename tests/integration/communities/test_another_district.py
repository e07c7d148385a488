"""Another district reads its own: hotline and the source of each reason come from the rulebook by scope."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from access.models import AccessRequest
from accounts.models import Post, User
from communities.models import PolicyDocument
from communities.services import hotline, rulebook
from tests import walkers
from tests.factories import communities as make
from tests.walkers import AT

DEMO_CITY = re.compile("丹东|3791111|元宝|振兴区|振安|DD-F")
PLACES = (
    "core",
    "accounts",
    "calls",
    "communities",
    "hospitals",
    "transport",
    "access",
    "dispatch",
    "config",
    "templates",
)
SUZHOU, NUMBER = "320508001001", "65221234"


@pytest.mark.django_db
def test_hotline_and_sources_are_those_of_the_place() -> None:
    """R-002-2f."""
    town = walkers.town()
    area = make.area("suzhou", "姑苏区")
    area.city_code = "320500"
    area.save()
    home = make.community(SUZHOU, "平江花园", dispatch_area=area)
    order = PolicyDocument.objects.create(code="sz", title="苏州市通告")
    for key, value in (("hotline.volunteer_fleet", NUMBER), ("route.ordinary", "usual"), ("route.scheduled", "usual")):
        rulebook.set_rule(order, key=key, value=value, scope="320500", by=make.BY, at=AT)
    asked = walkers.ask(town)
    AccessRequest.objects.filter(pk=asked.pk).update(community=home, zone_class="precautionary")
    posts = [
        ("staff", "community", home.code), ("guard", "gate", f"{home.code}-1"), ("dispatch", "dispatch_area", area.code),
        ("command", "city", "320500"),
    ]  # fmt: skip

    for role, kind, code in posts:
        user = User.objects.create_user(role, "a-long-test-password", name="沈值班")
        Post.objects.create(user=user, role=role, place_kind=kind, place_code=code, place_label="苏州")
        client = Client()
        client.force_login(user)
        html = client.get("/", follow=True).content.decode()
        assert NUMBER in html, role
        assert "3791111" not in html, role
        if role == "staff":
            shown = client.get(reverse("access:request", args=[asked.pk]))
            assert NUMBER in shown.context["chat_text"]
            assert "苏州市通告" in {each.get("source") for each in shown.context["d"].why_hospital}

    assert hotline.of_place(make.HOME, at=AT) == "3791111"
    assert hotline.of_place("440305001001", at=AT) == "", "a district without one shows none"


def test_no_word_of_the_demo_city_stands_in_code_or_templates() -> None:
    root = Path(settings.BASE_DIR)
    files = [file for place in PLACES for suffix in ("*.py", "*.html") for file in (root / place).rglob(suffix)]
    told = [str(file.relative_to(root)) for file in files if DEMO_CITY.search(file.read_text())]

    assert told == []
