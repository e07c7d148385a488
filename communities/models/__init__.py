"""Areas, compounds, gates, zones, rules, passes, scans."""

from communities.models.area import Area, DispatchArea, DispatchAreaDivision
from communities.models.community import Community, Gate, ZonePeriod
from communities.models.gate_pass import GatePass
from communities.models.rulebook import PolicyDocument, PolicyRule
from communities.models.scan import EmergencyDetail, Scan, ScanCorrection, StrangerCounter

__all__ = [
    "Area",
    "Community",
    "DispatchArea",
    "DispatchAreaDivision",
    "EmergencyDetail",
    "Gate",
    "GatePass",
    "PolicyDocument",
    "PolicyRule",
    "Scan",
    "ScanCorrection",
    "StrangerCounter",
    "ZonePeriod",
]
