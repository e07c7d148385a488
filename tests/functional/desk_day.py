"""A desk at 12:36 on a working day: two emergencies, arrivals, people inside, people who wait."""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta

from core import clock
from hospitals.models import Facility
from hospitals.services import appointments, intake
from tests.factories import hospitals as make

PATIENTS = [
    ("王秀兰", 6, "F", date(1954, 3, 2), "wheelchair", "controlled", "辽F·3K27 李师傅", False),
    ("韩秀英", 19, "F", date(1948, 5, 1), "walk", "controlled", "辽F·6M52 宋师傅", True),
    ("姜文", 29, "M", date(1965, 1, 9), "walk", "sealed", "辽F·1R85 马师傅", True),
    ("范淑兰", 29, "F", date(1951, 8, 8), "assisted", "controlled", "辽F·9C40 唐师傅", True),
    ("赵德福", 144, "M", date(1951, 2, 3), "walk", "controlled", "", False),
    ("刘志强", 204, "M", date(1977, 4, 5), "walk", "precautionary", "自己来", True),
]


def open_desk(at: datetime) -> Facility:
    """Store the day as it stands at `at`."""
    facility = make.make_facility("DD-F001", name="丹东市中心医院")
    kinds = {"hemodialysis": 18, "chemotherapy": 20, "emergency": 40, "imaging": 12}
    slots = {}
    for kind, places in kinds.items():
        service = make.make_service(facility, kind, confirmed_at=at - timedelta(hours=3), confirmed_by="赵敏")
        slots[kind] = make.make_slot(service, starts_at=at + timedelta(minutes=24), capacity=places)
    for name, minutes, sex, born, mobility, zone, ride, tested in PATIENTS:
        card = {"sex": sex, "birth_date": born, "mobility": mobility, "zone_class": zone}
        card["last_test_at"] = (at - timedelta(hours=20)).isoformat() if tested else ""
        _come(slots["hemodialysis"], name, at, minutes, ride, card)
    for name, need, kind in (("吴国栋", "dialysis", "hemodialysis"), ("柳春燕", "chemotherapy", "chemotherapy")):
        booked = make.make_appointment(slots[kind], at=at, name=name, need_kind=need)
        arrival = intake.check_in(booked, by=make.ENGINE, at=at - timedelta(hours=2))
        ready = at + timedelta(minutes=29)
        intake.start_treatment(arrival, by=make.ENGINE, at=at - timedelta(hours=2), expected_ready_at=ready)
    _home(slots["hemodialysis"], "马玉珠", at, 5, "辽F·2B11 孙师傅")
    _home(slots["hemodialysis"], "谭永胜", at, 14, "")
    pregnant = {"need_kind": "pregnancy", "is_critical": True, "birth_date": date(1991, 1, 1), "mobility": "stretcher"}
    _come(slots["emergency"], "何静", at, 8, "急救 07 负压车", pregnant)
    intake.walk_in(
        facility,
        label="胸痛，男，约 60 岁",
        need_kind="emergency",
        note="身份未核 · 心内科二线已呼叫",
        by=make.ENGINE,
        at=at - timedelta(minutes=10, seconds=42),
    )
    return facility


def _come(slot: object, name: str, at: datetime, minutes: int, ride: str, card: dict[str, object]) -> None:
    case = uuid.uuid4()
    make.make_appointment(slot, at=at, name=name, case_ref=case, **card)  # type: ignore[arg-type]
    expected = at + timedelta(minutes=minutes)
    appointments.set_ride(case, expected_at=expected, carried_by=ride, by=make.ENGINE, at=at)


def _home(slot: object, name: str, at: datetime, waited: int, ride: str) -> None:
    booked = make.make_appointment(slot, at=at, name=name)  # type: ignore[arg-type]
    arrival = intake.check_in(booked, by=make.ENGINE, at=at - timedelta(hours=4))
    intake.release(arrival, by=make.ENGINE, at=at - timedelta(minutes=waited))
    if ride:
        coming = at + timedelta(minutes=12)
        appointments.set_ride(booked.case_ref, expected_at=coming, carried_by=ride, by=make.ENGINE, at=at)


def noon_of_today() -> datetime:
    """Move the product's clock to 12:36 of today; return it."""
    target = clock.at_local(clock.today(), "12:36")
    clock.set_offset(target - clock.now())
    return target
