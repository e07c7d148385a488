"""The number to ring, for pages that must render without request and database."""

from __future__ import annotations

from django import template

from communities.services import hotline

register = template.Library()


@register.simple_tag
def last_hotline() -> str:
    """Return the installation's number as this process last knew it; "" when it never asked."""
    return hotline.last_known()
