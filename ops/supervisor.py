"""Keep a set of processes running until somebody asks to stop; leave nothing behind, however we end."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import FrameType

from ops.places import ROOT
from ops.process import Child
from ops.say import Refused, say
from ops.watchdog import Watchdog

STOP_SECONDS = 8.0  # for the product's processes; the databases follow
DATABASE_STOP_SECONDS = 6.0
ROOM_CHECK_SECONDS = 30.0
LOW_ROOM_MB = 100
GIVE_UP_AFTER = 4  # ends of a database within the window
WINDOW_SECONDS = 60.0
GRACE_SECONDS = 45.0  # a process that has just been started may not have answered yet


@dataclass
class Kept:
    """A child that is started again when it ends."""

    child: Child
    is_database: bool = False
    again: Callable[[], Child] | None = None  # a database starts through its own checks
    ends: list[float] = field(default_factory=list)
    restart_at: float | None = None
    started_at: float = field(default_factory=time.monotonic)

    def pause(self) -> float:
        """Return the seconds to wait before the next start: longer after each end within the window."""
        recent = [end for end in self.ends if time.monotonic() - end < WINDOW_SECONDS]
        return min(0.2 * 2.0 ** (len(recent) - 1), 15.0)


class OrphanGuard:
    """A small process that outlives us and ends every group we started, should we be killed."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-S", "-E", str(ROOT / "ops" / "orphans.py")],
            stdin=subprocess.PIPE,
            process_group=0,
        )

    def _tell(self, line: str) -> None:
        if self._process.stdin is not None:
            self._process.stdin.write(f"{line}\n".encode())
            self._process.stdin.flush()

    def watch(self, child: Child) -> None:
        """End this child's group when we are gone."""
        self._tell(f"+ {child.pid} {int(child.stop_signal)}")

    def forget(self, child: Child) -> None:
        """Leave this group alone: it has ended, and its number may come to belong to others."""
        self._tell(f"- {child.pid}")

    def close(self) -> None:
        """End the guard after everything was stopped in order."""
        self._process.kill()
        self._process.wait()
        if self._process.stdin is not None:
            self._process.stdin.close()


class Supervisor:
    """Start in order, watch, restart with growing pauses, stop in order."""

    def __init__(self, data: os.PathLike[str]) -> None:
        self.data = data
        self.guard = OrphanGuard()
        self.kept: dict[str, Kept] = {}
        self.stop_requests = 0
        self.watchdog: Watchdog | None = None  # which processes do no work although they are there
        self._next_room_check = 0.0

    def catch_signals(self) -> None:
        """Let Ctrl-C, a terminal that closes, and SIGTERM all mean: stop in order. A second Ctrl-C means: now."""

        def on_signal(_number: int, _frame: FrameType | None) -> None:
            self.stop_requests += 1

        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, on_signal)

    def is_stopping(self) -> bool:
        """Tell whether somebody asked to stop."""
        return self.stop_requests > 0

    def check_stop(self) -> None:
        """Leave a start-up half way when somebody asks to stop."""
        if self.is_stopping():
            raise KeyboardInterrupt

    def add(self, child: Child) -> None:
        """Start a process of the product and keep it running."""
        child.start()
        self.guard.watch(child)
        self.kept[child.name] = Kept(child)

    def add_database(self, child: Child, again: Callable[[], Child]) -> None:
        """Keep a database running that was started already."""
        self.guard.watch(child)
        self.kept[child.name] = Kept(child, is_database=True, again=again)

    def watch(self) -> None:
        """Look after the children until somebody asks to stop."""
        while not self.is_stopping():
            self.look()
            time.sleep(0.1)

    def look(self) -> None:
        """Notice what ended, start again what is due, warn of a full disk."""
        now = time.monotonic()
        for kept in self.kept.values():
            if kept.restart_at is not None:
                if now >= kept.restart_at:
                    self._start_again(kept)
            elif not kept.child.is_running:
                self._note_end(kept)
        self._end_the_deaf(now)
        if now >= self._next_room_check:
            self._next_room_check = now + ROOM_CHECK_SECONDS
            free = shutil.disk_usage(self.data).free // 2**20
            if free < LOW_ROOM_MB:
                say(f"The disk is almost full: {free} MB free at {self.data}. Free some room soon.")

    def _end_the_deaf(self, now: float) -> None:
        """Kill what does no work; the next look finds it ended and starts it again."""
        for name in self.watchdog.deaf() if self.watchdog else ():
            kept = self.kept.get(name)
            if kept is None or not kept.child.is_running or now - kept.started_at < GRACE_SECONDS:
                continue
            say(f"{name} is there and does no work: it is ended and started again.")
            kept.child.kill()

    def _note_end(self, kept: Kept) -> None:
        name, code = kept.child.name, kept.child.exit_code
        kept.child.signal_group(signal.SIGKILL)  # the rest of its group, so that a new one finds port and files free
        self.guard.forget(kept.child)
        kept.ends.append(time.monotonic())
        recent = [end for end in kept.ends if time.monotonic() - end < WINDOW_SECONDS]
        if kept.is_database and len(recent) >= GIVE_UP_AFTER:
            raise Refused(
                f"{kept.child.last_words()}{name} ended {len(recent)} times within a minute, so everything stops. "
                f"Its last words are above, its log is {kept.child.log}."
            )
        kept.restart_at = time.monotonic() + kept.pause()
        if len(recent) in (1, 5, 20):
            say(f"{name} ended (exit {code}) and is started again; its last words:\n{kept.child.last_words()}")

    def _start_again(self, kept: Kept) -> None:
        kept.restart_at, kept.started_at = None, time.monotonic()
        if kept.again is not None:
            kept.child = kept.again()
        else:
            kept.child.start()
        self.guard.watch(kept.child)

    def stop(self, order: Sequence[str]) -> None:
        """Ask all to stop, the pages first and the databases last; kill what does not, within 15 s in all."""
        servers = [kept.child for kept in self.kept.values() if kept.is_database]
        others = sorted(
            (kept.child for kept in self.kept.values() if not kept.is_database),
            key=lambda child: order.index(child.name) if child.name in order else len(order),
        )
        self._stop_together(others, STOP_SECONDS)
        self._stop_together(list(reversed(servers)), DATABASE_STOP_SECONDS)
        self.guard.close()
        if self.watchdog:
            self.watchdog.stop()

    def _stop_together(self, children: Sequence[Child], seconds: float) -> None:
        deadline, requests = time.monotonic() + seconds, self.stop_requests
        for child in children:
            child.ask_to_stop()
        while any(child.is_running for child in children) and time.monotonic() < deadline:
            if self.stop_requests > max(requests, 1):
                break  # a second Ctrl-C
            time.sleep(0.05)
        for child in children:
            if child.process is not None:
                child.kill()
