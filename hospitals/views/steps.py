"""Every press of the desk: one service, one answer, one way back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.access_control import actor_of, for_roles
from accounts.requests import ActorRequest
from core import clock
from core.errors import Invalid
from core.http import next_url, page
from core.idempotency import idempotent
from hospitals import selectors
from hospitals.forms import DescribeForm, NoteForm, OverloadForm, SampleForm
from hospitals.models import Intake
from hospitals.policies import INTAKE_ROLES
from hospitals.services import appointments, overload, samples, undo
from hospitals.services import intake as arrivals
from hospitals.views.patients import intake_context


def _back(request: ActorRequest, text: str, undone: Intake | None = None) -> HttpResponse:
    """Say what happened, offer 撤回, and return to where the press came from."""
    extra = f"undo:{reverse('hospitals:undo', args=[undone.pk])}" if undone is not None else ""
    messages.success(request, text, extra_tags=extra)
    return HttpResponseRedirect(next_url(request, reverse("hospitals:desk")))


@require_POST
@for_roles(*INTAKE_ROLES)
@idempotent
def arrive(request: ActorRequest, appointment_id: UUID) -> HttpResponse:
    """Record that an expected patient is here."""
    row = selectors.appointment_for(actor_of(request), appointment_id)
    intake = arrivals.check_in(row, by=actor_of(request), at=clock.now())
    return _back(request, _("%(name)s 已到院。") % {"name": row.name}, intake)


@require_POST
@for_roles(*INTAKE_ROLES)
@idempotent
def no_show(request: ActorRequest, appointment_id: UUID) -> HttpResponse:
    """Record that nobody came at the booked time."""
    row = selectors.appointment_for(actor_of(request), appointment_id)
    appointments.mark_no_show(row, by=actor_of(request), at=clock.now())
    return _back(request, _("已记下 %(name)s 没来，位置空出来了。人来了照样接。") % {"name": row.name})


@require_POST
@for_roles(*INTAKE_ROLES)
@idempotent
def walk_in(request: ActorRequest) -> HttpResponse:
    """Receive somebody nobody announced, in one press; who it is can be typed after."""
    actor = actor_of(request)
    facility = selectors.facility_for(actor)
    intake = arrivals.walk_in(facility, label=request.POST.get("label", "")[:60], by=actor, at=clock.now())
    messages.success(
        request,
        _("已接收，开始计时。姓名和情况可以后补。"),
        extra_tags=f"undo:{reverse('hospitals:undo', args=[intake.pk])}",
    )
    return HttpResponseRedirect(reverse("hospitals:intake", args=[intake.pk]))


Press = Callable[..., object]
# address → (service, what to say)
PRESSES: dict[str, tuple[Press, Any]] = {
    "hand-over": (arrivals.hand_over, gettext_lazy("%(name)s 交接完成。")),
    "start": (arrivals.start_treatment, gettext_lazy("%(name)s 开始治疗。")),
    "release": (arrivals.release, gettext_lazy("%(name)s 治疗结束，已叫返程车。")),
    "left": (arrivals.note_left, gettext_lazy("%(name)s 已离院。")),
}


@require_POST
@for_roles(*INTAKE_ROLES)
@idempotent
def press(request: ActorRequest, intake_id: UUID, step: str) -> HttpResponse:
    """Do one step that needs no words."""
    service, text = PRESSES[step]
    intake = selectors.intake_for(actor_of(request), intake_id)
    service(intake, by=actor_of(request), at=clock.now())
    return _back(request, text % {"name": intake.label}, None if step == "left" else intake)


ENDS: dict[str, tuple[Press, Any]] = {
    "admit": (arrivals.admit, gettext_lazy("%(name)s 住院，返程不用了。")),
    "death": (arrivals.record_death, gettext_lazy("已记下 %(name)s 去世。")),
}


@require_POST
@for_roles(*INTAKE_ROLES)
@idempotent
def end_stay(request: ActorRequest, intake_id: UUID, step: str) -> HttpResponse:
    """Admit, or record a death."""
    service, text = ENDS[step]
    intake = selectors.intake_for(actor_of(request), intake_id)
    form = NoteForm(request.POST)
    if not form.is_valid():
        return page(request, "hospitals/intake.html", intake_context(intake, note_form=form), status=422)
    service(intake, note=form.cleaned_data["note"], by=actor_of(request), at=clock.now())
    return _back(request, text % {"name": intake.label})


@require_POST
@for_roles(*INTAKE_ROLES)
@idempotent
def describe(request: ActorRequest, intake_id: UUID) -> HttpResponse:
    """Write down who a patient is."""
    intake = selectors.intake_for(actor_of(request), intake_id)
    form = DescribeForm(request.POST, record=intake)
    if not form.is_valid():
        return page(request, "hospitals/intake.html", intake_context(intake, describe_form=form), status=422)
    arrivals.describe(intake, form.described(), by=actor_of(request), at=clock.now())
    return _back(request, _("已补上 %(name)s 的情况。") % {"name": intake.label})


@require_POST
@for_roles(*INTAKE_ROLES)
@idempotent
def sample(request: ActorRequest, intake_id: UUID) -> HttpResponse:
    """Write down what a test found; care goes on."""
    intake = selectors.intake_for(actor_of(request), intake_id)
    form = SampleForm(request.POST)
    if not form.is_valid():
        return page(request, "hospitals/intake.html", intake_context(intake, sample_form=form), status=422)
    samples.note_sample(intake, result=form.cleaned_data["result"], by=actor_of(request), at=clock.now())
    words = {"name": intake.label, "result": intake.get_sample_result_display()}
    return _back(request, _("%(name)s：%(result)s，记下了。治疗照旧，回家的车会跟着改。") % words)


@require_POST
@for_roles(*INTAKE_ROLES)
@idempotent
def undo_last(request: ActorRequest, intake_id: UUID) -> HttpResponse:
    """Take the last step of an arrival back."""
    intake = selectors.intake_for(actor_of(request), intake_id)
    undo.undo_last(intake, by=actor_of(request), at=clock.now())
    return _back(request, _("已撤回 %(name)s 的上一步。") % {"name": intake.label})


@require_POST
@for_roles(*INTAKE_ROLES)
@idempotent
def report_overload(request: ActorRequest) -> HttpResponse:
    """Report that the desk cannot cope; the patient stays."""
    actor = actor_of(request)
    facility = selectors.facility_for(actor)
    form = OverloadForm(request.POST, facility=facility)
    if not form.is_valid():
        return page(request, "hospitals/overload.html", {"form": form}, status=422)
    try:
        row = overload.report(facility, form.overload(), by=actor, at=clock.now())
    except Invalid as error:
        form.add_error(error.context.get("field"), error.message)
        return page(request, "hospitals/overload.html", {"form": form}, status=422)
    words = _("已上报，归%(owner)s。有人接手，页面最上面写着是谁。人先在这里处置，有医院答应接再转。")
    return _back(request, words % {"owner": row.owner_label})
