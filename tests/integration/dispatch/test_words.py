"""The database refuses words outside an enum, and every page survives a row that slipped through."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from tests.factories import town

pytestmark = pytest.mark.django_db
WORDS = {
    "transport_vehicle": {"vehicle_class": "'出租车'", "status": "'坏了'", "zones_allowed": "ARRAY['高风险区']"},
    "communities_zoneperiod": {"zone_class": "'高风险区'"},
    "access_careneed": {"kind": "'透析'"},
    "access_resident": {"mobility": "'火箭'"},
    "hospitals_facility": {"zone_role": "'绿码医院'"},
    "hospitals_service": {"status": "'算命'"},
}
PAGES = {
    "staff": ("/", "/residents/", "/requests/", "/passes/"),
    "guard": ("/gate/", "/gate/list/"),
    "dispatch": ("/dispatch/", "/dispatch/vehicles/", "/dispatch/facilities/", "/dispatch/engine/"),
    "driver": ("/drive/", "/drive/today/", "/drive/print/"),
    "intake": ("/desk/", "/desk/inside/", "/desk/services/"),
    "command": ("/command/", "/command/zones/"),
}


def force(table: str, column: str, word: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET {column} = {word}")


def test_words_outside_the_enum_are_refused_and_pages_live_with_those_that_are_there() -> None:
    sides = town.both()
    with connection.cursor() as cursor:  # the guards of the moves would refuse first
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in WORDS:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    found = [(table, column, word) for table, columns in WORDS.items() for column, word in columns.items()]
    for table, column, word in found:
        with pytest.raises(IntegrityError, match="_words"), transaction.atomic():
            force(table, column, word)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass, conname, convalidated FROM pg_constraint WHERE conname LIKE '%\\_words'"
        )
        for owner, name, is_valid in cursor.fetchall():
            assert is_valid, name
            cursor.execute(f"ALTER TABLE {owner} DROP CONSTRAINT {name}")
    for table, column, word in found:
        force(table, column, word)

    for role, pages in PAGES.items():
        client = Client(raise_request_exception=False)
        client.force_login(sides[0].users[role])
        for page in pages:
            assert client.get(page, follow=True).status_code < 500, (role, page)
