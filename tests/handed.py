"""A case that is handed from the town's hospital to another one, through the real services."""

from __future__ import annotations

from typing import Any

from access.journey import Facts
from access.models import AccessRequest
from access.selectors import facts_of, with_facts
from dispatch.board.reading import board
from dispatch.board.waiting import Waiting
from hospitals.models import Intake, TransferRequest
from hospitals.services import intake, transfers
from hospitals.services.transfers import TransferWish
from tests import walkers
from tests.factories import hospitals as desk_rows
from tests.walkers import MIN, Walk


class Handed(Walk):
    """A case inside the first house, and the second one with its desk."""

    def __init__(self, place: walkers.Town, *, to: str = "treated", **wish: Any) -> None:
        case = walkers.walk(place, to=to, **wish)
        super().__init__(place, case.request, case.at)
        self.other = desk_rows.make_facility(name="乙院", lat=40.15, lon=124.40)
        self.their_desk = desk_rows.desk_actor(self.other)

    @property
    def here(self) -> Intake:
        """The arrival at the first house."""
        return Intake.objects.get(case_ref=self.request.case_ref, facility=self.town.facility)

    @property
    def there(self) -> Intake:
        """The arrival at the second house."""
        return Intake.objects.get(case_ref=self.request.case_ref, facility=self.other)

    @property
    def transfer(self) -> TransferRequest:
        """The newest hand-over."""
        return TransferRequest.objects.filter(case_ref=self.request.case_ref).latest("asked_at")

    def _ask(self) -> None:
        self.at += 5 * MIN
        transfers.ask(self.here, TransferWish(self.other, "technique"), by=self.town.desk, at=self.at)

    def _accept(self) -> None:
        self.at += MIN
        transfers.accept(self.transfer, name="王护士", by=self.their_desk, at=self.at)

    def _withdraw(self) -> None:
        self.at += MIN
        transfers.withdraw(self.transfer, by=self.town.desk, at=self.at)

    def _brought(self) -> None:
        self._drive_on(self.trip("between").run, 2)

    def _aboard(self) -> None:
        self._drive_on(self.trip("between").run, 1)

    def _received(self) -> None:
        self.at += MIN
        transfers.receive(self.transfer, by=self.their_desk, at=self.at)

    def _treated_there(self) -> None:
        intake.hand_over(self.there, by=self.their_desk, at=self.at + 5 * MIN)
        self.at += 10 * MIN
        intake.start_treatment(self.there, by=self.their_desk, at=self.at)

    def _released_there(self) -> None:
        self.at += 60 * MIN
        intake.release(self.there, by=self.their_desk, at=self.at)

    def steps(self, *names: str) -> Handed:
        """Do some steps."""
        for name in names:
            self.step(name)
        return self

    def facts(self) -> Facts:
        """What the case's facts say."""
        return facts_of(with_facts(AccessRequest.objects.filter(pk=self.request.pk)).get())

    def waiting(self, minutes: int = 0) -> list[Waiting]:
        """The rows of the board of this case."""
        rows = board(self.town.dispatcher, at=self.at + minutes * MIN).waiting
        return [each for each in rows if each.request.pk == self.request.pk]


def handed(*names: str, cars: int = 2, **wish: Any) -> Handed:
    """Walk somebody into the first house, then do some steps."""
    return Handed(walkers.town(cars=cars), **wish).steps(*names)
