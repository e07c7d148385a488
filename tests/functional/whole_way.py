"""The whole way of one patient as a table: who presses what on which page, and what must stand once after it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Locator, Page

from access.models import AccessRequest, Resident
from accounts.models import User
from communities.models import GatePass, Scan
from core import clock
from core.models import AuditEvent
from hospitals.models import Appointment, Intake, Slot
from tests import walkers
from tests.factories import access as access_rows
from tests.factories import communities as gate_rows
from tests.factories import hospitals as desk_rows
from tests.factories import transport as car_rows
from transport.models import Run, Stop, Trip

MIN = timedelta(minutes=1)


@dataclass
class Way:
    """A town at 10:40, somebody who needs dialysis, and everybody who takes a part in the way."""

    town: walkers.Town
    person: Resident
    later: Slot
    users: dict[str, User]

    @property
    def request(self) -> AccessRequest:
        """The one request."""
        return AccessRequest.objects.get()

    @property
    def intake(self) -> Intake:
        """The arrival."""
        return Intake.objects.get(case_ref=self.request.case_ref)

    @property
    def run(self) -> Run:
        """The run that is next or on its way."""
        return Run.objects.filter(status__in=["offered", "accepted", "under_way"]).distinct().get()

    def driver(self) -> User:
        """Return who drives it."""
        return self.users[self.run.driver_id]

    def next_stop(self) -> Stop:
        """Return the stop that is not done yet."""
        return self.run.stops.filter(departed_at__isnull=True).order_by("position").first()


def lay_out() -> Way:
    """Build the town; the product's clock stands at 10:40 of today."""
    at = go_to(clock.at_local(clock.today(), "10:40"))
    town = walkers.town(at=at)
    person = walkers.resident(town, "王秀兰", id_last4="1497", phone_last4="3328", phone="15400003328")
    access_rows.need(person, schedule_kind="weekly", schedule_days=str(at.isoweekday()), shift="PM")
    later = desk_rows.make_slot(town.slot.service, starts_at=at + 200 * MIN)
    users = {
        "staff": gate_rows.staff(town.community),
        "dispatch": walkers.dispatcher_user(),
        "guard": gate_rows.guard(town.community),
        "desk": desk_rows.make_desk_user(town.facility),
        **{f"D-{car.pk}": car_rows.driver_user(f"D-{car.pk}", f"139{car.pk}") for car in town.cars},
    }
    return Way(town, person, later, users)


def go_to(at: datetime) -> datetime:
    """Let the product's clock stand at a time."""
    clock.set_offset(at - timezone.now())
    return at


@dataclass(frozen=True)
class Press:
    """One press of one post: its page, what is filled in before, the button, and the act that must stand once."""

    name: str
    role: str
    address: Callable[[Way], str]
    button: str
    verb: str
    fill: Callable[[Page, Way], None] = lambda page, way: None
    at: Callable[[Way], datetime] = lambda way: clock.now() + MIN
    within: str = "main, .foot"
    is_kept: bool = field(default=False)  # sent by the page itself once there is a network
    also: tuple[str, ...] = ()  # other acts of the same press that another press is counted by

    def find(self, page: Page) -> Locator:
        """Return the button on its page."""
        return page.locator(self.within).get_by_role("button", name=self.button).first

    def user(self, way: Way) -> User:
        """Return who presses."""
        return way.driver() if self.role == "driver" else way.users[self.role]

    def count(self) -> int:
        """Return how often the act stands."""
        return AuditEvent.objects.filter(verb=self.verb).count()


def _ask(page: Page, way: Way) -> None:
    page.locator("input[name=time][value=soon]").check()
    page.locator("input[name=danger][value=no]").check()
    page.locator("input[name=escort]").check()


def _board(query: str = "") -> Callable[[Way], str]:
    return lambda way: f"{reverse('dispatch:board')}?who={way.request.pk}{query}"


def _code(page: Page, way: Way) -> None:
    code = GatePass.objects.issued().get(case_ref=way.request.case_ref).number[-4:]
    page.get_by_label("扫不出来就输后四位").fill(code)
    page.get_by_role("button", name="查", exact=True).click()
    page.locator("[data-answer]").wait_for()


def _there(way: Way) -> datetime:
    return max(clock.now(), way.next_stop().planned_at)


def _pickup(way: Way) -> datetime:
    return max(clock.now(), way.run.stops.order_by("position").first().planned_at - 5 * MIN)


