"""The guard's screens: scan, answer, record, list."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts.access_control import actor_of, for_roles
from accounts.requests import ActorRequest
from communities import selectors, words
from communities.forms import CodeForm, ListForm, ScanForm
from communities.models import Gate, Scan
from communities.policies import GATE_ROLES
from communities.services import checks, gates
from communities.services.gates import ScanEvent
from communities.states import Answer, Direction
from core import clock
from core.actors import Actor
from core.errors import Invalid, NotFound
from core.http import mark_of, page, unchanged
from core.idempotency import idempotent

STATES: dict[str, str] = {Answer.GREEN: "let_out", Answer.AMBER: "check_first", Answer.RED: "not_valid"}


@require_GET
@for_roles(*GATE_ROLES)
def scan_page(request: ActorRequest) -> HttpResponse:
    """Show the camera, the code field, and what was just recorded (`done`)."""
    return _scan_page(request, CodeForm())


@require_POST
@for_roles(*GATE_ROLES)
def check(request: ActorRequest) -> HttpResponse:
    """Answer a scanned or typed code; nothing is stored yet."""
    form = CodeForm(request.POST)
    if not form.is_valid():
        return _scan_page(request, form, status=422)
    gate, data = selectors.gate_of(actor_of(request)), form.cleaned_data
    look = checks.look_at_code(gate, code=data["code"], at=clock.now(), direction=data["direction"])
    return _answer_page(request, gate, look)


@require_GET
@for_roles(*GATE_ROLES)
def answer(request: ActorRequest, pass_id: uuid.UUID) -> HttpResponse:
    """Answer for a pass picked from the list."""
    gate = selectors.gate_of(actor_of(request))
    row = selectors.pass_for(actor_of(request), pass_id)
    way = request.GET.get("direction", "")
    way = way if way in Direction.values else ""
    return _answer_page(request, gate, checks.look_at_pass(gate, gate_pass=row, at=clock.now(), direction=way))


@require_GET
@for_roles(*GATE_ROLES)
def back(request: ActorRequest, scan_id: uuid.UUID) -> HttpResponse:
    """Answer for a party that left by an emergency release and stands at the gate again."""
    gate = selectors.gate_of(actor_of(request))
    row = selectors.emergency_out(actor_of(request), scan_id)
    return _answer_page(request, gate, checks.look_back(row), emergency=row)


@require_POST
@for_roles(*GATE_ROLES)
@idempotent
def record(request: ActorRequest) -> HttpResponse:
    """Store what the guard did, and make ready for the next person."""
    actor, at = actor_of(request), clock.now()
    gate = selectors.gate_of(actor)
    form = ScanForm(request.POST)
    if not form.is_valid():
        return _scan_page(request, CodeForm(), status=422, fault=form)
    row = gates.scan(gate, event=_event(form.cleaned_data, actor, gate), by=actor, at=at)
    return HttpResponseRedirect(f"{reverse('communities:gate')}?done={row.pk}")


@require_POST
@for_roles(*GATE_ROLES)
@idempotent
def undo(request: ActorRequest, scan_id: uuid.UUID) -> HttpResponse:
    """Take back an exit pressed by mistake."""
    actor = actor_of(request)
    row = selectors.scan_for(actor, scan_id)
    gates.correct(row, by=actor, at=clock.now())
    return HttpResponseRedirect(f"{reverse('communities:gate')}?done={row.pk}")


@require_GET
@for_roles(*GATE_ROLES)
def todays_list(request: ActorRequest) -> HttpResponse:
    """List who is out and who is expected today, with a search (R-000-14)."""
    actor, at = actor_of(request), clock.now()
    mark = mark_of(request, f"gate:{actor.place_code[:12]}", at=at)
    if same := unchanged(request, mark):
        return same
    gate = selectors.gate_of(actor)
    form = ListForm(request.GET)
    search = form.cleaned_data["q"] if form.is_valid() else ""
    context = {
        "gate": gate,
        "form": form,
        "search": search,
        "lines": selectors.pass_lines(actor, day=clock.local_day(at), at=at, search=search),
        "out": [] if search else selectors.out_lines(actor, at=at),
        "query": request.GET.urlencode(),
    }
    return page(request, "communities/gate_list.html", context, part="list", mark=mark)


def _scan_page(request: ActorRequest, form: CodeForm, *, status: int = 200, fault: Any = None) -> HttpResponse:
    at = clock.now()
    gate = selectors.gate_of(actor_of(request))
    context = {
        **_frame(gate),
        "form": form,
        "fault": fault,
        "done": _done(request),
        "released": selectors.released_today(gate, at=at),
    }
    response = page(request, "communities/gate.html", context, part="screen", status=status)
    response.headers["Permissions-Policy"] = "camera=(self)"
    return response


def _answer_page(
    request: ActorRequest, gate: Gate, look: checks.Look, *, emergency: Scan | None = None
) -> HttpResponse:
    is_entry = look.direction == Direction.ENTRY
    context = {
        **_frame(gate),
        "look": look,
        "row": look.gate_pass,
        "emergency": emergency,
        "reason": words.reason(look, at=clock.now()),
        "state": STATES[look.verdict.answer],
        "is_entry": is_entry,
        "asks_way": not look.direction,
        "other_way": Direction.EXIT if is_entry else Direction.ENTRY,
        "released": selectors.released_today(gate, at=clock.now()),
    }
    response = page(request, "communities/answer.html", context, part="screen")
    response.headers["Permissions-Policy"] = "camera=(self)"
    return response


def _frame(gate: Gate) -> dict[str, Any]:
    """Offer what stands on every screen of the gate; each form gets an event id of its own."""
    return {"gate": gate, "event_id": uuid.uuid4(), "emergency_id": uuid.uuid4()}


def _done(request: ActorRequest) -> dict[str, Any] | None:
    """Say what was just recorded, if it was this actor's own compound's."""
    try:
        row = selectors.scan_for(actor_of(request), uuid.UUID(request.GET["done"]))
    except (KeyError, ValueError, NotFound):
        return None
    is_undone = hasattr(row, "correction")
    return {"row": row, "line": words.done_line(row), "is_undone": is_undone, "can_undo": _can_undo(row, is_undone)}


def _can_undo(row: Scan, is_undone: bool) -> bool:
    is_fresh = clock.now() - row.happened_at < gates.UNDO_WITHIN
    return is_fresh and not is_undone and row.direction == Direction.EXIT and row.is_passed


def _event(data: dict[str, Any], actor: Actor, gate: Gate) -> ScanEvent:
    """Read the guard's form; a pass is taken by its id within the compound, or by the code that was shown."""
    gate_pass, case_ref = None, None
    if data["gate_pass"]:
        gate_pass = _pass(data, actor, gate)
    elif data["emergency"]:
        case_ref = selectors.emergency_out(actor, data["emergency"]).case_ref
    return ScanEvent(
        event_id=data["event_id"],
        direction=data["direction"],
        decision=data["decision"],
        gate_pass=gate_pass,
        code_text=data["code_text"],
        party_size=data["party_size"],
        case_ref=case_ref,
    )


def _pass(data: dict[str, Any], actor: Actor, gate: Gate) -> Any:
    """Return the pass of the form. Another community's is known only to whoever holds its code in the hand."""
    if data["code_text"]:
        look = checks.look_at_code(gate, code=data["code_text"], at=clock.now())
        if look.gate_pass is not None and look.gate_pass.pk == data["gate_pass"]:
            return look.gate_pass
    try:
        return selectors.pass_for(actor, data["gate_pass"])
    except NotFound as error:
        raise Invalid("scan.pass", words.lost_pass()) from error
