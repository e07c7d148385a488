"""The driver's pages: the current leg, the day, the sheet on paper."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.access_control import actor_of, for_roles
from accounts.context import hotline_of
from accounts.models import User
from accounts.requests import ActorRequest
from communities.selectors import gate_names
from core import clock, phones
from core.actors import Actor
from core.http import mark_of, page, unchanged
from core.phrases import label
from core.stored import said
from core.vocabulary import PlaceKind, ZoneClass, hhmm
from transport import selectors
from transport.forms import ABORT_REASONS, DECLINE_REASONS
from transport.legs import CurrentStop, NextStop, day_text, geo_url, later_steps, leg_of, next_stops, place_lines, who
from transport.models import Run, Shift, Stop
from transport.policies import may_call
from transport.services import calls, stops
from transport.states import RunStatus, StopKind
from transport.whereabouts import car_words, where_is

R = RunStatus


@dataclass
class DriverSheet:
    """All that the driver's first page shows."""

    shift: Shift | None
    runs: list[Run]
    leg: CurrentStop | None = None
    offered: list[Run] = field(default_factory=list)
    coming: list[NextStop] = field(default_factory=list)
    changed: list[Run] = field(default_factory=list)
    stranded: list[Stop] = field(default_factory=list)
    to_clean: Run | None = None
    number: int = 0

    @property
    def told(self) -> list[Run]:
        """The runs the driver has been told of, in order."""
        return [run for run in self.runs if run.status != R.DRAFT]

    @property
    def plate(self) -> str:
        """The car now: of the current run, else of the shift."""
        run = self.leg.run if self.leg else next(iter(self.runs), None)
        return run.vehicle.plate if run else self.shift.vehicle.plate if self.shift else ""

    @property
    def alarm_run(self) -> Run | None:
        """The run whose riders the alarm is for: of those who wait in a car that broke down, else the current one."""
        if self.stranded:
            return self.stranded[0].run
        return self.leg.run if self.leg else None

    @property
    def zone_words(self) -> str:
        """The one zone class the car serves, if it is only one."""
        vehicle = self.leg.run.vehicle if self.leg else self.shift.vehicle if self.shift else None
        zones = vehicle.zones_allowed if vehicle else []
        return _("只接%s") % label(ZoneClass, zones[0]) if len(zones) == 1 else ""

    @property
    def stands_at(self) -> str:
        """Where the car was last seen: the place of the last drop-off."""
        done = [(stop.departed_at, stop.label) for run in self.runs for stop in run.stops.all() if stop.departed_at]
        return max(done)[1] if done else ""


def _sheet(actor: Actor) -> DriverSheet:
    now = clock.now()
    known = selectors.day_of(actor, at=now)
    runs = [run for run in known if run.status not in selectors.CALLED_OFF]
    sheet = DriverSheet(selectors.shift_at(actor.place_code, at=now), runs)
    sheet.changed = [run for run in known if run.told_change and run.status != R.COMPLETED]
    going = [run for run in runs if run.status == R.UNDER_WAY] or [run for run in runs if run.status == R.ACCEPTED]
    sheet.leg = leg_of(going[0]) if going else None
    sheet.stranded = [stop for run in known for stop in selectors.stranded_of(run)]
    sheet.offered = [run for run in runs if run.status == R.OFFERED]
    sheet.coming = next_stops(sheet.leg, (run for run in runs if run.status != R.OFFERED))
    over = [run for run in runs if run.status == R.COMPLETED]
    sheet.to_clean = _to_clean(sheet.leg, over)
    told = sheet.told
    sheet.number = told.index(sheet.leg.run) + 1 if sheet.leg and sheet.leg.run in told else len(over)
    return sheet


def _to_clean(leg: CurrentStop | None, over: list[Run]) -> Run | None:
    """Return the outing after which the car is still to be cleaned: what keeps the next one from setting off first."""
    if leg is not None and leg.run.status == R.ACCEPTED and (last := selectors.unclean_before(leg.run)):
        return last
    return over[-1] if over and not over[-1].cleaned_after_at else None


