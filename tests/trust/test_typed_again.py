"""A form that is refused shows every word that was typed into it (G9): each form of each page, a new one by itself."""

from __future__ import annotations

import html
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client
from django.urls import resolve

from tests.factories.town import ROLES, Side
from tests.trust import tables
from tests.trust.walk import idents, routes, tried

pytestmark = pytest.mark.django_db
# what a browser without such an input, or a hurried hand, leaves in one
WORDS = {"date": "下周不知道哪天", "datetime-local": "明天一早", "number": "五个半", "tel": "不知道电话"}
TEXT = {"text", "search", "email", "url", *WORDS}
NOT_SHOWN = {"password"}  # never sent back
WRITE_NOTHING = {"driver", "auditor", "sysadmin"}  # roles whose forms are all chosen from, or searched with


@dataclass
class Sheet:
    """One form of a page: what it sends untouched, and the controls that people write into or choose from."""

    action: str
    sent: dict[str, str] = field(default_factory=dict)
    written: dict[str, str] = field(default_factory=dict)
    chosen: set[str] = field(default_factory=set)

    def typed(self) -> dict[str, str]:
        """Return a word of its own for each control."""
        return {
            name: f"{WORDS.get(kind, '字')}{number}句"
            for number, (name, kind) in enumerate(sorted(self.written.items()))
        }


class _Sheets(HTMLParser):
    """Collects the forms that a page sends."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.sheets: list[Sheet] = []
        self.by_id: dict[str, Sheet] = {}
        self.now: Sheet | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take note of a form and of what may be written there."""
        has = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.now = Sheet(has.get("action", ""))
            if has.get("method", "get").lower() == "post":
                self.sheets.append(self.now)
                self.by_id[has.get("id", "")] = self.now
        sheet = self.by_id.get(has["form"]) if has.get("form") else self.now
        name, kind = has.get("name", ""), has.get("type", "text")
        if sheet is None or not name:
            return
        if tag == "textarea" or (tag == "input" and kind in TEXT):
            sheet.written[name] = kind if tag == "input" else "text"
        elif tag == "select" or kind in {"radio", "checkbox"}:
            sheet.chosen.add(name)
        elif tag == "input" and kind not in NOT_SHOWN:
            sheet.sent[name] = has.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        """Leave a form."""
        if tag == "form":
            self.now = None


def _sheets(role: str, client: Client, side: Side) -> Iterator[Sheet]:
    """Yield the forms with something to write of every page that a role may open."""
    own = idents(side)
    for route in routes():
        rule = tables.rules().get((route.name, "GET"))
        if rule is None or (rule.action != "public" and not rule.lets(role)):
            continue
        known = own[route.kind].values() if route.id_params else [None]
        for url in dict.fromkeys(url for ident in known for url in route.urls(ident)):
            answer = tried(client, "GET", url)
            if answer.status_code == 200 and "text/html" in answer.headers["Content-Type"] and not answer.streaming:
                reader = _Sheets()
                reader.feed(answer.content.decode())
                for sheet in (each for each in reader.sheets if not each.action.startswith("#")):
                    sheet.action = sheet.action or url
                    yield sheet


def _refusal(client: Client, sheet: Sheet) -> str:
    """Send the words, with nothing chosen and with choices nobody offered; return the first page that refuses them."""
    sent: dict[str, Any] = {**sheet.sent, **sheet.typed()}
    for choices in ({}, dict.fromkeys(sheet.chosen, "zz")):
        answer = tried(client, "POST", sheet.action, {**sent, **choices})
        if answer.status_code >= 400:
            return f"{answer.status_code} {answer.content.decode()}"
    return ""


def _lost(sheet: Sheet, page: str) -> dict[str, str]:
    """Return what was typed and does not stand in a page."""
    body = html.unescape(page)
    return {name: word for name, word in sheet.typed().items() if word not in body}


@pytest.mark.parametrize("role", ROLES)
def test_a_refused_form_shows_every_word_again(role: str, people: dict[str, Client], sides: tuple[Side, Side]) -> None:
    """Whatever a form of any page refuses, each word that was typed into it stands in the answer."""
    done: set[tuple[str, ...]] = set()
    refused, faults = [], []
    for sheet in _sheets(role, people[role], sides[0]):
        name = resolve(sheet.action.split("?")[0]).view_name
        key = (name, *sorted(sheet.written), *sorted(sheet.chosen))
        if not sheet.written or key in done:
            continue
        done.add(key)
        if page := _refusal(people[role], sheet):
            refused.append(name)
            if lost := _lost(sheet, page):
                faults.append(f"{name}: {page[:3]}: {lost}")

    assert faults == []
    assert (len(refused) > 0) == (role not in WRITE_NOTHING), (
        "the walk found no form to refuse, or the first for a role"
    )


def test_a_word_that_is_gone_is_noticed() -> None:
    """The twin: an error page instead of the form, and a form with one field emptied."""
    sheet = Sheet("/", written={"name": "text", "birth_date": "date"})
    words = sheet.typed()

    assert _lost(sheet, "<h1>400</h1>") == words
    assert _lost(sheet, f'<input value="{words["name"]}"><input type="date" value="">') == {
        "birth_date": words["birth_date"]
    }
    assert _lost(sheet, html.escape("".join(words.values()))) == {}
