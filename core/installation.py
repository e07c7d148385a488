"""What this database belongs to, a demo or a district, and which keys are its own, told by its one row (ADR 0017).

The row is made at the first start and its kind never changes, so that a wrong command from another shell is refused as
well. Beside the kind stands a known text sealed with each key: a wrong key is told before anything reads as unreadable.
Processes look once, when they start: no request asks.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os

import psycopg
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import connection, transaction

from core import sealed
from core.errors import NotAllowed
from core.models import ClockOffset, Installation, InstallationKind, PersonKey

# secret -> what is lost with it; the session key is none of them: another one only signs everybody out
KEYS = {
    "field_kek": "names could not be read",
    "blind_index_key": "nobody would be found by number",
    "pass_signing_key": "no pass would be good at any gate",
}
_KNOWN = "一来一回".encode()
LOOK_S = 3  # a database that does not answer holds up no start


def expected_kind() -> InstallationKind:
    """Return what the settings say this process works for."""
    return InstallationKind.PRODUCTION if settings.PRODUCTION else InstallationKind.DEMO


def stored_kind() -> str:
    """Return what the database says; "" before its first start."""
    return Installation.objects.values_list("kind", flat=True).first() or ""


def remember() -> None:
    """Write down, once, what this database belongs to and what tells its keys.

    Raises NotAllowed when a demo would become production, or when the rows are older than this and of another key.
    """
    kind = expected_kind()
    if kind == InstallationKind.PRODUCTION and ClockOffset.objects.exists():
        raise NotAllowed("installation.kind", _WRONG_KIND[InstallationKind.DEMO])
    if (row := PersonKey.objects.first()) and not sealed.opens(row):
        raise NotAllowed("installation.key", _wrong_key("field_kek"))
    with transaction.atomic():
        Installation.objects.get_or_create(pk=1, defaults={"kind": kind})
        here = Installation.objects.select_for_update().get(pk=1)
        missing = {name: _check_value(name) for name in KEYS if name not in here.check_values}
        if missing:
            here.check_values |= missing
            here.save(update_fields=["check_values"])


def refuse_in_production(what: str) -> None:
    """Raise NotAllowed where real people are: `what` belongs to a demo."""
    if InstallationKind.PRODUCTION in (stored_kind(), expected_kind()):
        raise NotAllowed("installation.production", f"{what} is refused here: this is a production installation.")


_WRONG_KIND = {
    InstallationKind.DEMO: "This database holds a demo city and cannot become production: start production with a "
    "database, or a --data folder, of its own.",
    InstallationKind.PRODUCTION: "This database belongs to a production installation: set PRODUCTION=true and its "
    "secrets (./dev up --production), or use another database for a demo.",
}


def trouble() -> str:
    """Return the sentence that says why this process may not work on this database; "" when it may.

    Raises psycopg.OperationalError when the database is away.
    """
    if (stored := _stored()) is None:
        return ""
    kind, check_values = stored
    if kind != expected_kind():
        return _WRONG_KIND[InstallationKind(kind)]
    return next((_wrong_key(name) for name, value in json.loads(check_values).items() if not _fits(name, value)), "")


def _stored() -> tuple[str, str] | None:
    """Read the row over a connection of our own: servers fork afterwards and keep pools. None: not there yet."""
    parameters = {"connect_timeout": LOOK_S, **connection.get_connection_params()}
    with psycopg.connect(**parameters) as own:
        try:
            return own.execute("SELECT kind, check_values::text FROM core_installation").fetchone()
        except psycopg.errors.UndefinedTable:
            return None


def _wrong_key(name: str) -> str:
    return (
        f"The secret {name} is not the one that this database was made with ({KEYS[name]}): "
        "start it with the secrets folder that belongs to it."
    )


def _cipher(name: str) -> AESGCM:
    secret = str(getattr(settings, name.upper()))
    return AESGCM(hashlib.sha256(f"check:{name}:{secret}".encode()).digest())


def _check_value(name: str) -> str:
    """Seal the known text with a secret."""
    nonce = os.urandom(12)
    return base64.b64encode(nonce + _cipher(name).encrypt(nonce, _KNOWN, name.encode())).decode()


def _fits(name: str, value: str) -> bool:
    """Say whether a check value was made with the secret at hand."""
    if name not in KEYS:
        return True
    raw = base64.b64decode(value)
    try:
        return _cipher(name).decrypt(raw[:12], raw[12:], name.encode()) == _KNOWN
    except InvalidTag:
        return False
