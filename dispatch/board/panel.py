"""The board's right side: hospitals and cars for the person chosen, and what happens after pressing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from access.journey import is_out
from access.models import AccessRequest
from access.selectors import facts_of
from access.services import cards
from access.states import TransportMode
from calls.models import OpenCall
from calls.selectors import said_of
from core import clock
from core.phrases import label
from core.vocabulary import car_label, hhmm
from dispatch.board import preset
from dispatch.board.placed import MOVES, freed, rides_of
from dispatch.board.shown import Choice, DeskToAsk, Offer, Panel, ReasonLine
from dispatch.board.waiting import Waiting, home_name
from dispatch.hand import offers, receiving, snapshot
from dispatch.hand.candidates import way_back, way_between
from dispatch.hand.handing_up import HandUpReason
from dispatch.hand.offers import Errand, Pair
from dispatch.hand.receiving import Option
from dispatch.hand.snapshot import Fleet
from dispatch.hand.timing import duty_of
from dispatch.limits import Limits
from dispatch.shapes import Ask, Check, Fit, RidePlan
from dispatch.words import SOURCES, sentence
from hospitals.models import Facility
from transport.selectors import kept_alone
from transport.states import TripDirection

BEST = 3


def panel(waiting: Waiting, fleet: Fleet, choice: Choice, *, limits: Limits, at: datetime) -> Panel:
    """Judge hospitals and cars for one person: one query for the way there, none for the way home."""
    shown = Panel(waiting)
    _handed_up(shown)
    if waiting.request.community is None and waiting.kind != TripDirection.BETWEEN:
        shown.stuck = _("还不知道这个人住哪。先认人，再排返程车。")
        return shown
    if waiting.kind in MOVES.values():
        shown.placed = rides_of(fleet, waiting.request.case_ref)
        fleet = freed(fleet, waiting.request.case_ref)
    if waiting.kind in {"back", "move_back"}:
        _home(shown, fleet, choice, limits, at)
        return shown
    if waiting.kind in {TripDirection.BETWEEN, "stranded"}:
        _from_where_they_stand(shown, fleet, choice, at)
        return shown
    _hospitals(shown, choice, limits, at)
    if shown.hospital is None:
        shown.stuck = _("没有医院能接。请看下面的原因，或打电话商量。")
    elif waiting.kind == "own":
        _own(shown)
    else:
        _there_and_back(shown, fleet, choice, limits, at)
    return shown


def _handed_up(shown: Panel) -> None:
    """Say who of command has the person in hand; else offer to hand on whoever waits at home for a car."""
    if call_id := getattr(shown.request, "handed_up", None):
        shown.handed_up = said_of(OpenCall.objects.filter(pk=call_id).first())
    elif shown.waiting.kind == "out":
        shown.hand_up_reasons = [(value, str(words)) for value, words in HandUpReason.choices]


def _hospitals(shown: Panel, choice: Choice, limits: Limits, at: datetime) -> None:
    """Choose the hospital and time: the one pressed, else the one held, else the best."""
    request = shown.request
    options = receiving.options(
        snapshot.receivers(request, now=at), snapshot.care_ask(request, now=at), now=at, limits=limits
    )
    possible = [each for each in options if each.is_possible]
    shown.hospital, shown.slot = preset.of(possible, choice, held=getattr(request, "held_slot", None))
    if not request.is_critical:
        shown.instead = preset.words(options, choice, shown.hospital, shown.slot)
    chosen = shown.hospital.receiver.code if shown.hospital else ""
    best = [each for each in possible if each.receiver.code == chosen]
    best += [each for each in possible if each.receiver.code != chosen][: BEST - len(best)]
    shown.hospitals = [_hospital(each, is_chosen=each.receiver.code == chosen) for each in best]
    shown.hospitals_barred = [_hospital(each) for each in options if not each.is_possible]
    if shown.hospital and shown.slot:
        day = clock.local_day(shown.slot.starts_at)
        near = [each for each in shown.hospital.times if clock.local_day(each.starts_at) == day]
        later = [each for each in shown.hospital.times if clock.local_day(each.starts_at) > day]
        shown.times = sorted([*near[:4], *later[:4]], key=lambda each: each.starts_at)


def _hospital(option: Option, *, is_chosen: bool = False) -> Offer:
    verdict = _("%(min)s 分钟") % {"min": option.ride_min} if option.is_possible else _("不行")
    lines = _lines(option.checks if is_chosen or not option.is_possible else option.checks[:1])
    return Offer(option.receiver.code, option.receiver.name, verdict, lines, option.is_possible, is_chosen)


def _there_and_back(shown: Panel, fleet: Fleet, choice: Choice, limits: Limits, at: datetime) -> None:
    request, hospital = shown.request, shown.hospital
    if hospital is None:
        return
    by_slot = shown.slot.starts_at if shown.slot and not request.is_critical else None
    trip = shown.waiting.trip
    home = cards.home_of(request).point
    start = trip.origin.point if trip else home
    errand = Errand(start, home, hospital.receiver.point, by_slot, request.session_min, limits)
    ask = snapshot.ask(request, ambulance_by=snapshot.ambulance_by(request, now=at))
    found = offers.pairs(fleet.cars, ask, errand, now=at, enough=BEST, besides=choice.car)
    possible, barred = [each for each in found if each.is_possible], [each for each in found if not each.is_possible]
    chosen = _chosen(possible, choice.car)
    shown.cars = [
        _car(each.there, each.checks, number, each is chosen, ask)
        for number, each in enumerate(_best(possible, chosen), 1)
    ]
    shown.cars_barred = [_barred(each.there, each.checks) for each in barred]
    if chosen is None or chosen.there.ride is None:
        shown.stuck = _("这个时候没有车能去又能回。换个时段，请医院等一等，或看每辆车卡在哪里。")
        shown.desk = _desk(hospital)
        return
    shown.out_code = chosen.there.car.code
    shown.pickup_at = chosen.there.ride.pickup_at
    shown.back_code = chosen.back.car.code if chosen.back else ""
    shown.ghosts = [each.ride for each in (chosen.there, chosen.back) if each and each.ride]
    words = {"plate": chosen.there.car.plate, "at": hhmm(chosen.there.ride.leave_at)}
    is_moved = bool(shown.placed)
    shown.press = (_("换成 %(plate)s，%(at)s 出发") if is_moved else _("排给 %(plate)s，%(at)s 出发")) % words
    shown.after = _after(request, hospital, chosen)


def _desk(hospital: Option) -> DeskToAsk | None:
    """Return whom to ask that they receive somebody later; None where no number is known."""
    row = Facility.objects.filter(pk=hospital.receiver.code).exclude(phone="").first()
    return DeskToAsk(row.name, row.phone) if row else None


def _after(request: AccessRequest, hospital: Option, pair: Pair) -> str:
    """Say what pressing does."""
    there, back = pair.there.ride, pair.back.ride if pair.back else None
    words = {
        "community": home_name(request),
        "hospital": hospital.receiver.name,
        "at": hhmm(there.dropoff_at) if there else "",
        "back": hhmm(back.pickup_at) if back else "",
    }
    if back is None:
        return _("排上后：%(community)s的门岗看到通行证，%(hospital)s看到预计 %(at)s 到。返程随后再排。") % words
    return _("排上后：%(community)s的门岗看到通行证，%(hospital)s看到预计 %(at)s 到，返程预留 %(back)s。") % words


def _own(shown: Panel) -> None:
    """Offer the slot and the pass alone."""
    if shown.slot is None:
        shown.stuck = _("没有空的时段了。")
        return
    how = label(TransportMode, shown.request.mode)
    shown.press = _("约 %(at)s，发通行证") % {"at": hhmm(shown.slot.starts_at)}
    shown.after = _("%(how)s，不派车。通行证包括回来。") % {"how": how}


def _home(shown: Panel, fleet: Fleet, choice: Choice, limits: Limits, at: datetime) -> None:
    """Offer cars to somebody who is ready to go home."""
    request, trip = shown.request, shown.waiting.trip
    facility = request.facility
    place = trip.origin if trip else facility
    if place is None:
        shown.stuck = _("还不知道人在哪里，请先问接诊台。")
        return
    facts = facts_of(request)
    ready = facts.ready_at or (trip.ready_at if trip and not facts.cancelled_at else None) or at
    home = cards.home_of(request).point
    way = way_back(place.point, home, ready_at=ready, now=at, is_firm=is_out(facts), limits=limits)
    ask = snapshot.ask_of_trip(trip, request) if trip else snapshot.ask(request)
    seen = _without_reservation(fleet, trip)
    if ride := _one_way(shown, offers.returns(seen, ask, way), choice, ask):
        words = {"at": hhmm(ride.pickup_at), "home": hhmm(ride.dropoff_at)}
        shown.after = _("排上后：接诊台看到车 %(at)s 到，约 %(home)s 到家。") % words


def _from_where_they_stand(shown: Panel, fleet: Fleet, choice: Choice, at: datetime) -> None:
    """Offer cars to somebody whom another hospital takes over, or who stands beside a broken car."""
    request, trip = shown.request, shown.waiting.trip
    if trip is None:
        return
    ask = snapshot.ask_of_trip(trip, request)
    way = way_between(trip.origin.point, trip.destination.point, ready_at=trip.ready_at or at, now=at)
    if ride := _one_way(shown, offers.between(fleet.cars, ask, way), choice, ask):
        words = {
            "from": trip.from_label,
            "to": trip.to_label,
            "at": hhmm(ride.pickup_at),
            "then": hhmm(ride.dropoff_at),
        }
        shown.after = _("排上后：%(from)s看到车 %(at)s 到，%(to)s看到 %(then)s 送到。") % words


def _one_way(shown: Panel, found: list[Fit], choice: Choice, ask: Ask) -> RidePlan | None:
    """Show the cars for one way of somebody who stands waiting; return the ride of the one chosen."""
    possible, barred = [each for each in found if each.is_possible], [each for each in found if not each.is_possible]
    chosen = _chosen(possible, choice.car)
    shown.cars = [
        _car(each, each.checks, number, each is chosen, ask, is_back=True)
        for number, each in enumerate(_best(possible, chosen), 1)
    ]
    shown.cars_barred = [_barred(each, each.checks) for each in barred]
    if chosen is None or chosen.ride is None:
        shown.stuck = _("现在没有车能去接。看下面每辆车卡在哪里。")
        return None
    ride: RidePlan = chosen.ride
    shown.out_code, shown.ghosts, shown.pickup_at = chosen.car.code, [ride], ride.pickup_at
    words = {"plate": chosen.car.plate, "at": hhmm(ride.pickup_at)}
    shown.press = (_("换成 %(plate)s，%(at)s 接到人") if shown.placed else _("排给 %(plate)s，%(at)s 接到人")) % words
    return ride


def _without_reservation(fleet: Fleet, trip: Any) -> list[Any]:
    """Return the cars as they are when the reservation of this very person is given up."""
    if kept_alone(trip) is None:
        return fleet.cars
    run = trip.reserved_run
    return [car.without(run.occupied.lower) if car.code == run.vehicle_id else car for car in fleet.cars]


def _chosen(possible: Iterable[Any], code: str) -> Any:
    """Return the pressed car, else the best."""
    known = list(possible)
    return next((each for each in known if _code(each) == code), known[0] if known else None)


def _code(each: Pair | Fit) -> str:
    return each.there.car.code if isinstance(each, Pair) else each.car.code


def _best(possible: list[Any], chosen: Any) -> list[Any]:
    """Return the best few, and the chosen one when it is not among them."""
    best = possible[:BEST]
    return best if chosen is None or chosen in best else [*best, chosen]


def _car(found: Fit, checks: tuple[Check, ...], number: int, is_chosen: bool, ask: Ask, is_back: bool = False) -> Offer:
    if is_back and found.ride:
        verdict = _("%(at)s 到") % {"at": hhmm(found.ride.pickup_at)}
    else:
        verdict = _("最合适") if number == 1 else _("可以")
    return Offer(found.car.code, _title(found), verdict, _lines(checks), True, is_chosen, number)


def _barred(found: Fit, checks: tuple[Check, ...]) -> Offer:
    rule = checks[0].code if checks else ""
    return Offer(found.car.code, _title(found), _("不行"), _lines(checks[:1]), False, rule=rule)


def _title(found: Fit) -> str:
    duty = duty_of(found.car, found.ride)
    return car_label(found.car.plate, duty.driver_name if duty else "")


def _lines(checks: Iterable[Check]) -> tuple[ReasonLine, ...]:
    return tuple(ReasonLine(check.verdict, sentence(check), SOURCES.get(check.code, "")) for check in checks)
