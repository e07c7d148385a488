"""The fields of every form that takes text people type: tidied the one way, refused with a sentence, kept as typed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _T

from core import clock, phones, tidy, written_days
from core.inputs import DayInput, MomentInput

ISO_MINUTE = "%Y-%m-%dT%H:%M"
Tiles = dict[str, dict[str, Any]]  # value of a choice → {"icon": …, "small": …}


class TiledForm(forms.Form):
    """A form with choices as tiles that bear a sign and small words: `tiles` holds them, by the field's name."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.tiles: dict[str, Tiles] = {}
        super().__init__(*args, **kwargs)


def choice_of_rows(form: forms.BaseForm, name: str) -> forms.ModelChoiceField[Any]:
    """Return a field of a form that chooses among rows, to say which rows; raise TypeError for any other field."""
    field = form.fields[name]
    if not isinstance(field, forms.ModelChoiceField):
        raise TypeError(f"{name} is no choice among rows")
    return field


class TidyField(forms.CharField):
    """A line of text without invisible characters; `of` is how it is tidied."""

    default_error_messages = {
        "required": _T("请填上。"),
        "max_length": _T("太长了：最多 %(limit_value)d 个字，现在是 %(show_value)d 个。"),
    }

    def __init__(self, *args: Any, of: Any = tidy.line, **kwargs: Any) -> None:
        self.of = of
        super().__init__(*args, **kwargs)

    def to_python(self, value: Any) -> Any:
        """Tidy what was typed before its length is looked at."""
        return super().to_python(None if value in self.empty_values else self.of(str(value)))


class NoteField(TidyField):
    """Words of one or several lines."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": 2}))
        super().__init__(*args, of=tidy.block, **kwargs)


class NameField(TidyField):
    """A person's name: any character that is one, in any script, also of somebody's own font; never refused."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, of=tidy.name, **kwargs)


class IdNoField(TidyField):
    """A certificate's number in any written form; a faulty one is stored and marked, not refused (E15)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, of=tidy.id_no, **kwargs)
        self.widget.attrs |= {"inputmode": "text", "autocomplete": "off", "spellcheck": "false"}


class CodeField(TidyField):
    """A code typed or scanned."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, of=tidy.code, **kwargs)


class PhoneField(forms.CharField):
    """One telephone or several, as they were pasted; stored in one written form."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.widget.attrs |= {"inputmode": "tel", "autocomplete": "off"}

    def to_python(self, value: Any) -> Any:
        """Return the written form."""
        found = phones.read(str(value or ""))
        if found.fault:
            raise ValidationError(found.fault, code="phone")
        return super().to_python(found.written)


class DayField(forms.DateField):
    """A day, written as people write it."""

    widget = DayInput

    def to_python(self, value: Any) -> date | None:
        """Return the day that was meant; what cannot be one is answered with a sentence."""
        if value in self.empty_values or isinstance(value, date):
            return super().to_python(value)
        day = self.read(str(value))
        if day.fault:
            raise ValidationError(day.fault, code="day")
        return day.value

    def read(self, text: str) -> written_days.WrittenDay:
        """Read the text."""
        return written_days.read(text)


class BirthDateField(DayField):
    """The day somebody was born on."""

    def read(self, text: str) -> written_days.WrittenDay:
        """Read the text, and look at the year."""
        return written_days.read_birth(text, today=clock.today())


class MomentField(forms.DateTimeField):
    """A day with its time, local; no text breaks it."""

    widget = MomentInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(input_formats=[ISO_MINUTE, "%Y-%m-%d %H:%M"], **kwargs)

    def to_python(self, value: Any) -> datetime | None:
        """Return the moment; a year that no clock has is answered like any other text that is none."""
        try:
            moment = super().to_python(tidy.ascii_digits(value).strip() if isinstance(value, str) else value)
        except (OverflowError, ValueError, TypeError, ValidationError):
            raise _no_moment() from None
        if moment and not written_days.FIRST_YEAR <= moment.year <= written_days.LAST_YEAR:
            raise _no_moment()
        return moment


def _no_moment() -> ValidationError:
    return ValidationError(_("看不出是哪天几点。请写成 2022-06-28 15:30。"), code="moment")
