"""`./dev up`: starts from nothing, starts again fast, survives what may happen, leaves nothing behind."""

from __future__ import annotations

import os
import shutil
import signal
import socket
from pathlib import Path

import pytest

from tests.ops.newcomer import Checkout, become_ordinary, crowding, page_status

FIRST_START_S, SECOND_START_S = 90, 6


def test_up_starts_from_nothing_starts_again_fast_and_leaves_nothing(checkout: Checkout) -> None:
    address = checkout.up()
    assert checkout.seconds_to_ready <= FIRST_START_S * crowding(), checkout.words()
    assert page_status(address) == 200
    checkout.wait_for_words("All is running")
    assert len(checkout.processes()) >= 10

    second = checkout.dev("up", "--port", str(checkout.port + 2))
    assert second.returncode == 1
    assert "already runs" in second.stderr

    beside = checkout.dev("manage", "check_invariants")
    assert beside.returncode == 0, beside.stdout + beside.stderr
    assert "(it runs)" in beside.stderr

    assert checkout.stop(signal.SIGINT) == 0
    assert checkout.processes() == []

    checkout.up()
    assert checkout.seconds_to_ready <= SECOND_START_S * crowding(), checkout.words()
    checkout.wait_for_words("All is running")
    checkout.process.kill()
    checkout.wait_until(lambda: not checkout.processes(), 8 * crowding())

    assert page_status(checkout.up()) == 200
    assert checkout.stop(signal.SIGTERM) == 0

    as_production = checkout.dev("up", "--port", str(checkout.port), "--production", "--host", "care.example.org")
    assert as_production.returncode == 1
    assert as_production.stderr.count("cannot become production") == 1
    assert checkout.processes() == []


def test_up_as_ordinary_user_in_an_odd_path_works(odd_checkout: Checkout) -> None:
    address = odd_checkout.up("--city", "none", before=become_ordinary)

    assert page_status(address) == 200
    assert odd_checkout.stop(signal.SIGINT) == 0
    assert odd_checkout.processes() == []


def test_up_starts_again_what_was_killed(used_checkout: Checkout) -> None:
    address = used_checkout.up("--city", "none")
    used_checkout.wait_for_words("All is running")
    names = {pid: Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ") for pid in used_checkout.processes()}
    pages = [pid for pid, words in names.items() if "gunicorn" in words]
    database = next(pid for pid, words in names.items() if "/bin/postgres " in words)

    os.kill(database, signal.SIGKILL)
    for pid in pages:
        os.kill(pid, signal.SIGKILL)

    used_checkout.wait_for_words("postgres ended")
    used_checkout.wait_for_words("web ended")

    def page_is_back() -> bool:
        try:
            return page_status(address) == 200
        except OSError:
            return False

    used_checkout.wait_until(page_is_back, 120)
    assert used_checkout.stop() == 0
    assert used_checkout.processes() == []


def test_up_with_port_taken_says_so(checkout: Checkout) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        ended = checkout.dev("up", "--port", str(port))

    assert ended.returncode == 1
    assert f"Port {port}, for the pages, is taken" in ended.stderr
    assert checkout.processes() == []


def test_up_on_full_disk_says_so(checkout: Checkout) -> None:
    more_than_there_is = shutil.disk_usage(checkout.folder).free // 2**20 + 10**6

    ended = checkout.dev("up", "--least-free-mb", str(more_than_there_is))

    assert ended.returncode == 1
    assert "The disk is almost full" in ended.stderr


def test_up_without_permission_says_so(checkout: Checkout) -> None:
    closed = Path("/proc/closed")  # nobody, not even root, can write there

    ended = checkout.dev("up", "--data", str(closed))

    assert ended.returncode == 1
    assert "Cannot write to" in ended.stderr
    assert "--data DIR" in ended.stderr


def test_up_with_missing_city_says_so(checkout: Checkout) -> None:
    ended = checkout.dev("up", "--port", str(checkout.port), "--city", "nowhere")

    assert ended.returncode == 1
    assert "There is no city folder" in ended.stderr
    assert checkout.processes() == []


def test_manage_makes_no_installation(checkout: Checkout) -> None:
    """faults.md 2: it made a second one, with new keys."""
    ended = checkout.dev("manage", "check_invariants")

    assert ended.returncode == 1
    assert ended.stderr.startswith("There is no installation in ")
    assert [path.name for path in (checkout.folder / ".run").iterdir()] == ["venv"]


def test_manage_brings_the_databases_and_stops_them(used_checkout: Checkout) -> None:
    ended = used_checkout.dev("manage", "load_city", str(used_checkout.folder / "nowhere"))

    assert ended.returncode != 0
    assert "nowhere" in ended.stderr
    assert used_checkout.processes() == []


def test_production_makes_no_secrets_shows_no_demo_and_is_found(used_checkout: Checkout, tmp_path: Path) -> None:
    """Its data lies elsewhere: a command of another shell is for it, and makes none in the checkout."""
    data = tmp_path / "elsewhere"
    (used_checkout.folder / ".run" / "data").rename(data)
    shutil.rmtree(data / "secrets")
    options = ("--production", "--host", "care.example.org", "--data", str(data))
    refused = used_checkout.dev("up", *options)
    assert refused.returncode == 1
    assert "./dev secrets" in refused.stderr

    used_checkout.dev("secrets", str(data / "secrets"))
    address = used_checkout.up(*options)

    assert page_status(address, "care.example.org") == 200
    assert page_status(address, "elsewhere.example.org") == 400
    assert page_status(f"{address}/demo", "care.example.org") == 404
    beside = used_checkout.dev("manage", "check_invariants")
    assert beside.returncode == 0, beside.stderr
    assert f"With the production installation in {data} (it runs)" in beside.stderr
    assert not (used_checkout.folder / ".run" / "data").exists()
    assert used_checkout.stop() == 0

    as_demo = used_checkout.dev("up", "--port", str(used_checkout.port), "--data", str(data))
    assert as_demo.returncode == 1
    assert as_demo.stderr.count("belongs to a production installation") == 1


@pytest.mark.parametrize("words", [["nonsense"], ["test", "nonsense"], ["run", "nonsense"], ["secrets"]])
def test_dev_with_unknown_word_fails_with_one_sentence(checkout: Checkout, words: list[str]) -> None:
    ended = checkout.dev(*words)

    assert ended.returncode != 0
    assert "Traceback" not in ended.stderr
