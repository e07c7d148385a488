"""What a desk does for a patient is read anew by whoever follows the patient, and by nobody else."""

from __future__ import annotations

import pytest

from core import boards
from hospitals.services import intake as desk
from hospitals.services import transfers
from hospitals.services.transfers import TransferWish
from tests.factories import access as people
from tests.factories import communities as places
from tests.factories import hospitals as houses

pytestmark = pytest.mark.django_db


@pytest.fixture
def followed():
    """Return somebody inside a house, their request, and the boards of those who follow and who do not."""
    home, other = places.community(), places.community("210603009009", name="别的小区")
    request = people.request(people.resident(home), at=houses.AT)
    inside = houses.make_intake(houses.make_appointment(case_ref=request.case_ref))
    return inside, request, f"community:{other.pk}"


def steps(inside):
    """Yield what a desk writes of a patient, one act after another."""
    by, at = houses.desk_actor(inside.facility), houses.AT
    yield lambda: desk.hand_over(inside, by=by, at=at)
    yield lambda: desk.start_treatment(inside, by=by, at=at)
    yield lambda: transfers.ask(inside, TransferWish(houses.make_facility("T-OTHER"), reason="technique"), by=by, at=at)


def nobody(_case_ref) -> list[str]:
    return []


def moved(act, *names: str) -> list[bool]:
    before = [boards.version(name) for name in names]
    act()
    return [was != boards.version(name) for was, name in zip(before, names, strict=True)]


def test_who_follows_a_case_reads_it_anew(followed) -> None:
    inside, request, elsewhere = followed
    names = (f"community:{request.community_id}", f"area:{request.dispatch_area}", elsewhere)

    for act in steps(inside):
        inside.refresh_from_db()
        assert moved(act, *names) == [True, True, False]


def test_without_the_case_nobody_would(followed, settings) -> None:
    """The twin: the house's own board is all that the desk knows of."""
    inside, request, _elsewhere = followed
    settings.BOARDS_OF_CASE = f"{__name__}.nobody"

    act = next(steps(inside))

    assert moved(act, f"facility:{inside.facility_id}", f"community:{request.community_id}") == [True, False]
