"""Which live boards show a case."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from access.models import AccessRequest


def boards_of_case(case_ref: UUID) -> Sequence[str]:
    """Name the boards that show a case's request; none for a person received without one."""
    columns = ("dispatch_area", "community", "facility")
    row = AccessRequest.objects.only(*columns).filter(case_ref=case_ref).order_by().first()
    return row.boards if row else ()
