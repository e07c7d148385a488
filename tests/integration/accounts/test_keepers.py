"""Whoever keeps the installation: the first administrator, the page of the auditor and that of the administrator."""

from __future__ import annotations

import re
import subprocess
import sys
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from access.models import AccessRequest
from accounts.models import Post, User
from accounts.services import people
from core import audit
from core.actors import service
from core.errors import Conflict
from core.models import AuditEvent
from core.vocabulary import Role

pytestmark = pytest.mark.django_db
FIRST = {"number": "13900000001", "name": "于工", "place": "210600", "place_name": "丹东市"}
GOOD = {"password": "douzhi-sanqian-7", "again": "douzhi-sanqian-7"}


def made(**other: str) -> str:
    """Run the command; return the path and link it printed."""
    out = StringIO()
    call_command("first_administrator", **{**FIRST, **other}, stdout=out, stderr=StringIO())
    [line] = out.getvalue().split()
    return line.removeprefix(settings.PAGE_ORIGIN)


def choose(address: str, **typed: str) -> int:
    client = Client()
    [link] = re.findall(r'name="link" value="([^"]+)"', client.get(address).content.decode()) or ["none"]
    return client.post(reverse("choose_password"), {"link": link, **GOOD, **typed}).status_code


def test_first_administrator_chooses_a_password_once_and_lands_on_a_page(client: Client) -> None:
    """faults.md 2: createsuperuser crashed, and an administrator who signed in read 403."""
    address = made(number=" １３９ 0000 ００01 ")
    assert choose(address, again="douzhi-sanqian-8") == 422
    assert choose(address, password="1234567890", again="1234567890") == 422
    assert choose(address) == 302
    assert client.get(address).status_code == 410, "the link was used"
    assert choose(address) == 410

    client.post(reverse("sign_in"), {"username": FIRST["number"], "password": GOOD["password"]})
    landed = client.get(reverse("home"), follow=True)

    assert landed.status_code == 200
    assert "于工" in landed.content.decode()
    assert "能登录" in landed.content.decode()
    assert AuditEvent.objects.filter(verb__in=["user.create", "user.grant_role", "user.choose_password"]).count() == 3


def test_a_second_administrator_is_refused_and_the_first_gets_another_link() -> None:
    assert made() == made()
    with pytest.raises(CommandError, match="There is an administrator already"):
        made(number="13900000002")
    with pytest.raises(Conflict, match="已经有管理员"):
        people.first_administrator(
            "13900000002", name="别人", place=("city", "210600", "丹东市"), by=service("x"), at=timezone.now()
        )
    assert Post.objects.filter(role=Role.SYSADMIN).count() == 1


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [("place", "丹东", "six digits"), ("name", " ", "--name is needed"), ("number", "1" * 41, "at most 40")],
)
def test_command_says_what_is_wrong(option: str, value: str, said: str) -> None:
    with pytest.raises(CommandError, match=said):
        made(**{option: value})
    assert not User.objects.exists()


def test_djangos_own_command_points_to_ours() -> None:
    words = [sys.executable, str(settings.BASE_DIR / "manage.py"), "createsuperuser"]

    ended = subprocess.run(words, capture_output=True, text=True, check=False)

    assert ended.returncode != 0
    assert ended.stderr.startswith("Use ./dev manage first_administrator")


@pytest.mark.parametrize("link", ["", "x", "x.y", "00000000-0000-0000-0000-000000000000.a-b", "\0.\0"])
def test_bad_links_read_one_sentence(client: Client, link: str) -> None:
    for answer in (
        client.get(reverse("choose_password"), {"link": link}),
        client.post(reverse("choose_password"), {"link": link, **GOOD}),
    ):
        assert answer.status_code == 410
        assert "这个链接用过了" in answer.content.decode()


@pytest.mark.parametrize(
    ("place", "seen", "unseen"),
    [(("city", "210600"), ["林晓", "赵敏"], []), (("district", "210603"), ["林晓"], ["赵敏"])],
)
def test_the_auditor_reads_who_did_what_within_the_place(
    client: Client, place: tuple[str, str], seen: list[str], unseen: list[str]
) -> None:
    """authz: audit.list D; never a value, never a reason somebody typed."""
    for name, role, code in (("林晓", Role.STAFF, "210603001002"), ("赵敏", Role.STAFF, "210602001002")):
        user = User.objects.create(username=code, name=name)
        post = Post.objects.create(user=user, role=role, place_kind="community", place_code=code, place_label="社区")
        extra = {"reason": "因为肾衰竭", "old_status": "submitted", "new_status": "cancelled"}
        audit.record("request.cancelled", AccessRequest(), by=post.actor(), at=timezone.now(), **extra)
        audit.record("resident.reveal_id", by=post.actor(), at=timezone.now())
    auditor = User.objects.create(username="auditor", name="审计员")
    Post.objects.create(user=auditor, role=Role.AUDITOR, place_kind=place[0], place_code=place[1], place_label="审计")
    client.force_login(auditor)

    page = client.get(reverse("home"), follow=True)

    assert page.status_code == 200
    words = page.content.decode()
    assert all(name in words for name in seen)
    assert not any(name in words for name in (*unseen, "肾衰竭"))
    assert all(said in words for said in ("出行申请：已取消", "已提交 → 已取消", "查看证件全号"))
    assert not any(code in words for code in ("request.cancelled", "reveal_id", "submitted"))

    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    assert "Saw the whole identity number" in client.get(reverse("audit_log")).content.decode()
