"""One person, one record: asked while number and name are held, so that two who register at once are one (E9)."""

from __future__ import annotations

from django.utils.translation import gettext as _

from access.models import Resident
from access.selectors.residents import alike
from core import locks, tidy
from core.errors import Conflict


def hold(resident: Resident) -> None:
    """Hold the number and, in the community, the name of a record that is about to be written.

    The name by its key, as it is asked for: 古丽·艾力 and 古丽艾力 wait for each other.
    """
    locks.hold(
        locks.name(locks.LockKind.NUMBER, resident.id_index),
        locks.name(locks.LockKind.ALIKE, resident.community_id, tidy.name_key(resident.name)),
    )


def require_first(resident: Resident, *, phone: str, id_no: str) -> None:
    """Refuse a record of somebody who may stand in the community already; the words say to look first."""
    here = Resident.objects.filter(community=resident.community_id)
    found = alike(here, name=resident.name, phone=phone, id_no=id_no, birth_date=resident.birth_date)
    if found:
        words = _("%(name)s可能已经登记过。先看一眼，不是同一个人再存。") % {"name": found[0].name}
        raise Conflict("resident.alike", words, alikes=found)
