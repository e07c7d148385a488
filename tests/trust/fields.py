"""The names of all that anybody may send: of every form, every body of the API, every query a view reads."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from rest_framework import serializers

from tests.trust.walk import routes

READ = re.compile(r"""(?:GET|POST|query_params|data)(?:\.get(?:list)?)?[(\[]["'](\w+)["']""")
BESIDES = {"sort", "filter", "until", "version", "format", "lang"}  # what a library's own views may read


def every_field() -> set[str]:
    """Return every name."""
    routes()  # imports every view
    read: set[str] = set()
    for path in Path(settings.BASE_DIR).glob("*/**/*.py"):
        if path.relative_to(settings.BASE_DIR).parts[0] in settings_apps():
            read |= set(READ.findall(path.read_text(encoding="utf-8")))
    of_forms = {name for each in below(forms.BaseForm) for name in getattr(each, "base_fields", {})}
    of_bodies = {name for each in below(serializers.Serializer) for name in getattr(each, "_declared_fields", {})}
    return read | of_forms | of_bodies | BESIDES


def settings_apps() -> set[str]:
    """Return the folders of our own apps."""
    return {name.split(".")[0] for name in settings.INSTALLED_APPS if (Path(settings.BASE_DIR) / name).is_dir()}


def below(kind: type[Any]) -> Iterator[type[Any]]:
    """Yield every class made from one."""
    for each in kind.__subclasses__():
        yield each
        yield from below(each)
