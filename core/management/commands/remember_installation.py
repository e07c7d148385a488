"""Write down what this database belongs to."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core import installation
from core.errors import NotAllowed


class Command(BaseCommand):
    """Part of every preparation; safe to repeat."""

    help = "Write down, at the first start, whether this database is a demo or production."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Write it, or refuse."""
        try:
            installation.remember()
        except NotAllowed as error:
            raise CommandError(str(error), returncode=78) from error
        self.stderr.write(f"This database belongs to: {installation.stored_kind()}.")
