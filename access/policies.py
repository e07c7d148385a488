"""Who may do what with requests and the register (rows resident and request of the authorisation table).

Each `check_…` raises NotAllowed when the act is another post's, NotFound when the person belongs to a foreign place.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext as _

from access.models import AccessRequest, Identification, Resident
from communities.models import Community
from core.actors import Actor
from core.errors import NotAllowed, NotFound
from core.vocabulary import Role
from hospitals.models import Appointment, Intake
from transport.models import Trip

COMMUNITY = (Role.STAFF, Role.LEAD)
ASKERS = (*COMMUNITY, Role.DISPATCH, Role.INTAKE, Role.COMMAND)
CANCELLERS = (*COMMUNITY, Role.DISPATCH, Role.COMMAND)
APPROVERS = (*COMMUNITY, Role.COMMAND)
HOME_SAYERS = (*COMMUNITY, Role.GUARD, Role.DRIVER, Role.DISPATCH)
RAISERS = (*HOME_SAYERS, Role.INTAKE, Role.HOSPADM, Role.COMMAND)
DOOR_REPORTERS = (Role.STAFF, Role.DISPATCH)
LOWERERS = (Role.LEAD, Role.COMMAND)
UNDO_PRESS = timedelta(minutes=10)  # as long as a desk may take its own step back
HAND_CLOSERS = (Role.LEAD, Role.COMMAND)

# Parts of another act, which asked for the whole: `by` is whoever pressed there. Views never call them.
STEPS = {
    "closing.close_row": "our own worker closes what its facts say is over",
    "one_way.stand_aside": "asking for 120 and raising have asked (submit, make_critical)",
    "making.make": "our own worker takes up what began at a gate or a desk",
    "making.row_of": "asking for a way has asked (requests.submit)",
    "card_writing.follow_record": "mending a resident's record has asked (residents.update)",
    "card_writing.write_cards": "saying who a stranger is, where to bring them, and mending a record have asked",
    "letting_go.let_go": "cancelling and closing have asked; closures and changes of zone are our own workers'",
    "letting_go.unplace": "asking for 120 and taking a placement back have asked; the rest are our own workers'",
    "out_again.end_by_word": "saying 已到家 has asked",
    "requests.stop": "a stay away, a need that pauses or ends, and putting a record away have asked",
    "requests.reclass": "our own worker follows zone and register (dispatch reclass)",
}


def check_ask(by: Actor, resident: Resident) -> None:
    """Let a community ask for its own residents, and the posts that take calls for anybody."""
    if by.role in COMMUNITY and resident.community_id != by.place_code:
        raise NotFound("resident.absent")
    if by.role not in ASKERS and not by.is_service:
        raise NotAllowed("request.create", _("申请由社区、调度或接诊台来提。请打给社区。"))


def check_ask_due(by: Actor) -> None:
    """Let a community ask for everybody of its own who is due."""
    if by.role not in COMMUNITY:
        raise NotAllowed("request.create", _("申请由社区、调度或接诊台来提。请打给社区。"))


def check_make_standing(by: Actor) -> None:
    """Let our own workers make the requests of standing orders."""
    if not by.is_service:
        raise NotAllowed("request.standing", _("长期预约由系统按周期自动提。"))


def types_for_itself(by: Actor, community_code: str) -> bool:
    """Say whether typing is approving: the community's own staff, or one of our own workers (decisions.md C13)."""
    return by.is_service or (by.role in COMMUNITY and by.place_code == community_code)


def check_approve(by: Actor, request: AccessRequest) -> None:
    """Let the community itself, command and the silent approval at the deadline approve."""
    if not by.is_service and by.role not in APPROVERS:
        raise NotAllowed("request.approve", _("核准由社区来做。"))
    check_in_scope(by, request)


def check_cancel(by: Actor, request: AccessRequest) -> None:
    """Let the community, dispatch and command cancel, or close what nobody is out for."""
    if by.role not in CANCELLERS and not by.is_service:
        raise NotAllowed("request.cancel", _("取消由社区或调度来做。请打给他们。"))
    check_in_scope(by, request)


def check_say_home(by: Actor, request: AccessRequest) -> None:
    """Let everybody who may have seen the person at home say so, and take a wrong word back."""
    if by.role not in HOME_SAYERS and not by.is_service:
        raise NotAllowed("request.record_home", _("到没到家，请社区、门岗、司机或调度来说。"))
    check_in_scope(by, request)


def check_close_by_hand(by: Actor, request: AccessRequest) -> None:
    """Let a community's lead or command give one of the two words that nobody is out any more."""
    if by.role not in HAND_CLOSERS:
        raise NotAllowed("request.close_by_hand", _("要两个人一起销：社区负责人和指挥，各说一次。"))
    check_in_scope(by, request)


def check_raise(by: Actor, request: AccessRequest) -> None:
    """Let every post that has the person before it, or takes a call, say 危急 (R-000-2)."""
    if by.role not in RAISERS and not by.is_service:
        raise NotAllowed("request.raise_emergency", _("请打 120，再打给调度台。"))
    check_in_scope(by, request)


