"""Say which migration may not run while the version before works."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core import migration_faults


class Command(BaseCommand):
    """Read the operations of every migration that runs under people at work."""

    help = "Name migrations that would hold up, or break, the version that works while they run."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Name each fault; a migration that is excused stands in `migration_faults.EXCUSED` with its reason."""
        found = [
            f"{name}: {words}"
            for each in migration_faults.later()
            if (name := f"{each.app_label}.{each.name}") not in migration_faults.EXCUSED
            for words in migration_faults.faults(each)
        ]
        for line in found:
            self.stderr.write(line)
        if found:
            raise CommandError(f"{len(found)} faults in migrations; how else: CONTRIBUTING.md, A migration")
