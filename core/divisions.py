"""Codes of administrative divisions: 2, 4, 6, 9 and 12 digits for province, city, county, street and community."""

from __future__ import annotations


def division_prefix(code: str) -> str:
    """Return what the codes of everything inside a division begin with: 210600000000 → 2106, 210602 → 210602."""
    for cut in (9, 6, 4, 2):  # street, county, city, province
        if len(code) > cut and not code[cut:].strip("0"):
            code = code[:cut]
    return code
