"""The strip that every home screen shows: who is out and has no way home, and who looks after it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import template
from django.template import Context
from django.urls import reverse

from access.selectors.people_out import PersonOut, without_way_home
from core import clock
from core.vocabulary import Role

register = template.Library()
OPENS = {Role.STAFF, Role.LEAD, Role.DISPATCH, Role.COMMAND}  # the posts whose own page of a request this is


def _waited(each: PersonOut) -> timedelta:
    return each.waited or timedelta()


@register.inclusion_tag("access/_people_out.html", takes_context=True)
def people_out(context: Context) -> dict[str, Any]:
    """List the people out with no way home in the place of `request.actor`; nothing for nobody, or for no actor."""
    request = context.get("request")
    actor = getattr(request, "actor", None)
    people = without_way_home(actor, at=clock.now()) if actor else []
    return {
        "people": people,
        "level": "danger" if any(each.level == "danger" for each in people) else "wait",
        "longest": max((each for each in people if each.waited is not None), key=_waited, default=None),
        "is_open": request is not None
        and not getattr(request, "htmx", False)
        and request.path == reverse("access:people_out"),
        "opens": actor is not None and actor.role in OPENS,
    }


@register.inclusion_tag("access/_people_out_live.html")
def people_out_live() -> dict[str, Any]:
    """Keep the strip in a living region of its own: the page around it pays nothing and need not know of it."""
    return {}
