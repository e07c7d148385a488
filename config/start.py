"""What every process asks before it works: are its settings whole, is this database ours? If not,
one sentence ends it.
"""

from __future__ import annotations

import os
import sys
from typing import Any

import psycopg
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db.backends.signals import connection_created
from django.utils.module_loading import import_string

REFUSED = 78  # EX_CONFIG of sysexits.h: starting again would change nothing


def read_settings() -> None:
    """Read the settings for the first time; end where a secret or another setting is not there or not fit."""
    try:
        settings.SECRET_KEY  # noqa: B018 - reading one reads all
    except ImproperlyConfigured as error:
        end(str(error))


def look() -> None:
    """End the process when it must not work here; a database that is away is looked at when it comes."""
    try:
        sentence = _trouble()
    except psycopg.OperationalError:
        connection_created.connect(_look_when_it_comes)
        return
    if sentence:
        end(sentence)


def look_before_command(words: list[str]) -> None:
    """Look before a Django command; what only asks for help needs no database."""
    if len(words) > 1 and words[1] not in {"help", "--help", "-h", "--version", "version"}:
        look()


def point_to_ours(words: list[str]) -> None:
    """End Django's own command for a first account: our people have posts, and choose their password themselves."""
    if words[1:2] == ["createsuperuser"]:
        end("Use ./dev manage first_administrator: it prints a link under which the administrator chooses a password.")


def end(sentence: str) -> None:
    """Say why, and end."""
    sys.stderr.write(f"{sentence}\n")
    sys.exit(REFUSED)


def _trouble() -> str:
    return str(import_string("core.installation.trouble")())  # by its name: its models need Django set up


def _look_when_it_comes(**_signal: Any) -> None:
    """Look at the first connection. A server's thread cannot end its process by an exception."""
    connection_created.disconnect(_look_when_it_comes)
    try:
        sentence = _trouble()
    except psycopg.OperationalError:
        connection_created.connect(_look_when_it_comes)
        return
    if sentence:
        sys.stderr.write(f"{sentence}\n")
        sys.stderr.flush()
        os._exit(REFUSED)
