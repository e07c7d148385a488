"""One child process: its own group, its log, and an end that comes with the supervisor's."""

from __future__ import annotations

import ctypes
import os
import pwd
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from ops.say import Refused, tail

CLONE_NEWUSER = 0x10000000
PR_SET_PDEATHSIG = 1
NOBODY = 65534
LOG_LIMIT = 20 * 2**20
LINUX = sys.platform == "linux"
_libc = ctypes.CDLL(None, use_errno=True) if LINUX else None


def die_with_parent(stop_signal: int) -> None:
    """Ask the kernel to send `stop_signal` when the parent thread ends, however it ends."""
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, stop_signal)


def follow_parent() -> None:
    """End together with the parent: for commands that stay in its group."""
    die_with_parent(signal.SIGTERM)


def enter_user_namespace(inside: int = NOBODY) -> None:
    """Become another uid (65534) in a user namespace of our own: no user is made, no file changes its mode.

    PostgreSQL refuses root, and its initdb refuses a uid without a passwd entry. On disk everything stays ours.
    """
    uid, gid = os.getuid(), os.getgid()
    if _libc is None or _libc.unshare(CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "user namespaces are not allowed here")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{inside} {uid} 1")
    Path("/proc/self/gid_map").write_text(f"{inside} {gid} 1")


def become_nobody() -> None:
    """Drop root for good: the way for containers that forbid user namespaces."""
    os.setgroups([])
    os.setgid(NOBODY)
    os.setuid(NOBODY)


def _succeeds(action: Callable[[], None]) -> bool:
    pid = os.fork()
    if pid == 0:
        try:
            action()
        except OSError:
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


def has_name() -> bool:
    """Tell whether this uid has a passwd entry."""
    try:
        pwd.getpwuid(os.getuid())
    except KeyError:
        return False
    return True


def give(folder: Path, uid: int) -> None:
    """As root: let a folder of our own, and all in it, belong to root or nobody, whichever runs the server now."""
    owner = folder.stat().st_uid
    if owner not in (0, NOBODY):
        raise Refused(f"{folder} belongs to another user (uid {owner}). Start it as that user, or use --data DIR.")
    if owner != uid:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, uid, -1)


def unprivileged(folder: Path) -> Callable[[], None] | None:
    """Return what a database process must do before exec so that it is neither root nor nameless; None: nothing.

    Raises Refused when this machine leaves no way.
    """
    if os.getuid() != 0 and has_name():
        return None
    if _succeeds(enter_user_namespace):
        if os.getuid() == 0:
            give(folder, 0)
        return enter_user_namespace
    if os.getuid() == 0:

        def reach() -> None:
            become_nobody()
            os.listdir(folder)

        with suppress(OSError):
            give(folder, NOBODY)
            if _succeeds(reach):
                return become_nobody
    raise Refused(
        f"PostgreSQL cannot run as root, this machine forbids user namespaces, and the user nobody cannot reach "
        f"{folder}. Use an ordinary user, or --data with a folder under /var/lib or /tmp."
    )


class Child:
    """A process that was started here; may be stopped, killed, frozen and started again."""

    def __init__(  # noqa: PLR0913 - as subprocess takes them
        self,
        name: str,
        command: Sequence[str],
        *,
        log: Path,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        stop_signal: int = signal.SIGTERM,
        orphan_signal: int = signal.SIGKILL,
        before_exec: Callable[[], None] | None = None,
    ) -> None:
        self.name, self.command, self.log = name, list(command), log
        self.env, self.cwd = dict(os.environ if env is None else env), cwd
        self.stop_signal, self.orphan_signal, self.before_exec = stop_signal, orphan_signal, before_exec
        self.process: subprocess.Popen[bytes] | None = None
        self.log_starts_at = 0  # bytes already in the log when it was started last

    def _prepare(self) -> None:
        os.setpgid(0, 0)
        if self.before_exec is not None:
            self.before_exec()
        die_with_parent(self.orphan_signal)  # after the change of credentials, which would clear it

    def start(self) -> None:
        """Start it in a process group of its own. Call from the main thread: the end of a thread would end it."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        if self.log.exists() and self.log.stat().st_size > LOG_LIMIT:
            self.log.replace(self.log.with_suffix(".old.log"))
        with self.log.open("ab") as out:
            self.log_starts_at = out.tell()
            self.process = subprocess.Popen(
                self.command,
                env=self.env,
                cwd=self.cwd,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                preexec_fn=self._prepare,
            )

    @property
    def pid(self) -> int:
        """Return the process id of the running child."""
        if self.process is None:
            raise RuntimeError(f"{self.name} was not started")
        return self.process.pid

    @property
    def is_running(self) -> bool:
        """Tell whether it was started and has not ended."""
        return self.process is not None and self.process.poll() is None

    @property
    def exit_code(self) -> int | None:
        """Return how it ended, None while it runs."""
        return self.process.poll() if self.process else None

    def signal_group(self, number: int) -> None:
        """Send a signal to it and to every process of its group."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, number)

    def ask_to_stop(self) -> None:
        """Send the signal that this program takes as a request to finish."""
        if self.is_running:
            os.kill(self.pid, signal.SIGCONT)
            os.kill(self.pid, self.stop_signal)

    def wait(self, seconds: float) -> bool:
        """Wait for its end, at most so long; tell whether it ended."""
        if self.process is None:
            return True
        try:
            self.process.wait(max(0.0, seconds))
        except subprocess.TimeoutExpired:
            return False
        return True

    def stop(self, seconds: float = 8.0) -> None:
        """Ask it to stop, wait, then kill the whole group."""
        self.ask_to_stop()
        if not self.wait(seconds):
            self.kill()
        elif self.process is not None:
            self.signal_group(signal.SIGKILL)  # what it may have left behind

    def kill(self) -> None:
        """End the whole group at once, as a power cut would."""
        if self.process is not None:
            self.signal_group(signal.SIGKILL)
            self.process.wait()

    def last_words(self) -> str:
        """Return the end of its log."""
        return tail(self.log)


def wait_until(condition: Callable[[], bool], seconds: float, *, child: Child | None = None) -> bool:
    """Poll a condition; give up after so many seconds or when the child has ended."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        if child is not None and not child.is_running:
            return False
        time.sleep(0.02)
    return False
