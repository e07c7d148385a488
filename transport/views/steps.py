"""What a driver does: one press each. A dispatcher may press for a driver who rings in."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.access_control import actor_of, for_roles
from accounts.requests import ActorRequest
from core import clock
from core.errors import Invalid, NotFound
from core.http import is_fragment, next_url
from core.idempotency import idempotent
from core.stored import said
from core.vocabulary import Role, hhmm
from transport import selectors
from transport.forms import AbortForm, DeclineForm, LateForm, RoadsideForm, WhenForm
from transport.services import alarms, lateness, runs, stops
from transport.states import StopKind
from transport.views.drive import render_sheet

# step → its service and the words that say it is done
STOP_STEPS: dict[str, tuple[Callable[..., Any], Any]] = {
    "arrive": (stops.arrive, gettext_lazy("到了，已记下")),
    "depart": (stops.depart, gettext_lazy("已记下")),
    "search": (stops.search, gettext_lazy("报上去了。谁去找、找没找到，这一页会写出来。")),
    "no_show": (stops.no_show, gettext_lazy("没接到人，记下了。他回到调度台等车的名单。")),
    "door_closed": (alarms.door_closed, gettext_lazy("报上去了。谁接手，这一页最上面会写出来。别走开。")),
}
RUN_STEPS: dict[str, tuple[Callable[..., Any], Any]] = {
    "accept": (runs.accept, gettext_lazy("接了，到点出发")),
    "start": (runs.start, gettext_lazy("已出发，路上小心")),
    "clean": (runs.note_disinfection, gettext_lazy("消毒已记下")),
    "seen": (runs.acknowledge_change, gettext_lazy("知道了")),
    "undo": (stops.undo_last, gettext_lazy("已撤回")),
}
UNDOABLE = ("arrive", "depart")


def _mend(request: ActorRequest, form: Form, **shown: Any) -> HttpResponse:
    """Show the driver the sheet again with what is wrong; a dispatcher reads it as a refusal."""
    if actor_of(request).role != Role.DRIVER:
        raise Invalid("step.form", " ".join(str(words[0]) for words in form.errors.values()))
    return render_sheet(request, status=422, **shown)


def shows_what_is_left(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Show a driver the sheet as it is now when the outing or the stop of the step is no longer theirs, saying so."""

    @wraps(view)
    def wrapper(request: ActorRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except NotFound:
            if actor_of(request).role != Role.DRIVER or is_fragment(request):
                raise
            messages.error(
                request, _("这一步没有记下：这一趟刚改派或取消了。页面上是最新的安排；人还在车上就打调度台。")
            )
            return render_sheet(request, status=404)

    return wrapper


def _back(request: ActorRequest) -> HttpResponse:
    return HttpResponseRedirect(next_url(request, reverse("transport:sheet")))


@require_POST
@for_roles("driver", "dispatch")
@shows_what_is_left
@idempotent
def stop_step(request: ActorRequest, stop_id: int, step: str) -> HttpResponse:
    """Do one step at a stop, and offer 撤回 where it can be taken back."""
    if step not in STOP_STEPS:
        raise Http404
    stop = selectors.own_stop(actor_of(request), stop_id)
    service, words = STOP_STEPS[step]
    service(stop, by=actor_of(request), at=WhenForm(request.POST).moment(clock.now()))
    undo = reverse("transport:run_step", args=[stop.run_id, "undo"])
    is_final = step == "depart" and stop.kind == StopKind.DROPOFF
    messages.success(request, words, extra_tags=f"undo:{undo}" if step in UNDOABLE and not is_final else "")
    return _back(request)


@require_POST
@for_roles("driver", "dispatch")
@shows_what_is_left
@idempotent
def run_step(request: ActorRequest, run_id: UUID, step: str) -> HttpResponse:
    """Do one step of a run that needs no words."""
    if step not in RUN_STEPS:
        raise Http404
    run = selectors.own_run(actor_of(request), run_id)
    service, words = RUN_STEPS[step]
    service(run, by=actor_of(request), at=WhenForm(request.POST).moment(clock.now()))
    messages.success(request, words)
    return _back(request)


@require_POST
@for_roles("driver", "dispatch")
@shows_what_is_left
@idempotent
def late(request: ActorRequest, stop_id: int) -> HttpResponse:
    """Say how much later the car will be."""
    actor, form = actor_of(request), LateForm(request.POST)
    stop = selectors.own_stop(actor, stop_id)
    if not form.is_valid():
        return _mend(request, form, late_form=form)
    minutes = form.cleaned_data["minutes"]
    told = lateness.late(stop, minutes=minutes, by=actor, at=clock.now())
    at = hhmm(told.new_time)
    words = _("新时间 %s 已写到社区、接诊台、调度台的页面上") % at
    if told.call:
        words += _("。%(why)s，报给%(owner)s了") % {"why": said(told.call.note), "owner": told.call.owner_label}
    messages.success(request, words)
    return _back(request)


@require_POST
@for_roles("driver", "dispatch")
@shows_what_is_left
@idempotent
def decline(request: ActorRequest, run_id: UUID) -> HttpResponse:
    """Give an offered run back."""
    actor, form = actor_of(request), DeclineForm(request.POST)
    run = selectors.own_run(actor, run_id)
    if not form.is_valid():
        return _mend(request, form, decline_form=form, bad_run=run)
    runs.decline(run, by=actor, at=clock.now(), reason=form.cleaned_data["reason"])
    messages.success(request, _("交回去了，这几个人回到调度台等车的名单。"))
    return _back(request)


@require_POST
@for_roles("driver", "dispatch")
@shows_what_is_left
@idempotent
def abort(request: ActorRequest, run_id: UUID) -> HttpResponse:
    """Break off under way; the riders wait where the car stands, the car is off."""
    actor, form = actor_of(request), AbortForm(request.POST)
    selectors.hold_car(run_id)
    run = selectors.own_run(actor, run_id)
    if not form.is_valid():
        return _mend(request, form, abort_form=form)
    words = form.cleaned_data
    runs.abort(run, by=actor, at=clock.now(), reason=words["reason"], where=words["where"])
    messages.success(request, _("记下了：车停用了，车上的人回到调度台等车的名单。请陪着人等，急的打 120。"))
    return _back(request)


@require_POST
@for_roles("driver", "dispatch")
@shows_what_is_left
@idempotent
def raise_unwell(request: ActorRequest, run_id: UUID) -> HttpResponse:
    """Raise the alarm first; everything else is asked later."""
    actor = actor_of(request)
    stops.unwell(selectors.own_run(actor, run_id), by=actor, at=WhenForm(request.POST).moment(clock.now()))
    return HttpResponseRedirect(next_url(request, reverse("transport:unwell", args=[run_id])))


@require_POST
@for_roles("driver", "dispatch")
@shows_what_is_left
@idempotent
def raise_roadside(request: ActorRequest, run_id: UUID) -> HttpResponse:
    """Call for somebody outside who stopped the car (E23): what cannot be read is left out, the call goes up."""
    actor, form = actor_of(request), RoadsideForm(request.POST)
    form.is_valid()
    told = {name: form.cleaned_data.get(name, "") for name in ("where", "note")}
    run = selectors.own_run(actor, run_id)
    alarms.roadside(run, **told, by=actor, at=WhenForm(request.POST).moment(clock.now()))
    messages.success(request, STOP_STEPS["door_closed"][1])
    return _back(request)
