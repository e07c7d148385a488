"""The full names behind a community's passes: the pass itself carries a surname with marks, for the gate."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django import template
from django.template import Context

from access.models import AccessRequest
from communities.models import GatePass
from core.vocabulary import Role

register = template.Library()
READERS = {Role.STAFF, Role.LEAD}  # authz/fields.csv: resident.full_name at the community's own desk


@register.simple_tag(takes_context=True)
def full_names(context: Context, passes: Iterable[GatePass]) -> dict[UUID, str]:
    """Return the name of each pass's case in the reader's own community; one query, nothing for any other post."""
    actor = getattr(context.get("request"), "actor", None)
    if actor is None or actor.role not in READERS:
        return {}
    rows = AccessRequest.objects.visible_to(actor).filter(case_ref__in=[each.case_ref for each in passes])
    return dict(rows.values_list("case_ref", "name"))


@register.filter
def name_on(names: dict[UUID, str], gate_pass: GatePass) -> str:
    """Say who carries a pass: in full where the reader may know it, else as the pass says."""
    return names.get(gate_pass.case_ref) or gate_pass.holder
