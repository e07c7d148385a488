"""Every form takes text through the fields that tidy it."""

from __future__ import annotations

import importlib
import inspect
import pkgutil

import pytest
from django import forms

from core import fields
from core.templatetags.components import dial

APPS = ("access", "calls", "command", "communities", "dispatch", "hospitals", "transport")
# a key chosen among buttons is compared with keys, and is no text that anybody types
CHOSEN = {("RequestForm", "time")}


def forms_of_the_product() -> list[type[forms.BaseForm]]:
    """Return every form of every app that people type into."""
    found: dict[str, type[forms.BaseForm]] = {}
    for app in APPS:
        for module in pkgutil.walk_packages(importlib.import_module(app).__path__, f"{app}."):
            if ".forms" in module.name or ".views" in module.name:
                for name, made in inspect.getmembers(importlib.import_module(module.name), inspect.isclass):
                    if issubclass(made, forms.BaseForm) and made.__module__.startswith(APPS):
                        found[f"{made.__module__}.{name}"] = made
    return list(found.values())


def test_no_form_reads_text_or_days_in_its_own_way() -> None:
    """A new form joins by itself: a plain field of text, day or time is named here."""
    plain = [
        f"{form.__name__}.{name}"
        for form in forms_of_the_product()
        for name, field in form.base_fields.items()
        if type(field) in {forms.CharField, forms.DateField, forms.DateTimeField}
        and (form.__name__, name) not in CHOSEN
    ]

    assert len(forms_of_the_product()) > 20
    assert plain == []


@pytest.mark.parametrize(
    ("stored", "dialled"),
    [
        ("13800001111", "13800001111"),
        ("0415-3120816转816 / 13800001111", "04153120816,816"),
        ("+821012345678", "+821012345678"),
        ("", ""),
    ],
)
def test_device_dials_the_first_number(stored: str, dialled: str) -> None:
    assert dial(stored) == dialled


@pytest.mark.parametrize(
    "typed", ["\x00", "\ud800", "-12:00", "0001-01-01T00:00", "9" * 60, "\u202e", "²³", "٣٤٥", "<>", "😀" * 9]
)
@pytest.mark.parametrize(
    "kind",
    ["NameField", "PhoneField", "IdNoField", "DayField", "MomentField", "CodeField", "NoteField"],
)
def test_no_text_breaks_a_field(kind: str, typed: str) -> None:
    form = type(
        "Asked",
        (forms.Form,),
        {"asked": getattr(fields, kind)(max_length=60) if kind[0] in "NPIC" else getattr(fields, kind)()},
    )({"asked": typed})

    assert form.is_valid() or form.errors["asked"]
    str(form["asked"]).encode("utf-8", "replace")
