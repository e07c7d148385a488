#!/usr/bin/env python
"""Run a Django command."""

import os
import sys

import django
from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from config import start

    start.point_to_ours(sys.argv)
    django.setup()
    start.look_before_command(sys.argv)
    execute_from_command_line(sys.argv)
