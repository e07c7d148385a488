"""Native inputs hold ISO values in both languages; what a page shows comes back as it was."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from pathlib import Path

import pytest
from django import forms
from django.conf import settings
from django.utils import translation

from core.inputs import DayInput, MomentInput
from tests.forms_walk import all_forms

NATIVE = {"date": date(1958, 7, 9), "datetime-local": datetime(2022, 6, 28, 7, 5), "time": time(7, 5)}  # noqa: DTZ001
ISO = {"date": "1958-07-09", "datetime-local": "2022-06-28T07:05", "time": "07:05", "number": "4.5"}
TYPED = {forms.DateTimeField: "datetime-local", forms.DateField: "date", forms.TimeField: "time"}
FILLED = re.compile(r"<input[^>]*type=\"(date|datetime-local|month|time|number)\"[^>]*value=\"\{\{([^}]*)\}\}")


def _faults(name: str, field: forms.Field) -> list[str]:
    """Say what is wrong with a field's input: another kind than its values, or values its kind does not read."""
    kind = next((kind for field_type, kind in TYPED.items() if isinstance(field, field_type)), "")
    if isinstance(field, forms.IntegerField | forms.FloatField):
        kind = "number"
    shown = getattr(field.widget, "input_type", "")
    if not kind or (shown in {"hidden", "text"} and kind == "number"):
        return []
    wrong = [] if shown == kind else [f"{name}: {shown} for {kind}"]
    for language, _word in settings.LANGUAGES:
        with translation.override(language):
            value = field.widget.format_value(NATIVE.get(kind, 4.5))
        wrong += [] if value == ISO[kind] else [f"{name} in {language}: {value}"]
    return wrong


def test_every_native_input_is_filled_with_iso_in_both_languages() -> None:
    faults = [
        fault
        for form in all_forms()
        for name, field in form.base_fields.items()
        for fault in _faults(f"{form.__name__}.{name}", field)
    ]

    assert faults == []


def test_a_localised_day_is_noticed() -> None:
    plain = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}))

    assert _faults("plain", plain)


def test_every_native_input_written_by_hand_is_filled_with_iso() -> None:
    wrong = []
    for page in Path(settings.BASE_DIR).glob("templates/**/*.html"):
        for kind, value in FILLED.findall(page.read_text()):
            if kind != "number" and not re.search(r'\.value\|default|\|date:"(Y-m-d(\\TH:i)?|H:i|Y-m)"', value):
                wrong.append(f"{page.name}: {value}")

    assert wrong == []


@pytest.mark.parametrize(
    ("widget", "value", "shown"),
    [
        (DayInput(), date(56, 4, 2), "0056-04-02"),
        (DayInput(), "1956年4月", "1956年4月"),
        (DayInput(), None, None),
        (DayInput(), "", None),
        (MomentInput(), datetime(2022, 6, 28, 7, 5, 31), "2022-06-28T07:05"),  # noqa: DTZ001
        (MomentInput(), "明天", "明天"),
    ],
)
def test_what_is_shown(widget: forms.Widget, value: object, shown: str | None) -> None:
    assert widget.format_value(value) == shown
