"""The desk stops showing as waiting whoever has boarded the way home."""

from __future__ import annotations

import pytest

from dispatch.home import leaving
from hospitals.models import Intake
from hospitals.services import intake
from tests.factories import hospitals as desk
from tests.factories import transport as fleet
from transport.services import trips

pytestmark = pytest.mark.django_db


def test_boarding_the_way_home_leaves_the_house_once() -> None:
    arrival = desk.make_intake()
    intake.release(arrival, by=desk.ENGINE, at=desk.AT)
    way_home = trips.open_return(
        arrival.case_ref,
        card=fleet.card(),
        facility=fleet.FACILITY,
        home=fleet.HOME,
        dispatch_area=fleet.AREA,
        by=fleet.BY,
        at=desk.AT,
    )
    told = [leaving.note_boarded(arrival.case_ref, at=desk.AT, trip_id=str(way_home.pk)) for _again in range(2)]
    assert told == [True, False]
    assert Intake.objects.get(pk=arrival.pk).left_at == desk.AT


def test_boarding_the_way_there_leaves_no_house() -> None:
    arrival = desk.make_intake()
    assert not leaving.note_boarded(arrival.case_ref, at=desk.AT, trip_id="")
    assert Intake.objects.get(pk=arrival.pk).left_at is None
