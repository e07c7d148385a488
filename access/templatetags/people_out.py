"""The strip that every home screen shows: who is out and has no way home, and who looks after it."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context

from access.selectors.people_out import without_way_home
from core import clock
from core.vocabulary import Role

register = template.Library()
OPENS = {Role.STAFF, Role.LEAD}  # the posts whose own page of a request this is


@register.inclusion_tag("access/_people_out.html", takes_context=True)
def people_out(context: Context) -> dict[str, Any]:
    """List the people out with no way home in the place of `request.actor`; nothing for nobody, or for no actor."""
    actor = getattr(context.get("request"), "actor", None)
    people = without_way_home(actor, at=clock.now()) if actor else []
    return {"people": people, "opens": actor is not None and actor.role in OPENS}


@register.inclusion_tag("access/_people_out_live.html")
def people_out_live() -> dict[str, Any]:
    """Keep the strip in a living region of its own: the page around it pays nothing and need not know of it."""
    return {}
