"""Who a session belongs to: the user and the posts in one statement, because every page needs both.

The statement is composed once: composing it anew for each page costs more than the database does.
"""

from __future__ import annotations

from functools import cache
from typing import Any
from uuid import UUID

from django.contrib.auth.backends import ModelBackend
from django.db import connection
from django.db.models import Model

from accounts.models import Post, User


class UserWithPosts(ModelBackend):
    """Django's own check of password and activity; the session's user comes with `known_posts`."""

    def get_user(self, user_id: UUID) -> User | None:
        """Return an active user with the posts that were ever given; None for anybody else."""
        with connection.cursor() as cursor:
            cursor.execute(_statement(), [str(user_id)])
            rows = cursor.fetchall()
        if not rows:
            return None
        user: User = _made(User, rows[0][: len(_names(User))])
        if not self.user_can_authenticate(user):
            return None
        posts = [_made(Post, row[len(_names(User)) : -1]) for row in rows if row[-1] is not None]
        for post in posts:
            post.user = user
        user.known_posts = posts
        return user


@cache
def _names(model: type[Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]


@cache
def _statement() -> str:
    """Return the statement of both, composed once; it ends with the key of the post, NULL for who has none."""
    columns = [
        f'{table}."{field.column}"'
        for table, model in (("u", User), ("p", Post))
        for field in model._meta.concrete_fields
    ]
    return (
        f"SELECT {', '.join(columns)}, p.id FROM {User._meta.db_table} u"
        f" LEFT JOIN {Post._meta.db_table} p ON p.user_id = u.id WHERE u.id = %s ORDER BY p.id"
    )


def _made(model: type[Model], values: tuple[Any, ...]) -> Any:
    return model.from_db("default", _names(model), values)
