"""Every form of the product: a new one is found by itself."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from types import ModuleType

from django import forms
from django.apps import apps
from django.conf import settings


def _modules() -> Iterator[ModuleType]:
    """Import every module of a product app that may hold a form: `forms`, and what lies under it."""
    for config in apps.get_app_configs():
        if not config.path.startswith(str(settings.BASE_DIR)) or "site-packages" in config.path:
            continue
        for found in pkgutil.walk_packages([config.path], f"{config.name}."):
            if ".forms" in found.name or found.name.endswith("gallery"):
                yield importlib.import_module(found.name)


def all_forms() -> list[type[forms.BaseForm]]:
    """Return every form class that a module of the product defines, by name."""
    found = {
        value
        for module in _modules()
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, forms.BaseForm) and value.__module__ == module.__name__
    }
    return sorted(found, key=lambda form: (form.__module__, form.__name__))
