"""Secrets from the environment, from files, or made once on a development machine."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

LEAST_LENGTH, LEAST_VARIETY = 32, 8


def read_secret(name: str, folder: Path, *, create: bool) -> str:
    """Return the secret `name`: from NAME, from the file NAME_FILE points at, or from `folder`.

    With `create`, a missing one is made in `folder` (mode 0600). Raises ImproperlyConfigured otherwise, and for a
    secret that could be guessed.
    """
    value = _value(name, folder, create=create)
    if len(value) < LEAST_LENGTH or len(set(value)) < LEAST_VARIETY:
        raise ImproperlyConfigured(
            f"Secret {name} is too short or too plain: at least {LEAST_LENGTH} characters, {LEAST_VARIETY} of them "
            "different, are needed (./dev secrets FOLDER makes good ones in a new folder)."
        )
    return value


def _value(name: str, folder: Path, *, create: bool) -> str:
    variable = name.upper()
    if value := os.environ.get(variable):
        return value.strip()
    path = Path(os.environ.get(f"{variable}_FILE") or folder / name)
    if not path.exists() and create:
        _write_once(path, secrets.token_hex(32))
    try:
        return path.read_text().strip()
    except OSError as error:
        raise ImproperlyConfigured(
            f"Secret {name} is missing: set {variable}, or {variable}_FILE to a file that holds it."
        ) from error


def _write_once(path: Path, value: str) -> None:
    """Write a new file that only its owner reads; a process that lost the race keeps the first one's value."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(value)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
