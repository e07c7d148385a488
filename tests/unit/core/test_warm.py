"""What the server loads before it forks (config/warm.py)."""

from __future__ import annotations

import subprocess
import sys

from ops.places import ROOT

LOADED = """
import sys, config.wsgi
from django.template import engines
cache = engines["django"].engine.template_loaders[0].loaders[0].get_template_cache
print("access.views.home" in sys.modules, "dispatch.views.board" in sys.modules, len(cache) > 100)
"""


def test_every_view_and_template_is_loaded_before_the_first_page_is_asked_for() -> None:
    """speed.md: the workers share what was loaded, and the first page after a start compiles nothing."""
    ended = subprocess.run([sys.executable, "-c", LOADED], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.stdout.split() == ["True", "True", "True"], ended.stderr


def test_without_it_they_are_not() -> None:
    """The twin: Django alone imports and compiles with the first page."""
    alone = LOADED.replace("config.wsgi", "django; django.setup()")
    ended = subprocess.run([sys.executable, "-c", alone], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.stdout.split() == ["False", "False", "False"], ended.stderr
