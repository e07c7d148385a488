"""Who acts: a person on a post, or a named service. Carried by value into every service and every audit row."""

from __future__ import annotations

from dataclasses import dataclass

SERVICE = "svc"  # the role of our own workers, in every audit row of theirs; no post has it


@dataclass(frozen=True)
class Actor:
    """One acting person or service.

    `role` and `place_*` are those of the post the person works on now; `key` scopes idempotency keys, so that
    a new sign-in of the same person can repeat a request.
    """

    key: str
    label: str
    role: str = ""
    place_kind: str = ""
    place_code: str = ""
    place_label: str = ""

    @property
    def is_service(self) -> bool:
        """Say whether this is one of our own workers, not a person."""
        return self.role == SERVICE


def service(name: str, label: str = "") -> Actor:
    """Return the actor of one of our own workers."""
    return Actor(key=f"svc:{name}", label=label or "系统", role=SERVICE)


RELAY = service("relay", "系统")
SWEEP = service("sweep", "系统")
ENGINE = service("engine", "自动排车")
CITY = service("load_city", "城市数据导入")
