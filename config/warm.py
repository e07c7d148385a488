"""Load what every page needs before the first is asked for: the server forks afterwards, and its workers share it."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.template.loader import get_template
from django.urls import get_resolver
from django.utils import translation


def load_pages() -> int:
    """Import every view, compile every template and read every language; return how many templates there are."""
    get_resolver().url_patterns  # noqa: B018 - reading it imports them
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            translation.gettext("")
    folder = Path(settings.BASE_DIR) / "templates"
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.html"))
    for name in names:
        get_template(name)
    return len(names)
