"""A form of a record: what comes back as it was shown is neither judged nor written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django import forms
from django.http import QueryDict

from core import editing
from core.editing import VersionedForm
from core.errors import Conflict
from core.inputs import DayInput, MomentInput


@dataclass
class Row:
    """A record that no form would take today."""

    name: str = "长" * 90
    note: str = "一\n二 "
    kind: str = "of old"
    born: date = date(56, 4, 2)
    until: datetime = datetime(2022, 6, 28, 2, 40, 31, tzinfo=UTC)
    is_ill: bool = True
    version: int = 3


class Form(VersionedForm):
    """One field of each sort."""

    name = forms.CharField(max_length=20)
    note = forms.CharField(widget=forms.Textarea)
    kind = forms.ChoiceField(choices=[("a", "A"), ("b", "B")])
    born = forms.DateField(widget=DayInput())
    until = forms.DateTimeField(widget=MomentInput())
    is_ill = forms.BooleanField(required=False)


SHOWN = {
    "name": "长" * 90, "note": "一\r\n二 ", "kind": "of old", "born": "0056-04-02", "until": "2022-06-28T10:40",
    "is_ill": "on", "version": "3",
}  # fmt: skip


def form(**changes: str) -> Form:
    data = QueryDict(mutable=True)
    data.update({name: value for name, value in (SHOWN | changes).items() if value is not None})
    return Form(data, record=Row())  # type: ignore[arg-type]


def test_what_comes_back_as_shown_is_left_alone() -> None:
    sent = form()

    assert (sent.is_valid(), sent.changes(), sent.seen_version) == (True, {}, 3)
    assert '<option value="of old" selected>of old</option>' in str(sent["kind"])


def test_judged_all_the_same_it_would_be_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(editing, "_came_back_as_shown", lambda bound: False)

    assert set(form().errors) == {"name"}


@pytest.mark.parametrize(
    ("sent", "changed"),
    [
        ({"name": "王秀兰"}, {"name": "王秀兰"}),
        ({"kind": "b"}, {"kind": "b"}),
        ({"until": "2022-06-28T10:41"}, {"until": datetime(2022, 6, 28, 2, 41, tzinfo=UTC)}),
        ({"is_ill": None}, {"is_ill": False}),
        ({"name": None, "note": None, "born": None}, {}),
    ],
)
def test_only_what_was_changed_is_written(sent: dict[str, Any], changed: dict[str, Any]) -> None:
    typed = form(**sent)

    assert typed.is_valid(), typed.errors
    assert typed.changes() == changed


def test_a_refusal_says_what_is_there_now_and_the_next_press_may_write() -> None:
    typed = form(kind="b", version="2")
    typed.is_valid()

    typed.meet(Conflict("x", "刚被同事改过了。"))

    assert typed.errors["kind"] == ["现在登记的是：of old"]
    assert typed["version"].value() == "3"
