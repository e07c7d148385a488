"""Sweeps for the tests of the relay, named in its settings."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, OperationalError

ran: list[str] = []


def broken(*, at: datetime) -> None:
    """Fail as a sweep with a fault in it does."""
    ran.append("broken")
    raise IntegrityError("duplicate key")


def away(*, at: datetime) -> None:
    """Fail as any sweep does while the database is away."""
    ran.append("away")
    raise OperationalError("server closed the connection")


def good(*, at: datetime) -> None:
    """Do its work."""
    ran.append("good")


def broken_job(*, at: datetime) -> None:
    """Fail as a timed job with a fault in it does."""
    raise ValueError("no such day")
