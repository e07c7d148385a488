"""State machines as data: one table per machine, read by Python, by PostgreSQL and by the docs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from core.errors import Conflict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.db.models import TextChoices


@dataclass(frozen=True)
class Machine:
    """One machine: its statuses, the statuses it may start in, and the table of moves.

    `table` maps each status to the statuses that may follow it; a status without an entry is terminal.
    """

    name: str
    statuses: type[TextChoices]
    start: tuple[str, ...]
    table: Mapping[str, tuple[str, ...]]

    def can(self, old: str, new: str) -> bool:
        """Say whether `old` → `new` stands in the table."""
        return new in self.table.get(old, ())

    def check(self, old: str, new: str) -> None:
        """Raise Conflict unless `old` → `new` stands in the table."""
        if not self.can(old, new):
            label = self.statuses(old).label if old in self.statuses.values else old
            words = _("现在是“%(label)s”，这一步做不了。请刷新看最新情况。") % {"label": label}
            raise Conflict("state.move", words, machine=self.name, old=old, new=new)

    def terminal(self) -> frozenset[str]:
        """Return the statuses nothing follows."""
        return frozenset(s for s in self.statuses.values if not self.table.get(s))

    def live(self) -> frozenset[str]:
        """Return the statuses something follows."""
        return frozenset(self.statuses.values) - self.terminal()

    def moves(self) -> list[tuple[str, str]]:
        """List every legal move, in the order of the table."""
        return [(old, new) for old, followers in self.table.items() for new in followers]

    def as_mermaid(self) -> str:
        """Draw the table as a Mermaid state diagram."""
        lines = ["stateDiagram-v2", *(f"  [*] --> {s}" for s in self.start)]
        lines += [f"  {old} --> {new}" for old, new in self.moves()]
        lines += [f"  {s} --> [*]" for s in self.statuses.values if s in self.terminal()]
        return "\n".join(lines)
