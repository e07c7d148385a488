"""Residents, care needs, access requests."""

from access.models.request import AccessRequest, HandClosing, HomeMark
from access.models.resident import CareNeed, Resident

__all__ = ["AccessRequest", "CareNeed", "HandClosing", "HomeMark", "Resident"]
