"""Requests as lists and pages need them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from access import finding
from access.models import AccessRequest, Outside
from access.models.request import OPEN
from access.selectors.facts import with_facts
from access.selectors.journey_line import JourneyLine, journey_lines
from access.states import RequestStatus
from communities.models import GatePass
from core import names, tidy
from core.actors import Actor
from core.errors import NotFound

PAGE = 30
FILTERS = ("all", "waiting", "planned", "out", "over")


@dataclass(frozen=True)
class RequestRow:
    """One line of a list."""

    request: AccessRequest
    line: JourneyLine


@dataclass(frozen=True)
class RequestPage:
    """One page of requests, newest first; `next_key` leads to the one after it."""

    rows: list[RequestRow]
    next_key: str


def own_request(actor: Actor, request_id: UUID) -> AccessRequest:
    """Return one request of the actor's place with its facts; raise NotFound for anybody else's."""
    rows = with_facts(AccessRequest.objects.visible_to(actor)).select_related("resident", "community", "facility")
    row = rows.filter(pk=request_id).first()
    if row is None:
        raise NotFound("request.absent")
    return row


def own_case(actor: Actor, case_ref: UUID) -> AccessRequest:
    """Return the request of a case of the actor's place; raise NotFound for anybody else's."""
    row = AccessRequest.objects.visible_to(actor).filter(case_ref=case_ref).first()
    if row is None:
        raise NotFound("request.absent")
    return row


def request_page(actor: Actor, *, at: datetime, search: str = "", only: str = "all", after: str = "") -> RequestPage:
    """Return a page of requests that match; the number of queries does not grow with the rows."""
    rows = with_facts(AccessRequest.objects.visible_to(actor)).select_related("resident", "facility", "community")
    rows = _only(_matching(rows, search), only, actor).order_by("-submitted_at", "-id")
    if key := _read_key(after):
        rows = rows.filter(Q(submitted_at__lt=key[0]) | Q(submitted_at=key[0], id__lt=key[1]))
    found = list(rows[: PAGE + 1])
    shown = found[:PAGE]
    lines = journey_lines(shown, at=at)
    next_key = f"{shown[-1].submitted_at.isoformat()}_{shown[-1].pk}" if len(found) > PAGE else ""
    return RequestPage([RequestRow(row, line) for row, line in zip(shown, lines, strict=True)], next_key)


def _matching(rows: QuerySet[AccessRequest], search: str) -> QuerySet[AccessRequest]:
    """Keep what a word finds: number, name, pinyin, initials, building."""
    for word in names.typed_words(search[:40])[:4]:
        building = tidy.building_key(word)
        match = Q(resident__search_tokens__contains=["b:" + building])
        if tidy.code(word).replace("-", "").isdigit():
            code = tidy.code(word)
            match |= Q(number__contains=code)
            match |= Q(case_ref__in=GatePass.objects.filter(number__contains=code).values("case_ref"))
        else:
            match |= finding.by_name(word, of="resident__") | Q(name__icontains=word)
            if not building.isdigit():  # a part of a building's name, never 17号楼 for 7号楼
                match |= Q(resident__building__icontains=word)
        rows = rows.filter(match)
    return rows


def _only(rows: QuerySet[AccessRequest], only: str, actor: Actor) -> QuerySet[AccessRequest]:
    if only == "out":
        return rows.filter(case_ref__in=Outside.objects.visible_to(actor).values("case_ref"))
    if only == "over":
        return rows.filter(status__in=[RequestStatus.CLOSED, RequestStatus.CANCELLED])
    if only in {"waiting", "planned"}:
        return rows.filter(status__in=OPEN, facts__is_out=False, facts__scheduled_at__isnull=only == "waiting")
    return rows


def _read_key(text: str) -> tuple[datetime, UUID] | None:
    moment, _bar, ident = text.partition("_")
    try:
        key = datetime.fromisoformat(moment), UUID(ident)
    except ValueError:
        return None
    return key if key[0].tzinfo else None