def _wheel(name: str, button: str, verb: str, at: Callable[[Way], datetime] = _there) -> Press:
    return Press(name, "driver", lambda way: reverse("transport:sheet"), button, verb, at=at, is_kept=True)


def _desk(name: str, button: str, verb: str, minutes: int) -> Press:
    return Press(
        name, "desk", lambda way: reverse("hospitals:intake", args=[way.intake.pk]), button, verb,
        at=lambda way: clock.now() + minutes * MIN,
    )  # fmt: skip


def _appointment(way: Way) -> str:
    booked = Appointment.objects.get(case_ref=way.request.case_ref, status="booked")
    return reverse("hospitals:appointment", args=[booked.pk])


def _gate(name: str, button: str, verb: str, at: Callable[[Way], datetime]) -> Press:
    return Press(name, "guard", lambda way: reverse("communities:gate"), button, verb, fill=_code, at=at)


PRESSES = (
    Press("the community asks", "staff", lambda way: reverse("access:request_new", args=[way.person.pk]),
          "提交申请", "request.submit", fill=_ask),
    Press("dispatch places", "dispatch", _board("&car=V1"), "", "request.placed", within="#press"),
    Press("dispatch takes it back", "dispatch", _board(), "撤回，回到等车的人里", "request.unplaced"),
    Press("dispatch places again", "dispatch", _board("&car=V1"), "", "request.placed", within="#press"),
    Press("another car", "dispatch", _board("&car=V2"), "", "request.placed", within="#press",
          also=("request.unplaced",)),
    Press("another hour", "dispatch", lambda way: _board(f"&slot={way.later.pk}")(way), "", "request.placed",
          within="#press", also=("request.unplaced",)),
    _wheel("the driver accepts", "接了", "run.accepted", lambda way: clock.now() + MIN),
    _wheel("sets out", "出发", "run.under_way", _pickup),
    _gate("the guard lets out", "放行，扫下一位", "scan.let_out", _pickup),
    _wheel("is at the door", "到楼下了", "stop.arrived"),
    _wheel("has them aboard", "人已上车", "trip.on_board"),
    _wheel("is at the hospital", "到医院了", "stop.arrived"),
    _wheel("hands over", "交给接诊台了", "run.completed"),
    Press("the desk confirms", "desk", _appointment, "确认到院", "intake.arrived"),
    _desk("the desk takes over", "交接完成", "intake.handed_over", 4),
    _desk("treatment begins", "开始治疗", "intake.in_treatment", 5),
    _desk("treatment is over", "治疗结束，叫车", "intake.released", 240),
    _wheel("the driver accepts the way home", "接了", "run.accepted", lambda way: clock.now() + MIN),
    _wheel("sets out for it", "出发", "run.under_way", _pickup),
    _wheel("is at the hospital's door", "到医院了", "stop.arrived"),
    _wheel("has them aboard again", "人已上车", "trip.on_board"),
    _gate("the guard lets in", "进门，扫下一位", "scan.let_in", _there),
    _wheel("is at the house", "到楼下了", "stop.arrived"),
    _wheel("is home", "到家了", "run.completed"),
)  # fmt: skip

UNANNOUNCED = Press("somebody nobody announced", "desk", lambda way: reverse("hospitals:desk"),
                    "没有登记的人来了", "intake.walk_in")  # fmt: skip


def steps(way: Way, presses: tuple[Press, ...] = PRESSES) -> Iterator[Press]:
    """Give each press at its hour, with what was told meanwhile handed on."""
    for each in presses:
        walkers.deliver()
        go_to(each.at(way))
        yield each
    walkers.deliver()


def doubled_or_lost() -> list[str]:
    """Return what does not stand exactly once at the end of the way."""
    trips = Trip.objects.filter(status="completed")
    stands = {
        "request": AccessRequest.objects.count(),
        "appointment": Appointment.objects.exclude(status="cancelled").count(),
        "arrival": Intake.objects.count(),
        "trip there": trips.filter(direction="outbound").count(),
        "trip home": trips.filter(direction="inbound").count(),
        "passage out": Scan.objects.filter(direction="exit").count(),
        "passage in": Scan.objects.filter(direction="entry").count(),
    }
    acts = Counter(verb for each in PRESSES for verb in (each.verb, *each.also))
    found = Counter(AuditEvent.objects.filter(verb__in=acts).values_list("verb", flat=True))
    wrong = [f"{what}: {count}" for what, count in stands.items() if count != 1]
    return wrong + [f"{verb}: {found[verb]} for {count}" for verb, count in acts.items() if found[verb] != count]
