"""接诊台: the page of the day, the people in the house, the printed list, the search by pass."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access_control import actor_of, for_roles
from accounts.requests import ActorRequest
from core import clock, names
from core.http import is_fragment, mark_of, page, unchanged
from core.vocabulary import hhmm
from hospitals import selectors
from hospitals.forms import OverloadForm
from hospitals.policies import INTAKE_ROLES
from hospitals.words import need_word

PARTS = {"top", "lists"}


@require_safe
@for_roles(*INTAKE_ROLES)
def desk(request: ActorRequest) -> HttpResponse:
    """Show the desk; a poll costs one query while nothing has changed within the minute."""
    at, actor = clock.now(), actor_of(request)
    part = request.GET.get("part", "")
    words = request.GET.get("q", "").strip()[:40]
    if not (is_fragment(request) and part in PARTS):
        day = selectors.day_of(actor.place_code, at=at, words=words)
        return page(request, "hospitals/desk.html", _context(day, actor.place_code, words))
    mark = mark_of(request, f"facility:{actor.place_code}", at=at)
    if same := unchanged(request, mark):
        return same
    day = selectors.day_of(actor.place_code, at=at, words=words)
    return page(request, "hospitals/desk.html", _context(day, actor.place_code, words), part=part, mark=mark)


def _context(day: selectors.DeskDay, facility_code: str, words: str) -> dict[str, Any]:
    known = selectors.limits(facility_code, at=day.at)
    coming, leaving = selectors.open_transfers(facility_code, at=day.at) if day.hands_over else ([], [])
    day.brought_count = sum(1 for row in coming if row.door_wait is not None)
    return {
        "coming": coming,
        "leaving": leaving,
        "day": day,
        "facility_code": facility_code,
        "words": words,
        "total_s": int(known.hand_over.total_seconds()),
        "warn_s": int(known.hand_over_amber.total_seconds()),
    }


@require_safe
@for_roles(*INTAKE_ROLES)
def inside(request: ActorRequest) -> HttpResponse:
    """Show everybody in the house and everybody who waits for the way home, with every step."""
    actor, at = actor_of(request), clock.now()
    mark = mark_of(request, f"facility:{actor.place_code}", at=at)
    if same := unchanged(request, mark):
        return same
    day = selectors.day_of(actor.place_code, at=at)
    return page(request, "hospitals/inside.html", _context(day, actor.place_code, ""), part="lists", mark=mark)


@require_safe
@for_roles(*INTAKE_ROLES)
def print_list(request: ActorRequest) -> HttpResponse:
    """Show today's expected arrivals as a sheet, and as words to send."""
    actor = actor_of(request)
    day = selectors.day_of(actor.place_code, at=clock.now())
    rows = sorted([*day.under_way, *day.arrivals], key=lambda row: row.expected_at)
    context = {"day": day, "rows": rows, "text": _as_text(rows)}
    return page(request, "hospitals/print_list.html", context)


def _as_text(rows: list[Any]) -> str:
    """Say the list in plain words for a chat group of the house: no phone, no number, no whole name, no illness."""
    lines = [_("今天要来 %(n)s 位：") % {"n": len(rows)}]
    for row in rows:
        ride = row.appointment.carried_by or _("还没排车")
        who = names.with_title(row.appointment.name, row.appointment.sex, None)
        lines.append(f"{hhmm(row.expected_at)} {who} {row.about} {ride}")
    return "\n".join(lines)


@require_safe
@for_roles(*INTAKE_ROLES)
def find(request: ActorRequest) -> HttpResponse:
    """Lead from a scanned or typed pass to its patient; whoever has none at hand is looked for by name."""
    code, actor, at = request.GET.get("code", "").strip()[:600], actor_of(request), clock.now()
    found = selectors.appointments_by_pass(actor, code) if code else []
    if len(found) == 1:
        return HttpResponseRedirect(reverse("hospitals:appointment", args=[found[0].pk]))
    if code and not found:
        found = selectors.appointments_by_words(actor, code, at=at)
    rows = [{"appointment": row, "need": need_word(row.need_kind)} for row in found]
    return page(request, "hospitals/find.html", {"code": code, "rows": rows})


@for_roles(*INTAKE_ROLES)
def overload_page(request: ActorRequest) -> HttpResponse:
    """Show the form 接不动，上报协调."""
    facility = selectors.facility_for(actor_of(request))
    form = OverloadForm(facility=facility, initial={"intake": request.GET.get("intake", "")})
    return page(request, "hospitals/overload.html", {"form": form}, part="form")
