"""The roads as the engine sees them: the very estimate the screens use, so that both mean the same minutes.

To the full second, as the hand counts them: of three ways counted apart a second would otherwise be left over.
"""

from __future__ import annotations

from core import geo
from matching.travel import GreatCircle

ROADS = GreatCircle(
    detour=geo.DETOUR,
    speed_kmh=geo.SPEED_KMH,
    fixed_min=geo.START_MIN,
    far_from_km=geo.FAR_FROM_KM,
    far_kmh=geo.FAR_KMH,
    steps=60,
)
