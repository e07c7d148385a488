"""Numbers that the version before wrote twice: its migration keeps them, and so does its work beside this one (E9, E15)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.migrations.executor import MigrationExecutor

from access.models import Resident
from core import clock
from core.sealed import blind_index
from dispatch import housekeeping
from tests.copied import copied_database
from tests.factories import access
from tests.factories import communities as places

NUMBER = "990102195403020028"


@pytest.mark.django_db(transaction=True)
def test_doubles_of_the_version_before_are_kept_and_marked() -> None:
    """Three of one number: whoever was first keeps it, two are marked, and the index is made over them."""
    with copied_database("numbers"):
        doubles = (("王秀兰", 2), ("王秀蓝", 1), ("王绣兰", 0))
        for name, days in doubles:
            _numbered(name, days, number=f"{NUMBER}-{days}")
        alone = access.resident(places.community(), "李四", id_index="x" * 64)
        MigrationExecutor(connection).migrate([("access", "0017_words_valid")])
        with connection.cursor() as cursor:  # as the version before could write it
            named = [name for name, _days in doubles]
            cursor.execute(
                "UPDATE access_resident SET id_index = %s WHERE name = ANY(%s)", [blind_index("id_no", NUMBER), named]
            )
            assert cursor.rowcount == len(doubles)

        MigrationExecutor(connection).migrate(MigrationExecutor(connection).loader.graph.leaf_nodes("access"))

        faults = dict(Resident.objects.values_list("name", "id_fault"))
        assert faults == {"王绣兰": "", "王秀蓝": "double", "王秀兰": "double", alone.name: ""}


@pytest.mark.django_db
def test_two_of_one_number_in_one_moment_are_stored_by_the_version_before_and_marked_by_this_one() -> None:
    """Neither saw the other, as without the lock that it does not know; the index of this version marks one of them."""
    with _not_compared():
        for name in ("王秀兰", "王秀蓝"):
            _numbered(name, 0, search_text="", search_tokens=[])
    assert _faults() == ["", ""]

    housekeeping.index_people(at=clock.now())

    assert _faults() == ["", "double"]


@pytest.mark.django_db
def test_two_of_one_number_in_one_moment_are_refused_to_whoever_writes_the_index() -> None:
    """The twin: this version holds the number first, and the constraint stays for whoever would forget."""
    with _not_compared():
        _numbered("王秀兰", 0)
        with pytest.raises(IntegrityError, match="one_record_per_number"), transaction.atomic():
            _numbered("王秀蓝", 0)


@contextmanager
def _not_compared() -> Iterator[None]:
    """Store people whom the trigger does not compare, as where the other's row is not committed yet."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE access_resident DISABLE TRIGGER USER")
        yield
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE access_resident ENABLE TRIGGER USER")


def _faults() -> list[str]:
    return sorted(Resident.objects.values_list("id_fault", flat=True))


def _numbered(name: str, days: int, number: str = NUMBER, **fields: object) -> None:
    """Store somebody with the number, registered so many days later than the first."""
    person = access.resident(places.community(), name, id_index=blind_index("id_no", number), **fields)
    person.id_no = number
    person.save(update_fields=["id_no_sealed"])
    Resident.objects.filter(pk=person.pk).update(registered_at=person.registered_at + timedelta(days=days))
