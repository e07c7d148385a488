"""Which live boards show a row of a desk: its house's own pages, and whoever follows the case."""

from __future__ import annotations

from core import boards
from hospitals.models import Appointment, Intake, TransferRequest


def touch(row: Appointment | Intake | TransferRequest) -> None:
    """Let every page that shows the row be read anew: of its house, of the house it is handed over by, of the case."""
    houses = {f"facility:{row.facility_id}"}
    if isinstance(row, TransferRequest):
        houses.add(f"facility:{row.intake.facility_id}")
    boards.touch(*houses, *boards.of_case(row.case_ref))
