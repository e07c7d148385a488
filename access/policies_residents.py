"""Who may write down residents."""

from __future__ import annotations

from django.utils.translation import gettext as _

from access.models import Resident
from communities.models import Community
from core.actors import Actor
from core.errors import NotAllowed

STAFF = {"staff", "lead"}


def check_register(actor: Actor, community: Community) -> None:
    """A community's own staff register its residents."""
    if actor.role not in STAFF or actor.place_code != community.code:
        raise NotAllowed("resident.register", _("只有本社区的工作人员能登记居民。"))


def check_edit(actor: Actor, resident: Resident) -> None:
    """A community's own staff change its residents."""
    if actor.role not in STAFF or actor.place_code != resident.community_id:
        raise NotAllowed("resident.update", _("只有本社区的工作人员能改这位居民的资料。"))
