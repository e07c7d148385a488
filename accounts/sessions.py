"""Sessions in the database that tell a lost database from a lost session."""

from __future__ import annotations

from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import UpdateError
from django.db import InterfaceError, OperationalError


class SessionStore(db.SessionStore):
    """Django's own, but a database that is away is said to be away.

    Django takes any database error while saving for a deleted session and answers 400: a refusal, though the page's
    own work may be stored. Raises OperationalError or InterfaceError then, which is answered with 503.
    """

    def save(self, must_create: bool = False) -> None:
        """Store the session."""
        try:
            super().save(must_create)
        except UpdateError as error:
            if isinstance(error.__context__, (OperationalError, InterfaceError)):
                raise error.__context__ from error
            raise
