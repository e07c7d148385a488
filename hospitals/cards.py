"""What leaves the register for a hospital: its own arrivals' medical facts (trust.md C2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from core.vocabulary import ServiceKind


@dataclass(frozen=True)
class PatientCard:
    """Who comes, with what. `id_last4` and `phone` identify and reach the person.

    `precaution` (positive, suspected, isolated) is known on the way too; `machine_class` (HBV, HCV) here alone.
    """

    person_key: UUID
    name: str
    sex: str
    birth_date: date | None
    id_last4: str
    phone: str
    need_kind: str
    mobility: str
    needs_oxygen: bool = False
    party_size: int = 1
    zone_class: str = ""
    precaution: str = ""
    machine_class: str = ""
    last_test_at: str = ""
    is_critical: bool = False


@dataclass(frozen=True)
class CareClass:
    """What decides the way inside and the machine: told anew when it changes before the end of care."""

    zone_class: str
    precaution: str
    machine_class: str
    last_test_at: datetime | None


# what a critical patient may ask of a house: the emergency room, or who can deliver (E22)
CRITICAL_SERVICES = (ServiceKind.EMERGENCY, ServiceKind.OBSTETRICS)
# care on fixed days, or without which people die: shut only with a reason and an end (R-002-7, R-002-8)
CONTINUOUS_SERVICES = frozenset(
    {
        ServiceKind.EMERGENCY,
        ServiceKind.HEMODIALYSIS,
        ServiceKind.CHEMOTHERAPY,
        ServiceKind.RADIOTHERAPY,
        ServiceKind.OBSTETRICS,
        ServiceKind.NEONATAL,
        ServiceKind.ICU,
        ServiceKind.SURGERY,
    }
)
