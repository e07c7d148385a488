"""Who may do what with a request (authz/actions.csv); each check raises NotAllowed with a sentence."""

from __future__ import annotations

from django.utils.translation import gettext as _

from access.models import AccessRequest, Resident
from accounts.models import Role
from communities.models import Community
from core.actors import Actor
from core.errors import NotAllowed, NotFound

COMMUNITY = {Role.STAFF, Role.LEAD}
ASKERS = {*COMMUNITY, Role.DISPATCH, Role.INTAKE, Role.COMMAND}
CANCELLERS = {*COMMUNITY, Role.DISPATCH, Role.COMMAND}
HOME_SAYERS = {*COMMUNITY, Role.GUARD, Role.DRIVER, Role.DISPATCH}
HAND_CLOSERS = {Role.LEAD, Role.COMMAND}


def check_may_ask(by: Actor, resident: Resident) -> None:
    """Let a community ask for its own residents, and the posts that take calls for anybody."""
    if by.role in COMMUNITY and resident.community_id != by.place_code:
        raise NotFound("resident.absent")
    if by.role not in ASKERS and not by.is_service:
        raise NotAllowed("request.create", _("申请由社区、调度或接诊台来提。请打给社区。"))


def types_for_itself(by: Actor, community_code: str) -> bool:
    """Say whether typing is approving: the community's own staff, or one of our own workers (decisions.md C13)."""
    return by.is_service or (by.role in COMMUNITY and by.place_code == community_code)


def check_may_approve(by: Actor, request: AccessRequest) -> None:
    """Let the community itself, command and the silent approval at the deadline approve."""
    if not by.is_service and by.role not in {*COMMUNITY, Role.COMMAND}:
        raise NotAllowed("request.approve", _("核准由社区来做。15 分钟内没人核准会自动通过。"))
    check_in_scope(by, request)


def check_may_cancel(by: Actor, request: AccessRequest) -> None:
    """Let the community, dispatch and command cancel."""
    if by.role not in CANCELLERS and not by.is_service:
        raise NotAllowed("request.cancel", _("取消由社区或调度来做。请打给他们。"))
    check_in_scope(by, request)


def check_may_say_home(by: Actor) -> None:
    """Let everybody who may have seen the person at home say so."""
    if by.role not in HOME_SAYERS and not by.is_service:
        raise NotAllowed("request.record_home", _("到没到家，请社区、门岗、司机或调度来说。"))


def check_may_close_by_hand(by: Actor) -> None:
    """Let a community's lead or command give one of the two words that nobody is out any more."""
    if by.role not in HAND_CLOSERS:
        raise NotAllowed("request.close_by_hand", _("要两个人一起销：社区负责人和指挥，各说一次。"))


def check_in_scope(by: Actor, request: AccessRequest) -> None:
    """Raise NotFound for a request of somebody else's place."""
    if by.is_service:
        return
    if not AccessRequest.objects.visible_to(by).filter(pk=request.pk).exists():
        raise NotFound("request.absent")


def check_may_raise(by: Actor, request: AccessRequest) -> None:
    """Let every post that takes a call say 危急 (R-000-2); desks and community only for people of their place."""
    if by.role in {*CANCELLERS}:
        check_in_scope(by, request)


def check_may_lower(by: Actor, request: AccessRequest) -> None:
    """Let the community's lead and command take 危急 back."""
    if by.role not in {Role.LEAD, Role.COMMAND}:
        raise NotAllowed("request.lower_emergency", _("降级要社区负责人或指挥来做。"))
    check_in_scope(by, request)


def check_register(by: Actor, community: Community) -> None:
    """Let a community's own staff register its residents."""
    if by.role not in COMMUNITY or by.place_code != community.code:
        raise NotAllowed("resident.register", _("只有本社区的工作人员能登记居民。"))


def check_may_note_result(by: Actor, resident: Resident) -> None:
    """Let a community's own staff, and what a desk told, say what a test found."""
    if not by.is_service:
        check_edit(by, resident)


def check_may_identify(by: Actor, request: AccessRequest, resident: Resident, *, has_arrived_here: bool) -> None:
    """Let whoever has the stranger before them say who it is: the community its own, the area's desk, the hospital."""
    if by.is_service or (by.role == Role.INTAKE and has_arrived_here):
        return
    is_here = request.community_id in {None, resident.community_id}
    if by.role in COMMUNITY and by.place_code == resident.community_id and is_here:
        return
    if by.role == Role.DISPATCH and by.place_code == request.dispatch_area:
        return
    raise NotAllowed("request.identify", _("认人由本小区、本片区调度台或接诊的医院来做。"))


def check_edit(by: Actor, resident: Resident) -> None:
    """Let a community's own staff change its residents."""
    if by.role not in COMMUNITY or by.place_code != resident.community_id:
        raise NotAllowed("resident.update", _("只有本社区的工作人员能改这位居民的资料。"))