def render_sheet(request: ActorRequest, *, status: int = 200, mark: str = "", **extra: Any) -> HttpResponse:
    """Render the current leg, as a page or as the live fragment; `extra` carries a form that must be mended."""
    actor = actor_of(request)
    sheet = _sheet(actor)
    leg = sheet.leg
    context = {
        "sheet": sheet,
        "leg": leg,
        "can_call": leg is not None and may_call(actor, leg.run, leg.trip, at=clock.now()),
        **_waiting(leg),
        "later": json.dumps(_later(leg), ensure_ascii=False) if leg else "",
        "decline_reasons": DECLINE_REASONS,
        "abort_reasons": ABORT_REASONS,
        "late_choices": (10, 20, 30, 60),
        "offer_large": "large" not in request.COOKIES and not _has_large_text(request),
        "board": f"driver:{actor.place_code}",
        "gate": _gate(leg),
        **extra,
    }
    return page(request, "transport/sheet.html", context, part="sheet", status=status, mark=mark)


def _gate(leg: CurrentStop | None) -> str:
    """Name the gates of the compound that the current leg leads to."""
    if leg is None or leg.stop.place_kind != PlaceKind.COMMUNITY:
        return ""
    return _(" 或 ").join(gate_names(leg.stop.place_code)[:3])


def _has_large_text(request: ActorRequest) -> bool:
    return isinstance(request.user, User) and request.user.large_text


def _later(leg: CurrentStop) -> list[dict[str, Any]]:
    """Return the steps to come in the form the page's script reads."""
    return [
        {
            "url": reverse("transport:stop_step", args=[each.stop.pk, each.step.name]),
            "label": each.step.label,
            "pickup": each.stop.kind == StopKind.PICKUP,
            "caption": each.caption,
            "place": " ".join(place_lines(each.stop)),
            "time": hhmm(each.stop.planned_at),
            "geo": geo_url(each.stop),
            "rider": each.stop.trip.rider,
            "who": who(each.stop.trip),
        }
        for each in later_steps(leg)
    ]


def _waiting(leg: CurrentStop | None) -> dict[str, Any]:
    """Say until when, and how long in all, the driver waits for somebody not found, and how the search stands."""
    since = leg.stop.searching_since if leg else None
    if leg is None or since is None:
        return {}
    rule = stops.wait_rule(leg.trip, at=since)
    until = stops.wait_until(leg.stop, rule)
    return {
        "wait_until": until,
        "wait_s": int(max(rule, until - since).total_seconds()),
        "search": stops.said_of(leg.stop),
    }


@require_GET
@for_roles("driver")
def sheet(request: ActorRequest) -> HttpResponse:
    """Show the current leg and its one button."""
    mark = _mark(request)
    return unchanged(request, mark) or render_sheet(request, mark=mark)


@require_GET
@for_roles("driver")
def today(request: ActorRequest) -> HttpResponse:
    """List the runs of the day."""
    mark = _mark(request)
    same = unchanged(request, mark)
    return same or page(request, "transport/today.html", _day(request), part="runs", mark=mark)


def _mark(request: ActorRequest) -> str:
    code = actor_of(request).place_code
    return mark_of(request, f"driver:{code}", f"calls:driver:{code}", at=clock.now())


@require_GET
@for_roles("driver")
def day_sheet(request: ActorRequest) -> HttpResponse:
    """Show the day as a sheet to print (派车单)."""
    return page(request, "transport/day_sheet.html", _day(request))


def _day(request: ActorRequest) -> dict[str, Any]:
    actor = actor_of(request)
    sheet = _sheet(actor)
    words = {"plate": sheet.plate, "driver": actor.label, "hotline": hotline_of(request.post_held)}
    return {
        "sheet": sheet,
        "day": clock.today(),
        "text": day_text(sheet.told, **words),
        "board": f"driver:{actor.place_code}",
    }


@require_GET
@for_roles("driver")
def call(request: ActorRequest, stop_id: int) -> HttpResponse:
    """Hand over the family's number for one call, on press, with an audit row; only in the ride's window."""
    stop = selectors.stop_seen(actor_of(request), stop_id)
    number = calls.number_for(stop, by=actor_of(request), at=clock.now())
    if request.headers.get("Accept") == "application/json":
        return JsonResponse({"tel": phones.to_dial(number)}, headers={"Cache-Control": "no-store"})
    return page(request, "transport/call.html", {"stop": stop, "number": number})


@require_GET
@for_roles("driver")
def unwell(request: ActorRequest, run_id: Any) -> HttpResponse:
    """Say that the alarm is raised, whose it is, where the car stands in words to read out, and whom to ring now."""
    run = selectors.run_seen(actor_of(request), run_id)
    calls_now = selectors.alarms_of(run)
    context = {"run": run, "calls": calls_now, "place": said(where_is(run)), "car": car_words(run)}
    return page(request, "transport/unwell.html", context)
