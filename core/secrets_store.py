"""Secrets from the environment, from files, or made once on a development machine."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured


def read_secret(name: str, folder: Path, *, create: bool) -> str:
    """Return the secret `name`: from NAME, from the file NAME_FILE points at, or from `folder`.

    With `create`, a missing one is made in `folder` (mode 0600). Raises ImproperlyConfigured otherwise.
    """
    variable = name.upper()
    if value := os.environ.get(variable):
        return value
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
