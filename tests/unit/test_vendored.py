"""What others wrote and the tree carries is what they published, and its licence is named."""

from __future__ import annotations

import hashlib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SUMS = {
    "jsQR-1.4.0.js": "bc40c8a15196236b2314db0856f72ca0b49980cd5413b8c852a7349f5fee0859"
}  # of the package's dist/jsQR.js


def test_foreign_files_are_as_published() -> None:
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (ROOT / "static/vendor").iterdir()}

    assert found == SUMS


def test_every_foreign_file_stands_in_the_notice() -> None:
    notice = (ROOT / "NOTICE").read_text()

    assert [name for name in SUMS if f"static/vendor/{name}" not in notice] == []
