"""Forms that change a record which is there: what they do not show stays, what comes back untouched is not judged."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db.models import Model, Q
from django.forms.boundfield import BoundField
from django.http import QueryDict
from django.utils.translation import gettext as _

from core.errors import Conflict
from core.phrases import listed, odd

_NOTHING = object()


class EditForm(forms.Form):
    """A form of one record: it knows the record, what it shows of it, and the version it showed.

    A field that comes back as it was shown is left alone, whatever the record holds: a value that nobody could type
    today, one the widget shows only in part, a number of another list. A field that does not come back at all is left
    alone too. `changes()` is what somebody did change, and all that is written.
    """

    def __init__(self, *args: Any, record: Model, **kwargs: Any) -> None:
        self.record = record
        self.touched: list[str] = []
        kwargs["initial"] = self.shown(record) | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        for name in self.fields:
            self._offer_what_is_there(name)

    def shown(self, record: Any) -> dict[str, Any]:
        """Return what is shown of the record: of each field the column of its name."""
        held = {name: _held(record, name) for name in self.base_fields}
        return {name: value for name, value in held.items() if value is not _NOTHING}

    def changes(self) -> dict[str, Any]:
        """Return the fields somebody changed, as they were read. A changed field may still say what was there."""
        return {name: self.cleaned_data[name] for name in self.touched if name in self.cleaned_data}

    def _offer_what_is_there(self, name: str) -> None:
        """Let a choice offer what the record holds: a browser sends the first choice for one that is missing."""
        field, value = self.fields[name], self.initial.get(name)
        if isinstance(field, forms.ModelChoiceField):
            ident = getattr(value, "pk", value)
            rows: Any = field.queryset
            if ident and rows is not None and not rows.filter(pk=ident).exists():
                order = rows.query.order_by
                field.queryset = rows.model.objects.filter(Q(pk__in=rows.values("pk")) | Q(pk=ident)).order_by(*order)
                if not isinstance(value, Model) and not rows.model.objects.filter(pk=ident).exists():
                    known: Any = field.choices
                    field.choices = [*known, (ident, odd(ident))]  # a row that is gone
        elif isinstance(field, forms.ChoiceField) and not isinstance(value, list):
            held = "" if value is None else str(value)
            choices: list[tuple[Any, Any]] = list(field.choices)  # type: ignore[arg-type]
            offered = {str(key) for key, _label in choices}
            if held not in offered and not (held == "" and isinstance(field.widget, forms.RadioSelect)):
                field.choices = [(held, held or _("没填")), *choices]

    def _clean_fields(self) -> None:
        """Read what was changed; take the rest from the record, unjudged."""
        self.touched = [name for name in self.fields if not _came_back_as_shown(self[name])]
        self.cleaned_data = {name: self.initial.get(name) for name in self.fields}
        for name in self.touched:
            try:
                self.cleaned_data[name] = self.fields[name].clean(self[name].data)
                if cleaner := getattr(self, f"clean_{name}", None):
                    self.cleaned_data[name] = cleaner()
            except ValidationError as error:
                self.add_error(name, error)


class VersionedForm(EditForm):
    """A form of a record that says which version of it was shown, so that nobody writes over a colleague's change."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def changes(self) -> dict[str, Any]:
        """Return what was changed of the record itself."""
        return {name: value for name, value in super().changes().items() if name != "version"}

    def meet(self, error: Conflict, *, field: str | None = None) -> None:
        """Show a refusal; beside what was typed stands what is there now, and the next press writes over it."""
        self.add_error(field, error.message)
        if field is not None:
            return
        for name in self.touched:
            if name != "version" and (now := _said(self[name])):
                self.add_error(name, _("现在登记的是：%(now)s") % {"now": now})
        mended = dict(self.data.items()) if not isinstance(self.data, QueryDict) else self.data.copy()
        mended[self.add_prefix("version")] = str(self.initial["version"])
        self.data = mended

    @property
    def seen_version(self) -> int:
        """Return the version that was shown; 0, which no record has, when the page did not say."""
        return (self.cleaned_data.get("version") or 0) if self.add_prefix("version") in self.data else 0


def _held(record: Model, name: str) -> Any:
    """Return what a record holds under a name; the bare key where the row it names is gone."""
    try:
        return getattr(record, name, _NOTHING)
    except ObjectDoesNotExist:
        return record.serializable_value(name)


def _said(bound: BoundField) -> str:
    """Say what a record holds, as its field writes it; nothing for what is not shown."""
    value = bound.initial
    if isinstance(bound.field.widget, forms.HiddenInput) or value in ("", None):
        return ""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    labels = {str(key): label for key, label in getattr(bound.field, "choices", None) or []}
    values = value if isinstance(value, list) else [getattr(value, "pk", value)]
    return listed([str(labels.get(str(each), each)) for each in values])


def _came_back_as_shown(bound: BoundField) -> bool:
    """Say whether a browser would have sent this for a field nobody touched."""
    field, widget, sent = bound.field, bound.field.widget, bound.data
    if widget.value_omitted_from_data(bound.form.data, bound.form.files, bound.html_name):
        return True
    if isinstance(widget, forms.CheckboxInput):
        return bool(sent) == bool(bound.initial)
    ends = "\n" if isinstance(widget, forms.Textarea) else ""
    return _sent(widget.format_value(field.prepare_value(bound.initial)), ends) == _sent(sent, ends)


def _sent(value: Any, ends: str) -> list[str]:
    """Return a value as a browser sends it: words, with line ends of one kind, which an input of one line drops."""
    values = value if isinstance(value, list | tuple) else [value]
    words = ["" if each is None else ends.join(str(each).splitlines()) for each in values]
    return sorted(word for word in words if word)
