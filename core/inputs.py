"""The browser's own inputs, filled with what it reads: ISO values, whatever language the page is in.

Django writes a date as the page's language does. A native input that is handed 1958/07/09 shows nothing, and sends
nothing back: a birth date is gone by a change of the telephone number.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

from django import forms

_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class DayInput(forms.DateInput):
    """A day."""

    input_type = "date"

    def format_value(self, value: Any) -> str | None:
        """Write a day as 1958-07-09; what somebody typed stays as typed."""
        if isinstance(value, datetime):
            value = value.date()
        return value.isoformat() if isinstance(value, date) else (value or None)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Show words that are no day in a line of text: the browser's control would empty them."""
        context = super().get_context(name, value, attrs)
        shown = context["widget"]["value"]
        if shown and not _ISO_DAY.fullmatch(shown):
            context["widget"]["type"] = "text"
        return context


class MomentInput(forms.DateTimeInput):
    """A day and a time, to the minute; the field has put it into the site's time zone already."""

    input_type = "datetime-local"

    def format_value(self, value: Any) -> str | None:
        """Write a moment as 2022-06-28T10:40; what somebody typed stays as typed."""
        return value.isoformat(timespec="minutes") if isinstance(value, datetime) else (value or None)
