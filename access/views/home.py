"""The community's first page."""

from __future__ import annotations

from hashlib import sha256
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from access.selectors.home import HomeLists, home_lists
from access.selectors.people_out import without_way_home
from access.selectors.residents import need_of
from access.services import cycle, excuses
from access.states import ExcuseReason
from accounts.access_control import actor_of, for_roles
from accounts.requests import ActorRequest
from core import clock
from core.http import mark_of, page, unchanged
from core.idempotency import idempotent
from core.phrases import clauses


@require_safe
@for_roles("staff", "lead")
def home(request: ActorRequest) -> HttpResponse:
    """Show what must be done now, today's journeys and the days ahead."""
    actor, at = actor_of(request), clock.now()
    mark = mark_of(request, f"community:{actor.place_code}", at=at)
    if same := unchanged(request, mark):
        return same
    lists = home_lists(actor, at=at)
    due = "".join(str(each.resident.pk) for day in lists.days for each in day.unasked)
    without = without_way_home(actor, at=at)
    context = {
        "lists": lists,
        "people": without,
        "opens": True,
        "excuses": ExcuseReason.choices,
        "wrong": clauses(wrong_words(lists, without_way_home=len(without))),
        "today": clock.local_day(at),
        # the same people, the same key: a poll that changes nothing stays the same fragment
        "cycle_key": sha256(due.encode()).hexdigest()[:32],
    }
    return page(request, "access/home.html", context, part="live", mark=mark)


def wrong_words(lists: HomeLists, *, without_way_home: int) -> list[str]:
    """Say what is wrong today, the worst first; nothing when all is well: only then the headline says so."""
    counted = (
        (without_way_home, ngettext("%(n)s 位在外面，没有回家的车", "%(n)s 位在外面，没有回家的车", without_way_home)),
        (lists.critical, ngettext("%(n)s 位急危重症", "%(n)s 位急危重症", lists.critical)),
        (lists.troubled, ngettext("%(n)s 位没按时", "%(n)s 位没按时", lists.troubled)),
        (lists.lacking, ngettext("%(n)s 位还没有车", "%(n)s 位还没有车", lists.lacking)),
    )
    return [words % {"n": count} for count, words in counted if count]


@require_POST
@for_roles("staff", "lead")
@idempotent
def excuse(request: ActorRequest, ident: UUID, need_id: UUID) -> HttpResponse:
    """今天不去, with why and with 撤回."""
    actor = actor_of(request)
    need = need_of(actor, ident, need_id)
    excuses.say(need, reason=request.POST.get("reason", ""), by=actor, at=clock.now())
    undo = reverse("access:excuse_undo", args=[ident, need_id])
    messages.success(
        request, _("记下了：%(name)s 今天不去。") % {"name": need.resident.name}, extra_tags=f"undo:{undo}"
    )
    return HttpResponseRedirect(reverse("access:home"))


@require_POST
@for_roles("staff", "lead")
@idempotent
def undo_excuse(request: ActorRequest, ident: UUID, need_id: UUID) -> HttpResponse:
    """Take 今天不去 back."""
    actor = actor_of(request)
    need = need_of(actor, ident, need_id)
    excuses.withdraw(need, by=actor, at=clock.now())
    messages.success(request, _("撤回了。%(name)s 今天还要去。") % {"name": need.resident.name})
    return HttpResponseRedirect(reverse("access:home"))


@require_POST
@for_roles("staff", "lead")
@idempotent
def ask_due(request: ActorRequest) -> HttpResponse:
    """Ask by treatment cycle for everybody due in the next days."""
    made = cycle.ask_due(by=actor_of(request), at=clock.now())
    messages.success(request, _("按治疗周期申请了 %(n)s 人。") % {"n": len(made)})
    return HttpResponseRedirect(reverse("access:home"))
