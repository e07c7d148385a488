"""Print the five demo sign-ins."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from accounts.demo import DEMO_PASSWORD
from accounts.selectors import demo_users


class Command(BaseCommand):
    """One line per sign-in; nothing where there is no demo city."""

    help = "Print the demo sign-ins, if this is a demo city."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Print them."""
        posts = demo_users() if settings.DEMO else []
        if not posts:
            return
        self.stdout.write(f"Sign-ins to try (password of each: {DEMO_PASSWORD}):")
        for post in posts:
            self.stdout.write(
                f"  {post.user.username:<8} {post.get_role_display()} · {post.place_label} · {post.user.name}"
            )
