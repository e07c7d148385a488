"""Sessions in the database that tell a lost database from a lost session."""

from __future__ import annotations

from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import UpdateError
from django.db import connection
from django.utils import timezone

from core.errors import is_away

_LIVE = "SELECT session_data FROM django_session WHERE session_key = %s AND expire_date > %s"


class SessionStore(db.SessionStore):
    """Django's own, but a database that is away is said to be away.

    Django takes any database error while saving for a deleted session and answers 400: a refusal, though the page's
    own work may be stored. Raises that error then, which is answered with 503 (`core.errors.is_away`).
    """

    def load(self) -> dict[str, Any]:
        """Return what the session holds, {} and a new key when it is over.

        A statement of its own, as every page asks.
        """
        with connection.cursor() as cursor:
            cursor.execute(_LIVE, [self.session_key, timezone.now()])
            row = cursor.fetchone()
        if row is None:
            self._session_key = None
            return {}
        held: dict[str, Any] = self.decode(row[0])
        return held

    def save(self, must_create: bool = False) -> None:
        """Store the session."""
        try:
            super().save(must_create)
        except UpdateError as error:
            if error.__context__ is not None and is_away(error.__context__):
                raise error.__context__ from error.__context__.__cause__
            raise
