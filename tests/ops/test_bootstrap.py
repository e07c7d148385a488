"""The first step, before any package is there: one clear sentence for what a machine lacks."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from ops.bootstrap import pip_command
from ops.places import ROOT
from tests.ops.newcomer import Checkout

WITHOUT = "import sys, runpy; sys.modules[{name!r}] = None; sys.argv = ['dev', 'up']; runpy.run_path({path!r}, None, '__main__')"


def _bootstrap_without(name: str, folder: Path) -> subprocess.CompletedProcess[str]:
    words = WITHOUT.format(name=name, path=str(folder / "ops" / "bootstrap.py"))
    return subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, timeout=60, check=False)


def test_python_without_venv_is_told_what_to_install(checkout: Checkout) -> None:
    (checkout.folder / ".run" / "venv").unlink()

    ended = _bootstrap_without("ensurepip", checkout.folder)

    assert ended.returncode == 1
    assert "apt-get install python3" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_folder_that_cannot_be_written_is_named(checkout: Checkout) -> None:
    (checkout.folder / ".run" / "venv").unlink()
    (checkout.folder / ".run").rmdir()
    (checkout.folder / ".run").write_text("in the way")

    ended = checkout.dev("up")

    assert ended.returncode == 1
    assert f"Cannot write to {checkout.folder / '.run'}" in ended.stderr


def test_machine_without_new_python_is_told_so(tmp_path: Path) -> None:
    for program in ("sh", "dirname"):
        found = next(path for path in ("/bin", "/usr/bin") if os.access(f"{path}/{program}", os.X_OK))
        (tmp_path / program).symlink_to(f"{found}/{program}")

    ended = subprocess.run(
        [str(ROOT / "dev"), "up"], env={"PATH": str(tmp_path)}, capture_output=True, text=True, timeout=60, check=False
    )

    assert ended.returncode == 1
    assert "Python 3.11 or newer is needed" in ended.stderr


def test_doctor_says_what_is_here(checkout: Checkout) -> None:
    ended = checkout.dev("doctor")

    assert "Traceback" not in ended.stderr
    assert "Python 3." in ended.stdout
    assert "PostgreSQL from the packages" in ended.stdout
    assert "Valkey from the packages" in ended.stdout


def test_pip_of_this_python_runs_without_being_unpacked() -> None:
    """`./dev lock` and the peers of a benchmark install by it; an environment has no pip of its own."""
    ended = subprocess.run([*pip_command(), "--version"], capture_output=True, text=True, timeout=60, check=False)

    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.startswith("pip ")
