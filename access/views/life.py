"""What stops and starts again on a resident's page: a stay away, a need."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from access.forms.life import BACK, FINISH, PAUSE, AbsenceForm, NeedActForm
from access.selectors.residents import need_of, resident_of
from access.services import absences, needs
from access.states import AbsenceKind
from access.views.residents import detail_page
from accounts.access_control import actor_of, for_roles
from accounts.requests import ActorRequest
from core import clock
from core.errors import Invalid
from core.idempotency import idempotent


@require_POST
@for_roles("staff", "lead")
@idempotent
def absence(request: ActorRequest, ident: UUID) -> HttpResponse:
    """Write down that somebody is in hospital, isolated or away, or back: everything stops, or starts again."""
    actor, at = actor_of(request), clock.now()
    resident = resident_of(actor, ident)
    if request.POST.get("kind_of") == BACK:
        absences.end(resident, by=actor, at=at)
        messages.success(request, _("%(name)s 回来了。停掉的需求恢复了。") % {"name": resident.name})
        return _back(ident)
    form = AbsenceForm(request.POST)
    if form.is_valid():
        data, kind = form.cleaned_data, AbsenceKind(form.cleaned_data["kind_of"])
        try:
            absences.begin(resident, kind=kind, until=data["until"], note=data["note"], by=actor, at=at)
        except Invalid as error:
            form.add_error("until", error.message)
        else:
            words = {"name": resident.name, "kind": kind.label}
            messages.success(request, _("%(name)s：%(kind)s。需求和申请都停下来了。") % words)
            return _back(ident)
    return detail_page(request, resident, absence_form=form, status=422)


@require_POST
@for_roles("staff", "lead")
@idempotent
def need_act(request: ActorRequest, ident: UUID, need_id: UUID) -> HttpResponse:
    """Pause, end or take up again one need of a resident."""
    actor, at = actor_of(request), clock.now()
    need = need_of(actor, ident, need_id)
    form = NeedActForm(request.POST, need_id=need.pk)
    if form.is_valid():
        act, reason, until = (form.cleaned_data[name] for name in ("act", "reason", "until"))
        words = {"need": need.get_kind_display()}
        try:
            if act == PAUSE:
                words["n"] = str(needs.pause(need, reason=reason, until=until, by=actor, at=at))
                text = _("%(need)s暂停了，取消了 %(n)s 个申请。")
            elif act == FINISH:
                words["n"] = str(needs.finish(need, reason=reason, by=actor, at=at))
                text = _("%(need)s结束了，取消了 %(n)s 个申请。")
            else:
                words["n"] = str(needs.resume(need, by=actor, at=at))
                text = _("%(need)s恢复了，按周期申请了 %(n)s 次。")
        except Invalid as error:
            form.add_error(error.context.get("field"), error.message)
        else:
            messages.success(request, text % words)
            return _back(ident)
    return detail_page(request, resident_of(actor, ident), need_form=form, status=422)


def _back(ident: UUID) -> HttpResponse:
    return HttpResponseRedirect(reverse("access:resident", args=[ident]))
