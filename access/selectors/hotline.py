"""Which number a post rings: of the place where it works."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.models import Post
from communities.services import hotline
from communities.services.rulebook import kept
from core.errors import is_away
from core.vocabulary import PlaceKind
from hospitals.models import Facility
from transport.models import Vehicle


def hotline_of(post: Post | None, *, at: datetime) -> str:
    """Return the number of a post's place, of the installation for whoever holds none; "" where there is none.

    One query at most in a minute and place; the installation's is kept as well, for the pages of last resort. Whoever
    has not signed in reads it as it was last read: the page to sign in on needs no database.
    """
    if post is None:
        return hotline.last_known() or _first_reading(at)
    hotline.of_installation(at=at)
    code = post.place_code
    if post.place_kind == PlaceKind.DISPATCH_AREA:
        return hotline.of_area(code, at=at)
    if post.place_kind == PlaceKind.FLEET:
        return kept(f"driver {code}", lambda: hotline.of_area(_area_of(code), at=at))
    if post.place_kind == PlaceKind.FACILITY:
        return kept(f"house {code}", lambda: hotline.of_place(_division_of(code), at=at))
    return hotline.of_place(code[:12], at=at)


def _first_reading(at: datetime) -> str:
    try:
        with transaction.atomic():
            return hotline.of_installation(at=at)
    except Exception as error:
        if not is_away(error):
            raise
        return ""


def _area_of(driver: str) -> str:
    return Vehicle.objects.filter(shifts__driver=driver).values_list("dispatch_area", flat=True).first() or ""


def _division_of(facility: str) -> str:
    return Facility.objects.filter(pk=facility).values_list("division_code", flat=True).first() or ""
