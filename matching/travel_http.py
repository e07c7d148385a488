"""Travel times from a routing server (Valhalla or OSRM), with a cache, a time-out and a marked fall-back.

Valhalla: POST /sources_to_targets; OSRM: GET /table/v1/driving. Pairs the server does not know (unreachable, null) or
cannot give in time come from the fall-back and are counted in `approximate`.
"""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from matching.errors import TravelUnavailable
from matching.problem import Place
from matching.travel import GreatCircle, Matrix, Travel

Pair = tuple[str, str]
Answer = list[list[tuple[float | None, float | None]]]


@dataclass(slots=True)
class HttpTravel:
    """Minutes and kilometres from a server, block by block.

    Attributes
    ----------
    url : base address; `kind` which dialect it speaks.
    timeout_s : longest wait for one block; after a failure the rest of the matrix uses the fall-back at once.
    block : places per side of one call (Valhalla's default allows 50 x 50).
    fallback : what answers instead; None raises `TravelUnavailable`.
    cache : known pairs by place id, kept between calls.
    approximate : ordered pairs of the last matrix that rest on the fall-back.
    """

    url: str
    kind: Literal["valhalla", "osrm"] = "valhalla"
    timeout_s: float = 5.0
    block: int = 50
    fallback: Travel | None = field(default_factory=GreatCircle)
    cache: dict[Pair, tuple[float, float]] = field(default_factory=dict)
    approximate: set[Pair] = field(default_factory=set)

    def matrices(self, places: Sequence[Place]) -> tuple[Matrix, Matrix]:
        """Return (minutes, km) for every ordered pair, gate minutes included.

        Raises
        ------
        TravelUnavailable
            A pair is unknown and there is no fall-back.
        """
        self._fetch_missing(places)
        n = len(places)
        self.approximate = set()
        minutes, km = (np.zeros((n, n)), np.zeros((n, n))) if self.fallback is None else self.fallback.matrices(places)
        for a, origin in enumerate(places):
            for b, destination in enumerate(places):
                known = self.cache.get((origin.id, destination.id))
                if a == b:
                    minutes[a, b] = km[a, b] = 0.0
                elif known is not None:
                    minutes[a, b], km[a, b] = known[0] + origin.gate_min + destination.gate_min, known[1]
                elif self.fallback is None:
                    raise TravelUnavailable(f"no travel time from {origin.id} to {destination.id}")
                else:
                    self.approximate.add((origin.id, destination.id))
        return minutes, km

    def _fetch_missing(self, places: Sequence[Place]) -> None:
        for i in range(0, len(places), self.block):
            for j in range(0, len(places), self.block):
                rows, columns = places[i : i + self.block], places[j : j + self.block]
                if all((a.id, b.id) in self.cache or a.id == b.id for a in rows for b in columns):
                    continue
                try:
                    answer = self._ask(rows, columns)
                except (OSError, ValueError, KeyError, TypeError, urllib.error.URLError):
                    return
                self._remember(rows, columns, answer)

    def _remember(self, rows: Sequence[Place], columns: Sequence[Place], answer: Answer) -> None:
        for a, line in zip(rows, answer, strict=True):
            for b, (minutes, km) in zip(columns, line, strict=True):
                if minutes is not None and km is not None and a.id != b.id:
                    self.cache[(a.id, b.id)] = (minutes, km)

    def _ask(self, rows: Sequence[Place], columns: Sequence[Place]) -> Answer:
        if self.kind == "osrm":
            points = ";".join(f"{p.longitude},{p.latitude}" for p in (*rows, *columns))
            sources = ";".join(str(k) for k in range(len(rows)))
            targets = ";".join(str(len(rows) + k) for k in range(len(columns)))
            query = f"sources={sources}&destinations={targets}&annotations=duration,distance"
            found = self._call(f"{self.url}/table/v1/driving/{points}?{query}", None)
            pairs = zip(found["durations"], found["distances"], strict=True)
            return [[(_scaled(s, 60.0), _scaled(m, 1000.0)) for s, m in zip(*line, strict=True)] for line in pairs]
        body = {
            "sources": [{"lat": p.latitude, "lon": p.longitude} for p in rows],
            "targets": [{"lat": p.latitude, "lon": p.longitude} for p in columns],
            "costing": "auto",
        }
        found = self._call(f"{self.url}/sources_to_targets", body)["sources_to_targets"]
        return [[(_scaled(cell["time"], 60.0), _scaled(cell["distance"], 1.0)) for cell in line] for line in found]

    def _call(self, url: str, body: dict[str, Any] | None) -> dict[str, Any]:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(url, data=data, headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=self.timeout_s) as answer:
            found: dict[str, Any] = json.load(answer)
        return found


def _scaled(value: float | None, per: float) -> float | None:
    return None if value is None else float(value) / per
