"""Who a session belongs to: the user and the posts in one query, because every page needs both."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.backends import ModelBackend

from accounts.models import Post, User


class UserWithPosts(ModelBackend):
    """Django's own check of password and activity; the session's user comes with `known_posts`."""

    def get_user(self, user_id: UUID) -> User | None:
        """Return an active user with the posts that were ever given; None for anybody else."""
        posts = list(Post.objects.filter(user_id=user_id).select_related("user"))
        user = posts[0].user if posts else User.objects.filter(pk=user_id).first()
        if user is None or not self.user_can_authenticate(user):
            return None
        for post in posts:
            post.user = user
        user.known_posts = posts
        return user
