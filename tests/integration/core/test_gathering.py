"""Steps that make one deed: one transaction without savepoints, audit rows and boards written once at its end."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core import audit, boards
from core.actors import ENGINE
from core.gathering import one_deed, step
from core.models import AuditEvent, BoardChange

pytestmark = pytest.mark.django_db
AT = datetime(2022, 6, 28, 2, 40, tzinfo=UTC)


@step
def walk(verb: str, *, fails: bool = False) -> None:
    """Do something that leaves an audit row and touches two boards."""
    audit.record(verb, by=ENGINE, at=AT)
    boards.touch("area:main", f"facility:{verb}")
    if fails:
        raise ValueError(verb)


def verbs() -> list[str]:
    return list(AuditEvent.objects.order_by("id").values_list("verb", flat=True))


def test_a_deed_writes_once_and_in_order() -> None:
    with CaptureQueriesContext(connection) as seen, one_deed():
        for verb in ("first", "second", "third"):
            walk(verb)

    assert verbs() == ["first", "second", "third"]
    assert sorted(BoardChange.objects.values_list("board", flat=True)) == [
        "area:main", "facility:first", "facility:second", "facility:third",
    ]  # fmt: skip
    assert len([each for each in seen if each["sql"].startswith("INSERT")]) == 2
    assert len([each for each in seen if each["sql"].startswith("SAVEPOINT")]) == 1


def test_a_step_by_itself_stands_or_falls_alone() -> None:
    """The twin: outside a deed each step has its own transaction and writes at once."""
    with CaptureQueriesContext(connection) as seen:
        walk("first")
        with pytest.raises(ValueError, match="second"):
            walk("second", fails=True)

    assert verbs() == ["first"]
    assert len([each for each in seen if each["sql"].startswith("SAVEPOINT")]) == 2


def test_what_fails_undoes_the_whole_deed() -> None:
    def deed() -> None:
        with one_deed():
            walk("first")
            walk("second", fails=True)

    with pytest.raises(ValueError, match="second"):
        deed()
    walk("third")

    assert verbs() == ["third"]
    assert set(BoardChange.objects.values_list("board", flat=True)) == {"area:main", "facility:third"}
