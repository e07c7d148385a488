"""The browser's own inputs, filled with what it reads: ISO values, whatever language the page is in.

Django writes a date as the page's language does. A native input that is handed 1958/07/09 shows nothing, and sends
nothing back: a birth date is gone by a change of the telephone number.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django import forms


class DayInput(forms.DateInput):
    """A day."""

    input_type = "date"

    def format_value(self, value: Any) -> str | None:
        """Write a day as 1958-07-09; what somebody typed stays as typed."""
        if isinstance(value, datetime):
            value = value.date()
        return value.isoformat() if isinstance(value, date) else (value or None)


class MomentInput(forms.DateTimeInput):
    """A day and a time, to the minute; the field has put it into the site's time zone already."""

    input_type = "datetime-local"

    def format_value(self, value: Any) -> str | None:
        """Write a moment as 2022-06-28T10:40; what somebody typed stays as typed."""
        return value.isoformat(timespec="minutes") if isinstance(value, datetime) else (value or None)
