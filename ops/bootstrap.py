"""Make the virtual environment, install the lock when it changed, hand over to `ops`. Standard library only."""

from __future__ import annotations

import fcntl
import filecmp
import os
import shutil
import subprocess
import sys
import sysconfig
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RUN = ROOT / ".run"
VENV = RUN / "venv"
PYTHON = VENV / "bin" / "python"
RUNTIME, TEST = "requirements.lock", "requirements-test.lock"
NEEDS_TEST_PACKAGES = {"test", "trust", "check", "lock"}
# what is never imported need not be compiled; the first import compiles the rest
HOW = ("--quiet", "--disable-pip-version-check", "--no-input", "--no-deps", "--no-compile")
ROOM_MB = {RUNTIME: 700, TEST: 1300}


class Refused(Exception):
    """Say in one sentence why nothing can start here."""


def is_installed(lock: str) -> bool:
    """Tell whether this lock, or the larger one that contains it, is what the environment holds."""
    names = {lock, TEST}
    return PYTHON.exists() and any(
        (VENV / name).is_file() and filecmp.cmp(ROOT / name, VENV / name, shallow=False) for name in names
    )


def check_place() -> None:
    """Refuse a folder without write permission, and a Python without venv."""
    try:
        RUN.mkdir(exist_ok=True)
        (RUN / ".write").write_text("")
        (RUN / ".write").unlink()
    except OSError as error:
        raise Refused(f"Cannot write to {RUN} ({error.strerror}). Use a folder that belongs to you.") from None
    if find_spec("venv") is None or find_spec("ensurepip") is None:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        raise Refused(f"Python's venv is missing. On Debian or Ubuntu: apt-get install python{version}-venv")


def check_room(lock: str) -> None:
    """Refuse to start an installation that the disk cannot hold."""
    free = shutil.disk_usage(RUN).free // 2**20
    if free < ROOM_MB[lock]:
        raise Refused(f"The disk is almost full: {free} MB free at {RUN}, {ROOM_MB[lock]} MB needed.")


def run(command: list[str], log: Path) -> None:
    """Run one step of the installation; on failure show the last lines of its log."""
    with log.open("ab") as out:
        if subprocess.run(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, check=False).returncode == 0:
            return
    tail = "\n".join(log.read_text(errors="replace").splitlines()[-12:])
    raise Refused(f"{tail}\nInstalling the packages failed (everything it said: {log}).")


def pip_of_python() -> Path | None:
    """Return the wheel of pip that comes with this Python; it runs as it is, where a venv would unpack it first."""
    found = find_spec("ensurepip")
    beside = [Path(found.origin).parent / "_bundled"] if found and found.origin else []
    apart = sysconfig.get_config_var("WHEEL_PKG_DIR")  # where a distribution keeps such wheels
    folders = [*beside, *([Path(apart)] if apart else [])]
    return next((wheel for folder in folders for wheel in sorted(folder.glob("pip-*.whl"))), None)


def pip_command() -> list[str]:
    """Return the command line that is pip for our environment."""
    wheel = pip_of_python()
    return [str(PYTHON), str(wheel / "pip")] if wheel else [str(PYTHON), "-m", "pip"]


def install(lock: str) -> None:
    """Bring the environment to the lock; one process at a time, safe to interrupt and repeat."""
    check_place()
    with (RUN / "install.lock").open("w") as gate:
        fcntl.flock(gate, fcntl.LOCK_EX)
        if is_installed(lock):
            return
        check_room(lock)
        print("Installing the packages into .run/venv (once, less than a minute) …", file=sys.stderr, flush=True)
        log = RUN / "install.log"
        log.write_bytes(b"")
        if not any((VENV / name).is_file() for name in (RUNTIME, TEST)):
            without_pip = ["--without-pip"] if pip_of_python() else []
            run([sys.executable, "-m", "venv", *without_pip, str(VENV)], log)
        how = [*HOW, "--require-hashes", "--only-binary", ":all:"]
        run([*pip_command(), "install", *how, "-r", str(ROOT / lock)], log)
        shutil.copyfile(ROOT / lock, VENV / lock)


def main() -> None:
    """Install what the command needs, then become `python -m ops` (-P: not the `ops` of the folder one stands in)."""
    command = sys.argv[1] if len(sys.argv) > 1 else ""
    lock = TEST if command in NEEDS_TEST_PACKAGES else RUNTIME
    try:
        if not is_installed(lock):
            install(lock)
    except Refused as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit(130)
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    os.execve(PYTHON, [str(PYTHON), "-P", "-m", "ops", *sys.argv[1:]], {**os.environ, "PYTHONPATH": path})


if __name__ == "__main__":
    main()
