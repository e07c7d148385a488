"""Work that stops: the sweep sees it, says so once, and has people planned for in a process that needs no broker.

Seen by the answer that does not come through a queue (core.heartbeat), and by people nobody has looked at although it
is their turn: whatever the reason, somebody who waits unseen is the fact that counts.
"""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from structlog import get_logger

from calls.models import OpenCall
from calls.selectors import ended_by_hand
from calls.services import calls
from calls.services.calls import Trouble
from calls.states import CallKind
from communities.models import DispatchArea
from communities.services import calling
from core import audit, clock, heartbeat
from core.actors import RELAY
from core.models import WorkerHeartbeat
from core.stored import stored
from core.vocabulary import hhmm
from dispatch.facts import wake
from dispatch.models import AreaLease

log = get_logger(__name__)
UNSEEN = timedelta(seconds=60)  # a request is looked at within seconds of its approval; the sweep rings every 15
SOON = timedelta(hours=5)  # due within this: in every plan for an hour already (limits.PLANNED_AHEAD)
AT_MOST_S = 240.0  # one pass over all areas; then it is ended, and the next one begins with who is left
SILENT = stored("后台（%(name)s）从 %(t)s 起没有回音，等车的人请人看一眼。")


@dataclass
class _Stand:
    """The process that plans without the broker, if one is at work: never two of one relay."""

    process: subprocess.Popen[bytes] | None = None
    began: float = 0.0


_stand = _Stand()


def sweep(*, at: datetime) -> None:
    """Report who is deaf, and have those who wait planned for while a planning queue is."""
    if not settings.WATCH_WORK:
        return
    silences = heartbeat.silences()
    for silence in silences:
        report_deaf(silence.name, silence.since, at=at)
    if not silences:
        end_calls(at=at)
    is_deaf = any(silence.name in heartbeat.QUEUES for silence in silences)
    if (is_deaf or unseen(at=at)) and somebody_waits(at=at):
        stand_in()


@transaction.atomic
def report_deaf(queue: str, since: datetime, *, at: datetime) -> bool:
    """Put a silence on record and call every dispatch area for help; False when it is on record already.

    Where a person ended the call and the silence goes on, the area is called again after a while.
    """
    fresh = WorkerHeartbeat.objects.filter(name=queue, reported_at__isnull=True)
    is_news = bool(fresh.update(reported_at=at))
    if is_news:
        row = WorkerHeartbeat(name=queue)
        audit.record("work.stopped", row, by=RELAY, at=at, detail={"queue": queue, "since": since.isoformat()})
        log.error("work.stopped", queue=queue, since=since.isoformat())
    hour = hhmm(since + clock.offset())
    words = SILENT % {"name": queue, "t": hour}
    areas = set(DispatchArea.objects.values_list("code", flat=True))
    for area in sorted(areas if is_news else areas - _told(areas, at=at)):
        trouble = Trouble(CallKind.WORK_STOPPED, subject=area, note=words)
        calling.call_for_help(trouble, scene=calling.scene_of_area(area), by=RELAY, at=at)
    return is_news


def _told(areas: set[str], *, at: datetime) -> set[str]:
    """Return the areas that know: their call lives, or a person ended it lately."""
    live = set(OpenCall.objects.live().filter(kind=CallKind.WORK_STOPPED).values_list("subject", flat=True))
    return live | ended_by_hand(CallKind.WORK_STOPPED, areas - live, at=at)


@transaction.atomic
def end_calls(*, at: datetime) -> None:
    """End the calls for help of work that stopped: everybody answers again."""
    for call in OpenCall.objects.live().filter(kind=CallKind.WORK_STOPPED):
        calls.end_by_fact(CallKind.WORK_STOPPED, call.subject, words=stored("后台又有回音了"), by=RELAY, at=at)


def unseen(*, at: datetime) -> bool:
    """Say whether somebody whose turn it is was never looked at for a minute, in an area nobody plans right now."""
    asked = wake.nobody_looks_at(at=at).filter(attempts=0, try_again_at__isnull=True, needs_person_reason="")
    asked = asked.filter(Q(arrive_at__isnull=True) | Q(arrive_at__lt=at + SOON), approved_at__lt=at - UNSEEN)
    planned = AreaLease.objects.filter(expires_at__gt=Now()).values("area")
    return asked.exclude(dispatch_area__in=planned).exists()


def somebody_waits(*, at: datetime) -> bool:
    """Say whether there is anything to plan."""
    return bool(wake.areas_of(wake.nobody_looks_at(at=at), at=at))


def stand_in() -> bool:
    """Start a process that plans whoever waits, under the same leases; False while one is at work."""
    if _stand.process is not None and _stand.process.poll() is None:
        if time.monotonic() - _stand.began > AT_MOST_S:
            _stand.process.kill()
        return False
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "plan_waiting"]
    _stand.process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    _stand.began = time.monotonic()
    log.warning("work.stands_in", pid=_stand.process.pid)
    return True
