"""Residents, care needs, access requests."""

from access.models.absence import Absence
from access.models.excuse import Excuse
from access.models.facts import CaseFacts, Outside
from access.models.identification import Identification
from access.models.request import AccessRequest, CaseCounter, HandClosing, HomeMark
from access.models.resident import CareNeed, Resident
from access.models.standing_order import StandingOrder

__all__ = [
    "Absence",
    "AccessRequest",
    "CareNeed",
    "CaseCounter",
    "CaseFacts",
    "Excuse",
    "HandClosing",
    "HomeMark",
    "Identification",
    "Outside",
    "Resident",
    "StandingOrder",
]
