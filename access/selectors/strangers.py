"""People without a name who are out: how each is told apart, where they are, and what is still missing."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from access import journey
from access.journey import Facts
from access.models import AccessRequest
from access.models.request import OPEN
from access.selectors.facts import facts_of, with_facts
from access.states import Stage
from communities.models import Community
from core.actors import Actor
from core.vocabulary import Role
from hospitals.models import Intake

SOURCES = ("gate", "desk")
SHOWN = 100


@dataclass(frozen=True)
class Stranger:
    """One of them, as the list shows them."""

    row: AccessRequest
    facts: Facts
    where: str
    missing: tuple[str, ...]

    @property
    def stage(self) -> str:
        """Say how far they are."""
        return str(Stage(journey.stage_of(self.facts)).label)


def strangers(actor: Actor) -> list[Stranger]:
    """List the people without a name an actor looks after, the longest out first; one query however many."""
    rows = AccessRequest.objects.visible_to(actor)
    if actor.role == Role.INTAKE:
        rows = AccessRequest.objects.filter(case_ref__in=Intake.objects.visible_to(actor).values("case_ref"))
    found = rows.filter(resident__isnull=True, source__in=SOURCES, status__in=OPEN)
    ordered = with_facts(found.select_related("community", "facility")).order_by("submitted_at")[:SHOWN]
    return [_stranger(row, facts_of(row)) for row in ordered]


def _stranger(row: AccessRequest, facts: Facts) -> Stranger:
    missing = [_("没写送到哪")] if row.community is None else []
    if facts.ready_at and not journey.has_way_home(facts):
        missing.append(_("没有回家的车"))
    missing.append(_("没人认"))
    return Stranger(row, facts, _where(row), tuple(missing))


def _where(row: AccessRequest) -> str:
    if row.facility:
        return row.facility.name
    return _("%(name)s门口出去的") % {"name": row.community.name} if row.community else ""


def places() -> list[Community]:
    """Return the compounds somebody can be brought to, by name."""
    return list(Community.objects.order_by("name", "code").only("code", "name", "street_code"))
