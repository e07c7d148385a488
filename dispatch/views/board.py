"""The dispatch board: look, place, take back."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.access_control import actor_of, for_roles
from accounts.requests import ActorRequest
from core import boards, clock
from core.errors import Conflict, DomainError, Invalid
from core.http import mark_of, page, unchanged, wants_fresh
from core.idempotency import idempotent
from core.looking import Looker, look
from core.phrases import listed
from core.stored import stored
from core.vocabulary import hhmm
from dispatch import selectors
from dispatch.board.kept_board import BoardKey, kept
from dispatch.board.shown import Choice
from dispatch.facts import silence
from dispatch.forms import ChoiceForm
from dispatch.hand import handing_up, placement, promised
from dispatch.home import returns, stranded, transfers
from transport.models import Trip

PARTS = ("board", "headline", "waiting", "lanes", "panel")


@for_roles("dispatch")
def show(request: ActorRequest) -> HttpResponse:
    """Show the board, or one living part of it."""
    target = getattr(getattr(request, "htmx", None), "target", "")
    place = actor_of(request).place_code
    version = boards.version(f"area:{place}", f"calls:area:{place}", kinds=("facility",))
    others = _others(request, request.GET.get("who", "")) if target in {"", "main", "panel"} else ()
    mark = mark_of(request, version=f"{version}{others or ''}", at=clock.now())
    return unchanged(request, mark) or _render(
        request,
        request.GET,
        part=target if target in PARTS else "board",
        mark=mark,
        version="" if wants_fresh(request) else version,
        others=others,
    )


@for_roles("dispatch")
@idempotent
def place(request: ActorRequest, request_id: UUID) -> HttpResponse:
    """Put a request on the chosen slot and cars."""
    row = selectors.request_for(actor_of(request), request_id)
    form = ChoiceForm(request.POST)
    if not form.is_valid():
        return _again(request, row.pk, Invalid("placement.choice", _("选的时段或车不对，请重新选。")))
    now = clock.now()
    try:
        placement.place(row, choice=form.choice(), by=actor_of(request), at=now)
    except (Conflict, Invalid) as error:
        return _again(request, row.pk, error)
    words = _("%(name)s排好了。") % {"name": row.name} + promised.moved(form.pickup_read, selectors.pickup_of(row))
    _done(request, words, reverse("dispatch:withdraw", args=[row.pk]))
    return _to_board()


@for_roles("dispatch")
@idempotent
def move(request: ActorRequest, request_id: UUID) -> HttpResponse:
    """Give somebody who has a car another one, or another hour."""
    row = selectors.request_for(actor_of(request), request_id)
    form = ChoiceForm(request.POST)
    if not form.is_valid():
        return _again(request, row.pk, Invalid("placement.choice", _("选的时段或车不对，请重新选。")))
    try:
        placement.move(row, choice=form.choice(), by=actor_of(request), at=clock.now())
    except (Conflict, Invalid) as error:
        return _again(request, row.pk, error)
    words = _("%(name)s换好了。要再改，再点他的名字。") % {"name": row.name}
    messages.success(request, words + promised.moved(form.pickup_read, selectors.pickup_of(row)))
    return _to_board(row.pk)


@for_roles("dispatch")
@idempotent
def move_return(request: ActorRequest, request_id: UUID) -> HttpResponse:
    """Give somebody who has a car home another one."""
    said = _("%(name)s的返程换好了，%(at)s 接。")
    return _put_on(request, request_id, place=returns.move_return, said=said, undo="dispatch:undo_return")


@for_roles("dispatch")
@idempotent
def withdraw(request: ActorRequest, request_id: UUID) -> HttpResponse:
    """Take a placement back."""
    undo = partial(placement.withdraw, reason=stored("调度撤回"))
    return _taken_back(request, request_id, undo=undo, said=_("撤回了，%(name)s回到等车的人里。"))


@for_roles("dispatch")
@idempotent
def place_return(request: ActorRequest, request_id: UUID) -> HttpResponse:
    """Put somebody who waits to go home on the chosen car."""
    said = _("%(name)s的返程排好了，%(at)s 接。")
    return _put_on(request, request_id, place=returns.place_return, said=said, undo="dispatch:undo_return")


@for_roles("dispatch")
@idempotent
def undo_return(request: ActorRequest, request_id: UUID) -> HttpResponse:
    """Take a way home off its car again."""
    return _taken_back(request, request_id, undo=returns.undo_return, said=_("撤回了，%(name)s还在等返程车。"))


@for_roles("dispatch")
@idempotent
def place_transfer(request: ActorRequest, request_id: UUID) -> HttpResponse:
    """Put somebody whom another hospital takes over on the chosen car."""
    said = _("%(name)s的转院车排好了，%(at)s 接。")
    return _put_on(request, request_id, place=transfers.place, said=said, undo="dispatch:undo_transfer")


@for_roles("dispatch")
@idempotent
def undo_transfer(request: ActorRequest, request_id: UUID) -> HttpResponse:
    """Take the way to the other hospital off its car again."""
    return _taken_back(request, request_id, undo=transfers.undo_place, said=_("撤回了，%(name)s还在等转院车。"))


@for_roles("dispatch")
@idempotent
def place_stranded(request: ActorRequest, request_id: UUID) -> HttpResponse:
    """Put somebody who stands beside a broken car on the chosen one."""
    said = _("接%(name)s的车排好了，%(at)s 到。")
    return _put_on(request, request_id, place=stranded.place, said=said, undo="dispatch:undo_stranded")


@for_roles("dispatch")
@idempotent
def undo_stranded(request: ActorRequest, request_id: UUID) -> HttpResponse:
    """Take them off that car again."""
    return _taken_back(request, request_id, undo=stranded.undo_place, said=_("撤回了，%(name)s还在坏车旁等。"))


@for_roles("dispatch")
@idempotent
def replace_car(request: ActorRequest, run_id: UUID) -> HttpResponse:
    """Take a silent driver's car out of service; its people are planned anew."""
    run = selectors.run_for(actor_of(request), run_id)
    lost = silence.replace(run, by=actor_of(request), at=clock.now())
    names = {trip.case_ref: trip.name for trip in lost}
    words = {"plate": run.vehicle.plate, "n": len(names), "who": listed(names.values())}
    if lost:
        _done(
            request,
            _("%(plate)s 停用了，%(n)s 位另排车：%(who)s。撤回只让车能用，这几位不会自己回来。") % words,
            reverse("dispatch:vehicle_on", args=[run.vehicle_id]),
        )
    else:
        messages.info(request, _("%(plate)s 的这一趟已经不在了，没有再动。") % words)
    return _to_board()


