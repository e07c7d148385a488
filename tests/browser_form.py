"""What a browser would send for a form of a page that nobody touched: its controls as it reads their values."""

from __future__ import annotations

import re
from html.parser import HTMLParser

DAY = re.compile(r"^\d{4}-\d{2}-\d{2}$")
MOMENT = re.compile(r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?$")
NUMBER = re.compile(r"^-?\d+(\.\d+)?([eE][-+]?\d+)?$")
READS = {"date": DAY, "datetime-local": MOMENT, "number": NUMBER}
Sent = dict[str, list[str]]


class _Forms(HTMLParser):
    """Collects (action, controls) of every form of a page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[tuple[str, Sent]] = []
        self.inside = False
        self.select = ""
        self.area: list[str] | None = None
        self.options: list[tuple[str, bool]] = []

    def _put(self, name: str, value: str) -> None:
        self.forms[-1][1].setdefault(name, []).append(value)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append((has.get("action", ""), {}))
            self.inside = True
        elif not self.inside:
            return
        elif tag == "input" and has.get("name"):
            self._input(has)
        elif tag == "select":
            self.select, self.options = has.get("name", ""), []
        elif tag == "option":
            self.options.append((has.get("value", ""), "selected" in has))
        elif tag == "textarea":
            self.select, self.area = has.get("name", ""), []

    def _input(self, has: dict[str, str]) -> None:
        kind, value = has.get("type", "text"), has.get("value", "")
        if kind in {"radio", "checkbox"}:
            if "checked" in has:
                self._put(has["name"], has.get("value", "on"))
        elif kind in READS:
            self._put(has["name"], value if READS[kind].match(value) else "")
        elif kind not in {"submit", "button", "file"}:
            self._put(has["name"], value if kind == "hidden" else value.replace("\n", "").replace("\r", ""))

    def handle_data(self, data: str) -> None:
        if self.area is not None:
            self.area.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False
        elif tag == "textarea" and self.area is not None:
            text = "".join(self.area).removeprefix("\n").replace("\r\n", "\n")
            self._put(self.select, text.replace("\n", "\r\n"))
            self.area = None
        elif tag == "select" and self.options:
            chosen = [value for value, is_selected in self.options if is_selected]
            self._put(self.select, (chosen or [self.options[0][0]])[-1])


def untouched(page: str, action: str, *, having: str = "idempotency_key") -> Sent:
    """Return what the form of this address (or of none) sends when nobody touched it; `having` a field of its own."""
    reader = _Forms()
    reader.feed(page)
    found = [sent for to, sent in reader.forms if to == action and having in sent]
    assert len(found) == 1, f"{len(found)} forms for {action!r}"
    return found[0]
