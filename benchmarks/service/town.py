"""The installation that is measured: the demo city with more people, on durable databases of its own, and the floor."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from ops.places import ROOT, free_port
from ops.prepare import Preparation
from ops.process import Child, wait_until
from ops.servers import Stack
from ops.services import command

EXTRA = {"STATIC_MANIFEST": "true"}  # static files under their final names, as in production


class Town:
    """A filled city in a folder. A folder that is filled already is used again."""

    def __init__(self, folder: Path, residents: int) -> None:
        self.stack = Stack(folder, extra=EXTRA)
        self.folder, self.residents = folder, residents
        self.known: dict[str, Any] = {}
        self.floor = ""

    def __enter__(self) -> Town:
        """Start the databases and fill the city."""
        self.stack.__enter__()
        try:
            self._fill()
        except BaseException:
            self.stack.stop()
            raise
        return self

    def __exit__(self, *error: Any) -> None:
        """End everything."""
        self.stack.stop()

    def _fill(self) -> None:
        note = self.folder / "town.json"
        if not note.exists():
            with Preparation(self.stack.setup).static_files():
                pass  # nothing to do beside it
            city = self.folder / "city"
            self.seed("folder", str(city), str(self.residents))
            self.stack.manage("load_city", str(city), "--demo")
            filled = self.seed("fill")
            self._run("benchmarks.service.floor")
            note.write_text(json.dumps(filled))
        self.known = json.loads(note.read_text())

    def seed(self, *words: str, given: str = "") -> Any:
        """Run a step of `seed.py` and return what it says."""
        return json.loads(self._run("benchmarks.service.seed", *words, given=given).splitlines()[-1])

    def _run(self, module: str, *words: str, given: str = "") -> str:
        ended = subprocess.run(
            [sys.executable, "-m", module, *words], env=self.stack.environment("owner"), cwd=ROOT, input=given,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if ended.returncode != 0:
            raise RuntimeError(f"{module} {' '.join(words)}:\n{ended.stderr[-3000:]}")
        return ended.stdout

    def start_floor(self) -> str:
        """Serve the floor by the same server with the same pool; return its address."""
        port = free_port()
        words = command("web", data=self.folder, port=port)
        words[words.index("config.wsgi")] = "benchmarks.service.floor:application"
        child = Child("floor", words, log=self.stack.places.log / "floor.log", env=self._floor_environment(), cwd=ROOT)
        child.start()
        self.stack.children["floor"] = child
        if not wait_until(lambda: _answers(port), 30, child=child):
            raise RuntimeError(child.last_words())
        return f"http://127.0.0.1:{port}"

    def _floor_environment(self) -> dict[str, str]:
        return {**self.stack.environment("web"), "DATABASE_URL": self.stack.databases.owner_url}

    def memory(self, name: str = "web") -> list[tuple[float, float]]:
        """Return (RSS, PSS) in MB of each process below a name, the first one's children only."""
        return [found for pid in self.stack.pids(name)[1:] if (found := _memory(pid))]

    def busy(self, *names: str) -> float:
        """Return the processor time that processes and all below them have used, in seconds."""
        return sum(_busy(pid) for name in names for pid in self.stack.pids(name))


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/plain/")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def _memory(pid: int) -> tuple[float, float] | None:
    with suppress(OSError):
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        sizes = {line.split(":")[0]: int(line.split()[1]) / 1024 for line in lines if line.endswith("kB")}
        return round(sizes["Rss"], 1), round(sizes["Pss"], 1)
    return None


def _busy(pid: int) -> float:
    with suppress(OSError):
        words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return sum(map(int, words[11:15])) / os.sysconf("SC_CLK_TCK")
    return 0.0