@for_roles("dispatch")
@idempotent
def hand_up(request: ActorRequest, request_id: UUID) -> HttpResponse:
    """Hand somebody whom nothing fits on to command."""
    row = selectors.request_for(actor_of(request), request_id)
    try:
        call = handing_up.hand_up(row, reason=request.POST.get("reason", ""), by=actor_of(request), at=clock.now())
    except (Conflict, Invalid) as error:
        return _again(request, row.pk, error)
    words = {"name": row.name, "owner": call.owner_label}
    messages.success(request, _("%(name)s 交给%(owner)s了，接手的人写在他这里。") % words)
    return _to_board(row.pk)


def _others(request: ActorRequest, who: str) -> tuple[Looker, ...]:
    """Return which colleagues have the same person open, and note for them that this one has."""
    try:
        return look(UUID(who), by=actor_of(request), at=clock.now())
    except ValueError:
        return ()


def _put_on(
    request: ActorRequest, request_id: UUID, *, place: Callable[..., Trip], said: str, undo: str
) -> HttpResponse:
    """Put somebody on the chosen car by a service, and say so with its undo."""
    row = selectors.request_for(actor_of(request), request_id)
    form = ChoiceForm(request.POST)
    if not form.is_valid():
        return _again(request, row.pk, Invalid("placement.vehicle", _("请选一辆车。")))
    try:
        car, read = form.cleaned_data["car"], form.pickup_read
        trip = place(row, vehicle_code=car, by=actor_of(request), at=clock.now(), read=read)
    except (Conflict, Invalid) as error:
        return _again(request, row.pk, error)
    words = said % {"name": row.name, "at": hhmm(trip.pickup_planned_at)} + promised.moved(read, trip.pickup_planned_at)
    _done(request, words, reverse(undo, args=[row.pk]))
    return _to_board()


def _taken_back(request: ActorRequest, request_id: UUID, *, undo: Callable[..., object], said: str) -> HttpResponse:
    """Take back by a service what was pressed for somebody, and say so."""
    row = selectors.request_for(actor_of(request), request_id)
    undo(row, by=actor_of(request), at=clock.now())
    messages.info(request, said % {"name": row.name})
    return _to_board(row.pk)


def _again(request: ActorRequest, request_id: UUID, error: DomainError) -> HttpResponse:
    """Show the board as it is now, with the words of the refusal above the person."""
    asked = request.POST.copy()
    asked["who"] = str(request_id)
    return _render(request, asked, part="", error=error.message, status=error.http_status)


def _render(  # noqa: PLR0913 - the forms a page may show again
    request: ActorRequest,
    asked: QueryDict,
    *,
    part: str,
    error: str = "",
    status: int = 200,
    mark: str = "",
    version: str = "",
    others: tuple[Looker, ...] = (),
) -> HttpResponse:
    """Draw the board; of a `version` of its boards it is read once, for every part and everybody of the area."""
    form = ChoiceForm(asked)
    data: dict[str, Any] = form.cleaned_data if form.is_valid() else {}
    choice = Choice(slot_id=data.get("slot"), facility=data.get("facility", ""), car=data.get("car", ""))
    query = asked.get("q", "").strip()[:40]
    actor = actor_of(request)
    question = BoardKey(actor, who=asked.get("who", ""), choice=choice, query=query, at=clock.now(), version=version)
    shown = kept(question)
    chosen = str(shown.panel.request.pk) if shown.panel else ""  # stays so, whoever comes before them meanwhile
    stays = {
        "who": asked.get("who", "") or chosen,
        "slot": choice.slot_id,
        "facility": choice.facility,
        "car": choice.car,
    }
    address = _address({**stays, "q": query})
    context = {"board": shown, "address": address, "area": actor.place_code, "error": error, "choice": choice}
    context["others"] = others
    return page(request, "dispatch/board.html", context, part=part, status=status, mark=mark)


def _address(asked: dict[str, Any]) -> str:
    query = QueryDict(mutable=True)
    query.update({key: str(value) for key, value in asked.items() if value})
    return f"{reverse('dispatch:board')}?{query.urlencode()}" if query else reverse("dispatch:board")


def _done(request: ActorRequest, words: str, undo: str) -> None:
    messages.success(request, words, extra_tags=f"undo:{undo}")


def _to_board(request_id: UUID | None = None) -> HttpResponse:
    return HttpResponseRedirect(_address({"who": request_id} if request_id else {}))
