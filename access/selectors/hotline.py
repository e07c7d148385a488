"""Which number a post rings: of the place where it works."""

from __future__ import annotations

from datetime import datetime

from accounts.models import PlaceKind, Post
from communities.services import hotline
from communities.services.rulebook import kept
from hospitals.models import Facility
from transport.models import Vehicle


def hotline_of(post: Post | None, *, at: datetime) -> str:
    """Return the number of a post's place, of the installation for whoever holds none; "" where there is none.

    One query at most in a minute and place; the installation's is kept as well, for the pages of last resort.
    """
    everywhere = hotline.of_installation(at=at)
    if post is None:
        return everywhere
    code = post.place_code
    if post.place_kind == PlaceKind.DISPATCH_AREA:
        return hotline.of_area(code, at=at)
    if post.place_kind == PlaceKind.FLEET:
        return kept(f"driver {code}", lambda: hotline.of_area(_area_of(code), at=at))
    if post.place_kind == PlaceKind.FACILITY:
        return kept(f"house {code}", lambda: hotline.of_place(_division_of(code), at=at))
    return hotline.of_place(code[:12], at=at)


def _area_of(driver: str) -> str:
    return Vehicle.objects.filter(shifts__driver=driver).values_list("dispatch_area", flat=True).first() or ""


def _division_of(facility: str) -> str:
    return Facility.objects.filter(pk=facility).values_list("division_code", flat=True).first() or ""
