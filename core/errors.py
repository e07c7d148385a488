"""Errors of the domain: a stable code for programs, a sentence for people."""

from __future__ import annotations

from typing import Any

from django.db import DataError, InterfaceError, InternalError, OperationalError

# what the tables cannot hold: a NUL, half a character, a number or a day out of range
UNSTORABLE = (DataError, UnicodeEncodeError)
# a database that stores nothing for now says so as "internal": read-only after a failover, a session it has ended
_STORES_NOTHING = {"25006", "25P03", "25P04"}


def is_away(error: BaseException | None) -> bool:
    """Say whether the database does not answer, or stores nothing: to be tried again later, nobody's fault."""
    if isinstance(error, InternalError):
        return getattr(error.__cause__, "sqlstate", "") in _STORES_NOTHING
    return isinstance(error, (OperationalError, InterfaceError))


# a lock not had in time, a ring of locks broken, a statement that took too long: this one thing is held just now
_HELD = {"40001", "40P01", "55P03", "57014"}


def stops_all(error: BaseException | None) -> bool:
    """Say whether nothing can be done for the next one either: the database is away, not one row of it held."""
    return is_away(error) and getattr(getattr(error, "__cause__", None), "sqlstate", "") not in _HELD


class DomainError(Exception):
    """Refuse an act, with a stable `code` and a sentence that says what to do."""

    http_status = 422

    def __init__(self, code: str, message: str = "", **context: Any) -> None:
        super().__init__(message or code)
        self.code = code
        self.message = str(message or code)
        self.context = context


class NotFound(DomainError):
    """The thing does not exist, or not for this person: both look the same from outside."""

    http_status = 404


class NotAllowed(DomainError):
    """The person may see the thing, but this act belongs to another post."""

    http_status = 403


class Conflict(DomainError):
    """Somebody else was first, or the thing has moved on."""

    http_status = 409


class Invalid(DomainError):
    """The words given do not fit; `context['field']` may name which."""

    http_status = 422