def check_lower(by: Actor, request: AccessRequest, *, at: datetime) -> None:
    """Let the community's lead and command take 危急 back, and whoever pressed within minutes of it."""
    if not may_lower(by, request, at=at):
        raise NotAllowed("request.lower_emergency", _("降级要社区负责人或指挥来做。"))
    check_in_scope(by, request)


def may_lower(by: Actor, request: AccessRequest, *, at: datetime) -> bool:
    """Say whether somebody's post, or having pressed just now, lets them take 危急 back."""
    has_pressed = by.role in COMMUNITY and by.key == request.critical_by
    is_fresh = request.critical_at is not None and at - request.critical_at <= UNDO_PRESS
    return by.is_service or by.role in LOWERERS or (has_pressed and is_fresh)


def check_identify(by: Actor, request: AccessRequest, resident: Resident) -> None:
    """Let whoever has the stranger before them say who it is: the community its own, the area's desk, the hospital."""
    if by.is_service or (by.role == Role.INTAKE and _has_arrived_at(by, request)):
        return
    is_here = request.community_id in {None, resident.community_id}
    if by.role in COMMUNITY and by.place_code == resident.community_id and is_here:
        return
    if by.role == Role.DISPATCH and by.place_code == request.dispatch_area:
        return
    raise NotAllowed("request.identify", _("认人由本小区、本片区调度台或接诊的医院来做。"))


def check_place_stranger(by: Actor, request: AccessRequest) -> None:
    """Let whoever has the stranger before them say where to bring them and what they look like."""
    if by.is_service or (by.role == Role.INTAKE and _has_arrived_at(by, request)):
        return
    if by.role not in (*COMMUNITY, Role.DISPATCH):
        raise NotAllowed("request.place_stranger", _("送到哪由小区、本片区调度台或接诊的医院来写。"))
    check_in_scope(by, request)


def check_undo_identity(by: Actor, request: AccessRequest) -> None:
    """Let whoever might say who a stranger is take a wrong name back."""
    standing = Identification.objects.filter(request=request, withdrawn_at__isnull=True).select_related("resident")
    found = standing.first()
    if found is not None:
        check_identify(by, request, found.resident)
    else:
        check_in_scope(by, request)


def check_register(by: Actor, community: Community) -> None:
    """Let a community's own staff register its residents."""
    if by.role not in COMMUNITY or by.place_code != community.code:
        raise NotAllowed("resident.register", _("只有本社区的工作人员能登记居民。"))


def check_edit(by: Actor, resident: Resident) -> None:
    """Let a community's own staff change its residents."""
    if by.role not in COMMUNITY or by.place_code != resident.community_id:
        raise NotAllowed("resident.update", _("只有本社区的工作人员能改这位居民的资料。"))


def check_life(by: Actor, resident: Resident) -> None:
    """Let a community's own staff, and what a desk told, say that life goes another way, and that it goes on."""
    if not by.is_service:
        check_edit(by, resident)


def check_note_result(by: Actor, resident_id: UUID) -> None:
    """Let a community's own staff, and what a desk told, say what a test found."""
    if by.is_service:
        return
    if by.role not in COMMUNITY or not Resident.objects.visible_to(by).filter(pk=resident_id).exists():
        raise NotAllowed("resident.update", _("只有本社区的工作人员能改这位居民的资料。"))


def check_mark_checked(by: Actor) -> None:
    """Let a community's own staff note that facts were checked; others' residents are left out of the list."""
    if by.role not in COMMUNITY:
        raise NotAllowed("resident.update", _("只有本社区的工作人员能改这位居民的资料。"))


def check_report_door(by: Actor, request: AccessRequest) -> None:
    """Let the community's staff and dispatch say that a hospital's door is closed
    (service_status.report_door_closed).
    """
    if by.role not in DOOR_REPORTERS:
        raise NotAllowed("request.door_closed", _("门口不接，由社区、司机或调度台来报。"))
    check_in_scope(by, request)


def check_in_scope(by: Actor, request: AccessRequest) -> None:
    """Raise NotFound for a request of somebody else's place."""
    if not by.is_service and not _is_in_scope(by, request):
        raise NotFound("request.absent")


def _is_in_scope(by: Actor, request: AccessRequest) -> bool:
    if by.role == Role.GUARD:  # a gate's code begins with its community's
        return bool(request.community_id) and by.place_code.startswith(str(request.community_id))
    if by.role == Role.DRIVER:
        return Trip.objects.visible_to(by).filter(case_ref=request.case_ref).exists()
    if by.role in {Role.INTAKE, Role.HOSPADM}:
        coming = Appointment.objects.visible_to(by).filter(case_ref=request.case_ref)
        return _has_arrived_at(by, request) or coming.exists()
    return AccessRequest.objects.visible_to(by).filter(pk=request.pk).exists()


def _has_arrived_at(by: Actor, request: AccessRequest) -> bool:
    return Intake.objects.filter(case_ref=request.case_ref, facility=by.place_code).exists()
