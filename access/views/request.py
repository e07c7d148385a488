"""One request: where the person is, whose move it is, and the few acts of the community."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from access import journey, policies
from access.acts import acts_of
from access.chat_text import chat_text
from access.forms.requests import CancelForm, NotGoneForm, ReasonForm
from access.selectors import facts_of
from access.selectors.detail import Detail, detail
from access.selectors.requests import own_request
from access.services import critical as critical_service
from access.services import doors, home, not_gone, requests
from access.states import Danger
from access.views.called import show_first
from access.views.callers import case_page
from accounts.access_control import actor_of, for_roles
from accounts.requests import ActorRequest
from communities import tokens
from communities.services import hotline
from core import clock
from core.errors import Conflict, Invalid
from core.http import mark_of, page, unchanged
from core.idempotency import idempotent
from core.vocabulary import Role
from hospitals.cards import CRITICAL_SERVICES

# whose board tells of a change: the community's own unless named; command follows every community and hospital
BOARDS = {"dispatch": "area"}
KINDS = {"command": ("community", "facility")}


@require_safe
@for_roles("staff", "lead", "dispatch", "command")
def request_detail(request: ActorRequest, ident: UUID) -> HttpResponse:
    """Show one journey; the living part is asked for again every few seconds while the person moves."""
    actor, at = actor_of(request), clock.now()
    board, kinds = BOARDS.get(actor.role, "community"), KINDS.get(actor.role, ("facility",))
    mark = mark_of(request, f"{board}:{actor.place_code}", kinds=kinds, at=at)
    return unchanged(request, mark) or _page(request, detail(actor, ident, at=at), mark=mark)


@require_POST
@for_roles("staff", "lead", "dispatch", "command")
@idempotent
def cancel(request: ActorRequest, ident: UUID) -> HttpResponse:
    """Call the request off with one of five reasons."""
    actor, at = actor_of(request), clock.now()
    form = CancelForm(request.POST)
    if not form.is_valid():
        return _page(request, detail(actor, ident, at=at), cancel_form=form, status=422)
    requests.cancel(own_request(actor, ident), reason=form.cleaned_data["reason"], by=actor, at=at)
    row = own_request(actor, ident)
    is_out = journey.is_out(facts_of(row))
    messages.success(
        request, _("取消了。人还在外面，返程车和通行证都留着。") if is_out else _("取消了，号、车和通行证都退了。")
    )
    return _back(ident)


@require_POST
@for_roles("staff", "lead", "dispatch", "command")
@idempotent
def critical(request: ActorRequest, ident: UUID) -> HttpResponse:
    """病情变化: raise to 120 in one press; `labour` says that the house must be able to deliver (E22)."""
    actor = actor_of(request)
    kind = CRITICAL_SERVICES[request.POST.get("kind") == Danger.LABOUR]
    try:
        critical_service.make_critical(own_request(actor, ident), by=actor, at=clock.now(), service_kind=kind)
    except Conflict as error:
        return show_first(request, error)
    return _back(ident)


@require_POST
@for_roles("staff", "lead", "command")
@idempotent
def approve(request: ActorRequest, ident: UUID) -> HttpResponse:
    """Approve a wish of the hotline or the family."""
    actor = actor_of(request)
    requests.approve(own_request(actor, ident), by=actor, at=clock.now())
    messages.success(request, _("核准了，调度已收到。"))
    return _back(ident)


@require_POST
@for_roles("staff", "dispatch")
@idempotent
def door_closed(request: ActorRequest, ident: UUID) -> HttpResponse:
    """Report that the hospital does not take this person in at its door."""
    actor = actor_of(request)
    call = doors.report_closed(own_request(actor, ident), by=actor, at=clock.now())
    messages.success(
        request, _("报给%(owner)s了，接诊台的页面上也有。谁接手，最上面看得到。") % {"owner": call.owner_label}
    )
    return _back(ident)


@require_POST
@for_roles("staff", "lead", "dispatch")
@idempotent
def say_home(request: ActorRequest, ident: UUID) -> HttpResponse:
    """已到家 by word, with 撤回."""
    actor = actor_of(request)
    home.say_home(own_request(actor, ident), by=actor, at=clock.now())
    undo = reverse("access:request_not_home", args=[ident])
    messages.success(request, _("记下了：已到家。"), extra_tags=f"undo:{undo}")
    return _back(ident)


@require_POST
@for_roles("staff", "lead", "dispatch")
@idempotent
def not_home(request: ActorRequest, ident: UUID) -> HttpResponse:
    """Take 已到家 back."""
    actor = actor_of(request)
    home.undo_say_home(own_request(actor, ident), by=actor, at=clock.now())
    messages.success(request, _("撤回了。人还算在外面。"))
    return _back(ident)


@require_POST
@for_roles("staff", "lead")
@idempotent
def say_not_gone(request: ActorRequest, ident: UUID) -> HttpResponse:
    """没有去, with why and with 撤回: nobody went though it was time."""
    actor, at = actor_of(request), clock.now()
    form = NotGoneForm(request.POST)
    if not form.is_valid():
        return _page(request, detail(actor, ident, at=at), not_gone_form=form, status=422)
    not_gone.say(own_request(actor, ident), reason=form.cleaned_data["reason"], by=actor, at=at)
    undo = reverse("access:request_undo_not_gone", args=[ident])
    messages.success(request, _("记下了：没有去。"), extra_tags=f"undo:{undo}")
    return _back(ident)


@require_POST
@for_roles("staff", "lead")
@idempotent
def undo_not_gone(request: ActorRequest, ident: UUID) -> HttpResponse:
    """Take 没有去 back."""
    actor = actor_of(request)
    not_gone.undo(own_request(actor, ident), by=actor, at=clock.now())
    messages.success(request, _("撤回了，这一趟还算数。"))
    return _back(ident)


@require_POST
@for_roles("lead", "command")
@idempotent
def hand_close(request: ActorRequest, ident: UUID) -> HttpResponse:
    """Give one of the two words that nobody is out any more."""
    actor, at = actor_of(request), clock.now()
    form = ReasonForm(request.POST)
    if form.is_valid():
        try:
            said = home.hand_closing(own_request(actor, ident), reason=form.cleaned_data["reason"], by=actor, at=at)
        except Invalid as error:
            form.add_error("reason", error.message)
        else:
            messages.success(
                request, _("两个人都说了，销了。") if said.second_at else _("记下了。要另一个人再说一次才算销。")
            )
            return _back(ident)
    return _page(request, detail(actor, ident, at=at), hand_form=form, status=422)


def _back(ident: UUID) -> HttpResponse:
    return HttpResponseRedirect(reverse("access:request", args=[ident]))


def _page(  # noqa: PLR0913 - the forms a page may show again
    request: ActorRequest,
    shown: Detail,
    *,
    cancel_form: CancelForm | None = None,
    not_gone_form: NotGoneForm | None = None,
    hand_form: ReasonForm | None = None,
    status: int = 200,
    mark: str = "",
) -> HttpResponse:
    if actor_of(request).role not in {Role.STAFF, Role.LEAD}:
        return case_page(request, shown, cancel_form=cancel_form, hand_form=hand_form, status=status, mark=mark)
    row, at, gate_pass = shown.request, clock.now(), shown.parts.gate_pass
    context = {
        "d": shown,
        "may_lower": row.is_critical and not shown.is_out and policies.may_lower(actor_of(request), row, at=at),
        "row": row,
        "acts": acts_of(shown, actor_of(request).role),
        "resident": row.resident,
        "age": row.resident.age_on(clock.local_day(at)) if row.resident else None,
        "cancel_form": cancel_form or CancelForm(),
        "not_gone_form": not_gone_form or NotGoneForm(),
        "hand_form": hand_form or ReasonForm(),
        "chat_text": chat_text(row, shown.parts, hotline=hotline.of_place(row.community_id or "", at=at)),
        "qr": mark_safe(tokens.qr_svg(gate_pass.token, label=_("通行证二维码"))) if gate_pass else "",
        "every": 5 if shown.is_out else 15,
    }
    return page(request, "access/request.html", context, part="live", status=status, mark=mark)
