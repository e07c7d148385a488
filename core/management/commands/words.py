"""Bring the English catalogue up to date."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from core import wording


class Command(BaseCommand):
    """Add missing words with empty English, drop unused ones, say how many are missing."""

    help = "Update locale/en from the words of code and templates."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Write the catalogue and count."""
        catalog = wording.merged()
        wording.store(catalog)
        missing = wording.untranslated(catalog)
        self.stderr.write(f"{len(catalog)} words, {len(missing)} without English.")
