"""Travel times of a server, with cache, silence and gaps, against a small local one."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import pytest

from matching.errors import TravelUnavailable
from matching.travel import GreatCircle
from matching.travel_http import HttpTravel
from tests.unit.matching.small import PLACES


class Server(BaseHTTPRequestHandler):
    """Answers both dialects: 600 s and 5 km everywhere, nothing from the first place to the last."""

    calls: ClassVar[list[str]] = []
    mode: ClassVar[str] = "good"

    def do_POST(self) -> None:
        """Speak as Valhalla does."""
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        rows, columns = len(body["sources"]), len(body["targets"])
        cells: list[list[dict[str, Any]]] = [
            [{"time": 600, "distance": 5.0} for _ in range(columns)] for _ in range(rows)
        ]
        if self.mode == "gap":
            cells[0][-1] = {"time": None, "distance": None}
        self.answer({"sources_to_targets": cells})

    def do_GET(self) -> None:
        """Speak as OSRM does."""
        sources = self.path.split("sources=")[1].split("&")[0].count(";") + 1
        targets = self.path.split("destinations=")[1].split("&")[0].count(";") + 1
        self.answer({"durations": [[600.0] * targets] * sources, "distances": [[5000.0] * targets] * sources})

    def answer(self, document: dict[str, Any]) -> None:
        """Send a document, or nonsense."""
        self.calls.append(self.path)
        text = b"not json" if self.mode == "nonsense" else json.dumps(document).encode()
        self.send_response(500 if self.mode == "error" else 200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def url() -> Iterator[str]:
    """Run the server on a free port."""
    Server.calls.clear()
    Server.mode = "good"
    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize("kind", ["valhalla", "osrm"])
def test_both_dialects_give_minutes_and_km(url: str, kind: Any) -> None:
    travel = HttpTravel(url, kind)
    minutes, km = travel.matrices(PLACES)

    assert (minutes[0, 1], km[0, 1], minutes[1, 1]) == (10.0, 5.0, 0.0)
    assert travel.approximate == set()


def test_known_pairs_are_not_asked_again(url: str) -> None:
    travel = HttpTravel(url, block=4)
    travel.matrices(PLACES)
    asked = len(Server.calls)
    travel.matrices(PLACES)

    assert (asked, len(Server.calls)) == (4, 4)


def test_unreachable_pair_is_estimated_and_marked(url: str) -> None:
    Server.mode = "gap"
    travel = HttpTravel(url)
    minutes, _ = travel.matrices(PLACES)

    assert travel.approximate == {("depot", "yellow")}
    assert minutes[0, -1] == GreatCircle().matrices(PLACES)[0][0, -1]


@pytest.mark.parametrize("mode", ["error", "nonsense"])
def test_broken_server_falls_back_as_a_whole(url: str, mode: str) -> None:
    Server.mode = mode
    travel = HttpTravel(url)

    assert (travel.matrices(PLACES)[0] == GreatCircle().matrices(PLACES)[0]).all()
    assert len(travel.approximate) == len(PLACES) * (len(PLACES) - 1)


def test_without_fallback_silence_is_an_error() -> None:
    with pytest.raises(TravelUnavailable):
        HttpTravel("http://127.0.0.1:9", fallback=None, timeout_s=0.2).matrices(PLACES)
