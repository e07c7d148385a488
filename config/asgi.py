"""The live stream's process; pages are served by WSGI."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from config import start  # noqa: E402 (models can be imported only after setup)
from config.live import application  # noqa: E402

start.look()

__all__ = ["application"]
