"""A queryset composed once reads the same rows as one composed anew, for every value put into it."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet
from django.test.utils import CaptureQueriesContext

from access.models import AccessRequest, CareNeed, Resident
from core import clock
from core.composed import Composed
from tests.factories import access as make
from tests.factories import communities as places

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def _asked_since(order: str, *, place: str, since: datetime) -> QuerySet[Resident]:
    """Joined, narrowed, annotated and with their needs: everything that the product's pages do."""
    asked = AccessRequest.objects.filter(resident=OuterRef("pk"), submitted_at__gte=since)
    rows = Resident.objects.filter(community=place).annotate(has_asked=Exists(asked)).order_by(order)
    rows = rows.select_related("community").only("name", "community__name")
    return rows.prefetch_related(Prefetch("needs", CareNeed.objects.order_by("kind")))


def _seen(rows: list[Resident]) -> list[tuple[object, ...]]:
    return [
        (row.pk, row.name, row.community.name, row.has_asked, row.get_deferred_fields(), list(row.needs.all()))
        for row in rows
    ]


def test_it_reads_what_the_queryset_reads():
    at = clock.now()
    here, there = places.community(), places.community(code="210602002009", name="别处")
    for community, name in ((here, "孙兰"), (here, "赵萍"), (there, "曹玉芬")):
        make.need(person := make.resident(community, name=name))
        if name == "孙兰":
            make.request(person, at=at)
    composed = Composed(_asked_since, place=str, since=datetime)

    for order in ("name", "-name"):
        for place in (here.pk, there.pk, "nowhere"):
            for since in (at - DAY, at + DAY):
                found = composed.rows(order, place=place, since=since)
                assert _seen(found) == _seen(list(_asked_since(order, place=place, since=since)))
    assert [row.has_asked for row in composed.rows("name", place=here.pk, since=at - DAY)] == [True, False]


def test_it_counts_what_the_queryset_counts():
    at = clock.now()
    here, there = places.community(), places.community(code="210602002009", name="别处")
    for community, name in ((here, "孙兰"), (here, "赵萍"), (there, "曹玉芬")):
        make.resident(community, name=name)

    def compose(*, place: str, since: datetime) -> QuerySet[Resident, dict[str, object]]:
        rows = Resident.objects.filter(community=place).order_by().values("community_id")
        return rows.annotate(n=Count("pk"), new=Count("pk", filter=Q(registered_at__gte=since)))

    composed = Composed(compose, place=str, since=datetime)
    for place in (here.pk, there.pk, "nowhere"):
        for since in (at - DAY, at + DAY):
            assert composed.dicts(place=place, since=since) == list(compose(place=place, since=since))


def test_a_second_reading_composes_nothing_and_asks_the_same_statement():
    made: list[str] = []

    def compose(*, place: str) -> QuerySet[Resident]:
        made.append(place)
        return Resident.objects.filter(community=place)

    composed = Composed(compose, place=str)
    with CaptureQueriesContext(connection) as asked:
        composed.rows(place="a")
        composed.rows(place="b")

    assert len(made) == 1
    assert [each["sql"].replace("'b'", "'a'") for each in asked.captured_queries] == [
        asked.captured_queries[0]["sql"]
    ] * 2


def test_a_value_that_is_only_worked_with_is_refused():
    """What `compose` makes of a value is fixed for ever: it would read yesterday's rows tomorrow."""
    composed = Composed(lambda *, at: Resident.objects.filter(registered_at__lt=at + DAY), at=datetime)

    with pytest.raises(TypeError, match="'at'"):
        composed.rows(at=clock.now())


def test_values_are_all_named():
    composed = Composed(lambda *, resident: Resident.objects.filter(pk=resident), resident=UUID)

    with pytest.raises(TypeError, match="composed for"):
        composed.rows(person=uuid4())


def test_what_can_have_no_rows_has_none():
    composed = Composed(lambda *, resident: Resident.objects.none().filter(pk=resident), resident=UUID)

    assert composed.rows(resident=uuid4()) == []
