"""Signing in, posts, display choices."""

import time

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from accounts.models import Post, User
from core.vocabulary import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def user() -> User:
    user = User.objects.create_user("15400000001", "a-long-password", name="林晓")
    Post.objects.create(user=user, role=Role.AUDITOR, place_kind="city", place_code="210600", place_label="丹东市")
    return user


def sign_in(client: Client, username: str, password: str):
    return client.post(reverse("sign_in"), {"username": username, "password": password})


def test_sign_in_leads_home(client: Client, user: User) -> None:
    assert sign_in(client, "15400000001", "a-long-password").headers["Location"] == reverse("home")


@pytest.mark.parametrize(
    "typed",
    ["１５４００００００01", "154 0000 0001", "154-0000-0001", "+86 15400000001", "15400000001\u200b", "ｇ００７"],
)
def test_number_is_read_however_it_is_typed(client: Client, user: User, typed: str) -> None:
    """Through an input method, from a telephone book, with a capital that the telephone makes."""
    if "ｇ" in typed:
        User.objects.filter(pk=user.pk).update(username="G007")
    assert sign_in(client, typed, "a-long-password").headers.get("Location") == reverse("home")


def test_two_numbers_that_differ_by_a_capital_are_two_people(client: Client, user: User) -> None:
    User.objects.filter(pk=user.pk).update(username="Shequ")
    User.objects.create_user("shequ", "another-password", name="孙")

    assert sign_in(client, "shequ", "a-long-password").status_code == 422
    assert sign_in(client, "SHEQU", "a-long-password").status_code == 422
    assert sign_in(client, "Shequ", "a-long-password").status_code == 302


def test_wrong_password_and_unknown_number_read_the_same(client: Client, user: User) -> None:
    """G21: no enumeration by text."""
    wrong = sign_in(client, "15400000001", "nope-nope-nope")
    unknown = sign_in(client, "15499999999", "nope-nope-nope")

    assert wrong.status_code == unknown.status_code == 422
    strip = lambda body: body.split(b"<form method")[0]  # noqa: E731 (the typed number differs below)
    assert "号码或密码不对" in wrong.content.decode()
    assert "号码或密码不对" in unknown.content.decode()
    assert len(strip(wrong.content)) == len(strip(unknown.content))
    assert 'value="15400000001"' in wrong.content.decode()


def _cpu_s(client: Client, username: str) -> float:
    began = time.process_time()
    sign_in(client, username, "nope-nope-nope")
    return time.process_time() - began


def test_an_unknown_number_takes_as_long_as_a_known_one(client: Client, user: User) -> None:
    """Guard: G21, no enumeration by the clock. The password of nobody is hashed at the same cost."""
    numbers = [("15400000001", f"1549999999{digit}") for digit in range(4)]
    taken = [(_cpu_s(client, known), _cpu_s(client, unknown)) for known, unknown in numbers]
    known_s, unknown_s = (min(each) for each in zip(*taken[1:], strict=True))  # the first makes the hash of nobody

    assert 0.7 * known_s < unknown_s < 1.4 * known_s, (known_s, unknown_s)


def test_five_wrong_tries_lock_one_account_only(client: Client, user: User) -> None:
    other = User.objects.create_user("15400000002", "another-password", name="孙")
    for _ in range(5):
        sign_in(client, "15400000001", "nope-nope-nope")

    assert "锁 10 分钟" in sign_in(client, "15400000001", "a-long-password").content.decode()
    assert sign_in(client, other.username, "another-password").status_code == 302


def test_demo_user_is_refused_where_demo_is_off(client: Client, user: User, settings) -> None:
    User.objects.filter(pk=user.pk).update(is_demo=True)
    settings.DEMO = False

    assert sign_in(client, "15400000001", "a-long-password").status_code == 422


def test_next_never_leads_to_another_site(client: Client, user: User) -> None:
    answer = client.post(
        reverse("sign_in"),
        {"username": "15400000001", "password": "a-long-password", "next": "https://elsewhere.example/"},
    )

    assert answer.headers["Location"] == reverse("home")


def test_switching_to_somebody_elses_post_is_404(client: Client, user: User) -> None:
    stranger = User.objects.create_user("15400000003", "another-password", name="周")
    post = Post.objects.create(user=stranger, role=Role.GUARD, place_kind="gate", place_code="1", place_label="门")
    client.force_login(user)

    assert client.post(reverse("switch_post", args=[post.pk])).status_code == 404


def test_large_text_is_kept_on_the_account_and_for_the_sign_in_page(client: Client, user: User) -> None:
    client.force_login(user)

    client.post(reverse("prefer"), {"large": "1"})

    user.refresh_from_db()
    assert user.large_text
    assert client.cookies["large"].value == "1"


def test_health_needs_no_sign_in_and_no_database(client: Client) -> None:
    release = settings.RELEASE
    told = {"live": True, "version": release.version, "commit": release.commit}
    assert client.get("/health/live").json() == told
    assert client.get("/health/ready").status_code == 200


def test_the_foot_of_a_page_says_which_release_it_is(client: Client, user: User) -> None:
    """Whoever rings for help reads it out, signed in or not."""
    words = f"一来一回 {settings.RELEASE}</footer>"
    assert words in client.get(reverse("sign_in")).content.decode()

    client.force_login(user)

    assert words in client.get("/", follow=True).content.decode()


@pytest.mark.parametrize("change", ["another_post", "another_person"])
def test_a_tab_left_open_presses_nothing_for_whoever_works_there_now(user: User, change: str) -> None:
    """A button of a page that was opened by another post, or person, of this browser is refused and nothing is done."""
    other = User.objects.create_user("15400000004", "another-password", name="周")
    second = Post.objects.create(
        user=user, role=Role.AUDITOR, place_kind="city", place_code="210700", place_label="锦州"
    )
    client = Client(enforce_csrf_checks=True)

    def token() -> str:
        client.get(reverse("sign_in"))
        return client.cookies["csrftoken"].value

    person = {"username": user.username, "password": "a-long-password", "csrfmiddlewaretoken": token()}
    client.post(reverse("sign_in"), person)
    of_the_old_tab = token()
    if change == "another_post":
        client.post(reverse("switch_post", args=[second.pk]), {"csrfmiddlewaretoken": of_the_old_tab})
    else:
        client.post(reverse("sign_out"), {"csrfmiddlewaretoken": of_the_old_tab})
        person = {"username": other.username, "password": "another-password", "csrfmiddlewaretoken": token()}
        client.post(reverse("sign_in"), person)

    pressed = client.post(reverse("prefer"), {"large": "1", "csrfmiddlewaretoken": of_the_old_tab})

    assert pressed.status_code == 403
    assert not User.objects.filter(large_text=True).exists()
    now = {"large": "1", "csrfmiddlewaretoken": token()}
    assert client.post(reverse("prefer"), now).status_code == 302, "a page opened since is believed"


@pytest.mark.parametrize(("cookie", "shown"), [("", "zh-CN"), ("en", "en"), ("zh-hans", "zh-CN"), ("de", "zh-CN")])
def test_chinese_is_first_and_english_only_by_the_switch(client: Client, cookie: str, shown: str) -> None:
    """An English browser is nobody's wish."""
    if cookie:
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = cookie

    page = client.get(reverse("sign_in"), headers={"Accept-Language": "en-US,en;q=0.9"})

    assert f'<html lang="{shown}"' in page.content.decode()
