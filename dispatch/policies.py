"""Who may do what with placements, cars at rest and the engine (rows match, leg and run of the authorisation table).

Each `check_…` raises NotAllowed when the act is another post's, NotFound when the area or division is a foreign one.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from access.models import AccessRequest
from core.actors import Actor
from core.errors import NotAllowed, NotFound
from core.vocabulary import Role
from dispatch.models import PlanningRun
from transport.models import Run

PLACERS = (Role.DISPATCH, Role.COMMAND)

# Parts of another act, which asked for the whole: `by` is whoever pressed there. Views never call them.
STEPS = {
    "company.ride_along": "our own worker calls a way home (dispatch returns)",
    "kept_cars.call": "our own worker calls a way home (dispatch returns)",
    "arranging.hold": "placing by hand and a plan hold what they arrange; the first has asked, the second is a worker",
    "arranging.write": "placing by hand and a plan write what they made; the first has asked, the second is a worker",
    "telling.car_comes": "what was put on a car is told; whoever put it there has asked, or is a worker",
    "telling.no_car_comes": "what was taken off a car is told; whoever took it off has asked, or is a worker",
    "way_home.put_on": "the one writer of an arrangement puts the way there on its car",
    "way_home.write": "placing by hand has asked; calling, moving and a plan are our own workers'",
}


def check_place(by: Actor, request: AccessRequest) -> None:
    """Let dispatch of the area and command of the division place a request, its way home too, and take it back."""
    if by.role not in PLACERS:
        raise NotAllowed("match.override", _("排车由本片区的调度台或指挥来做。"))
    is_own = (
        request.dispatch_area == by.place_code
        if by.role == Role.DISPATCH
        else AccessRequest.objects.visible_to(by).filter(pk=request.pk).exists()
    )
    if not is_own:
        raise NotFound("request.absent")


def check_hand_up(by: Actor, request: AccessRequest) -> None:
    """Let dispatch of the area hand somebody on to command."""
    _check_area(by, request.dispatch_area, NotAllowed("match.hand_up", _("交给指挥由本片区的调度台来做。")))


def check_switch_engine(by: Actor, area: str) -> None:
    """Let dispatch say what the engine may do in its area."""
    _check_area(by, area, NotAllowed("engine.switch", _("这个开关归本片区的调度台。")))


def check_take_proposal(by: Actor, run: PlanningRun) -> None:
    """Let dispatch apply a plan proposed for its area."""
    _check_area(by, run.area, NotAllowed("proposal.take", _("方案由本片区的调度台来定。")))


def check_replace(by: Actor, run: Run) -> None:
    """Let dispatch of the area, and our own workers, take a silent driver's car out of service (E3)."""
    if not by.is_service:
        _check_area(by, run.vehicle.dispatch_area, NotAllowed("run.replace", _("换车由本片区的调度台来做。")))


def _check_area(by: Actor, area: str, refusal: NotAllowed) -> None:
    if by.role != Role.DISPATCH:
        raise refusal
    if by.place_code != area:
        raise NotFound("area.absent")
