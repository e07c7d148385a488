"""A database knows what it belongs to, and refuses what belongs elsewhere (faults.md 2)."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, connection, transaction

from accounts.models import User
from core import clock, installation, sealed
from core.errors import NotAllowed
from core.models import ClockOffset, Installation
from core.secrets_store import read_secret

DANDONG = django_settings.BASE_DIR / "demo" / "dandong"


@pytest.fixture
def production(db: None) -> None:
    """A database that was started as production, looked at by a shell in which nothing is set."""
    Installation.objects.create(kind="production")


def test_the_first_start_decides_and_later_ones_change_nothing(db: None, settings) -> None:
    assert installation.stored_kind() == ""
    installation.remember()
    settings.PRODUCTION = True
    installation.remember()

    assert installation.stored_kind() == "demo"


def test_production_refuses_what_belongs_to_a_demo(production: None) -> None:
    demo = ["load_city", str(DANDONG)]
    for words in (demo, [*demo, "--demo"], ["drill"], ["drill", "--watch", "60"]):
        with pytest.raises(CommandError, match="refused here: this is a production installation"):
            call_command(*words)
    with pytest.raises(NotAllowed, match="refused here"):
        clock.set_offset(timedelta(hours=3))


def test_demo_with_its_clock_never_becomes_production(db: None, settings) -> None:
    clock.set_offset(timedelta(hours=3))
    settings.PRODUCTION = True

    try:
        with pytest.raises(CommandError, match="cannot become production"):
            call_command("remember_installation")
    finally:
        clock.forget()


WRITES = {
    "clock": lambda: ClockOffset.objects.create(seconds=60),
    "sign-in": lambda: User.objects.create(username="shequ", is_demo=True),
    "bulk": lambda: User.objects.bulk_create([User(username="shequ", is_demo=True)]),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_the_database_itself_refuses_rows_of_a_demo(production: None, write) -> None:
    with pytest.raises(IntegrityError, match="rows of a demo"), transaction.atomic():
        write()
    User.objects.create(username="13800000000")
    with connection.cursor() as cursor:
        for table in ("core_clockoffset", "accounts_user"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    write()  # the twin: nothing else holds them back


def test_what_a_database_belongs_to_stays(production: None) -> None:
    for change in (lambda: Installation.objects.update(kind="demo"), lambda: Installation.objects.all().delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    with pytest.raises(IntegrityError), transaction.atomic():
        Installation.objects.create(pk=2, kind="demo")
    Installation.objects.update(check_values={"field_kek": "x"})


@pytest.mark.django_db(transaction=True)
def test_a_process_of_another_kind_may_not_start(settings) -> None:
    assert installation.trouble() == ""
    Installation.objects.create(kind="production")
    assert "belongs to a production installation" in installation.trouble()

    settings.PRODUCTION = True
    assert installation.trouble() == ""


def test_start_with_keys_of_another_database_is_refused(db: None, settings, monkeypatch) -> None:
    """One sentence names the key; the session key may be another one."""
    sealed.create_person_key()
    installation.remember()
    facts = json.dumps(Installation.objects.get().check_values)
    monkeypatch.setattr(installation, "_stored", lambda: ("demo", facts))
    settings.SECRET_KEY = "another" * 8
    assert installation.trouble() == ""

    for name in installation.KEYS:
        right = getattr(settings, name.upper())
        setattr(settings, name.upper(), "0123456789" * 5)
        assert f"The secret {name} is not the one" in installation.trouble()
        setattr(settings, name.upper(), right)


def test_rows_of_another_key_are_told_before_a_check_value_is_made(db: None, settings) -> None:
    sealed.create_person_key()
    settings.FIELD_KEK = "0123456789" * 5

    with pytest.raises(NotAllowed, match="field_kek"):
        installation.remember()

    assert not Installation.objects.exists()


@pytest.mark.parametrize("value", ["x", "a" * 64, "0123456789" * 3], ids=["letter", "plain", "short"])
def test_secret_that_could_be_guessed_is_refused(tmp_path: Path, value: str) -> None:
    (tmp_path / "field_kek").write_text(value)

    with pytest.raises(ImproperlyConfigured, match="field_kek is too short or too plain"):
        read_secret("field_kek", tmp_path, create=False)
