"""Sealed columns: AES-256-GCM under one data key per person, wrapped by a key outside the database.

Destroying a person's row in `PersonKey` makes every copy of the sealed facts unreadable (trust.md E5, E6).
"""

from __future__ import annotations

import hashlib
import hmac
import os
import uuid
from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Self, overload

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import models

from core.models import PersonKey

UNREADABLE = "（读不出）"
_VERSION = b"\x01"
_keys: dict[uuid.UUID, bytes] = {}  # unwrapped keys of this process; bounded below
_MAX_KEYS = 5000


if TYPE_CHECKING:
    _Binary = models.BinaryField[bytes, bytes]
else:
    _Binary = models.BinaryField


class SealedField(_Binary):
    """The stored bytes of a sealed fact: version, nonce, ciphertext."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("default", b"")
        kwargs.setdefault("blank", True)
        super().__init__(*args, **kwargs)


@lru_cache(maxsize=4)
def _kek(secret: str) -> AESGCM:
    return AESGCM(hashlib.sha256(b"kek:" + secret.encode()).digest())


def new_person_key() -> PersonKey:
    """Make the (unsaved) key of a new person."""
    person = uuid.uuid4()
    key = AESGCM.generate_key(bit_length=256)
    nonce = os.urandom(12)
    _remember(person, key)
    wrapped = nonce + _kek(settings.FIELD_KEK).encrypt(nonce, key, person.bytes)
    return PersonKey(id=person, wrapped=wrapped)


def create_person_key() -> uuid.UUID:
    """Make and store the key of a new person; return its id."""
    key = new_person_key()
    key.save(force_insert=True)
    return key.id


def preload(person_keys: Iterable[uuid.UUID | None]) -> None:
    """Unwrap many people's keys in one query, before a list reads its sealed columns."""
    missing = {key for key in person_keys if key is not None and key not in _keys}
    if missing:
        for row in PersonKey.objects.filter(pk__in=missing):
            _unwrap(row)


def forget() -> None:
    """Drop the unwrapped keys of this process."""
    _keys.clear()


def _remember(person: uuid.UUID, key: bytes) -> None:
    if len(_keys) >= _MAX_KEYS:
        _keys.clear()
    _keys[person] = key


def opens(row: PersonKey) -> bool:
    """Say whether a person's key can be unwrapped with the key at hand."""
    wrapped = bytes(row.wrapped)
    try:
        _kek(settings.FIELD_KEK).decrypt(wrapped[:12], wrapped[12:], row.pk.bytes)
    except InvalidTag:
        return False
    return True


def _unwrap(row: PersonKey) -> None:
    wrapped = bytes(row.wrapped)
    try:
        _remember(row.pk, _kek(settings.FIELD_KEK).decrypt(wrapped[:12], wrapped[12:], row.pk.bytes))
    except InvalidTag:
        return


def _key_of(person: uuid.UUID | None) -> bytes | None:
    if person is None:
        return None
    if person not in _keys:
        preload([person])
    return _keys.get(person)


def seal(value: str, person: uuid.UUID, place: str) -> bytes:
    """Encrypt `value` for `person`; `place` (table, column, row) is bound to the result (INV-31)."""
    if not value:
        return b""
    key = _key_of(person)
    if key is None:
        raise LookupError(f"no key for person {person}")
    nonce = os.urandom(12)
    return _VERSION + nonce + AESGCM(key).encrypt(nonce, value.encode(), place.encode())


def unseal(blob: bytes | memoryview | None, person: uuid.UUID | None, place: str) -> str:
    """Decrypt a sealed value; one that cannot be read shows as such and stops nobody."""
    if not blob:
        return ""
    raw = bytes(blob)
    key = _key_of(person)
    if key is None or raw[:1] != _VERSION:
        return UNREADABLE
    try:
        return AESGCM(key).decrypt(raw[1:13], raw[13:], place.encode()).decode()
    except InvalidTag:
        return UNREADABLE


class Sealed(property):
    """The readable text of a sealed column. A property, so that Django takes it by name when a row is made."""

    if TYPE_CHECKING:

        @overload
        def __get__(self, instance: None, owner: type, /) -> Self: ...

        @overload
        def __get__(self, instance: Any, owner: type | None = None, /) -> str: ...

        def __get__(self, instance: Any, owner: type | None = None, /) -> Self | str: ...

        def __set__(self, instance: Any, value: str, /) -> None: ...


def sealed(column: str) -> Sealed:
    """Make the readable property over a SealedField named `column` of a model with `person_key` and a UUID pk."""

    def place(row: Any) -> str:
        return f"{row._meta.db_table}.{column}.{row.pk}"

    def read(row: Any) -> str:
        return unseal(getattr(row, column), row.person_key, place(row))

    def write(row: Any, value: str) -> None:
        setattr(row, column, seal(value or "", row.person_key, place(row)))

    return Sealed(read, write, doc=f"The readable value of `{column}`.")


def blind_index(kind: str, value: str) -> str:
    """Return the keyed fingerprint by which an exact value is found without being readable; "" for none."""
    if not value:
        return ""
    message = f"{kind}:{value}".encode()
    return hmac.new(settings.BLIND_INDEX_KEY.encode(), message, hashlib.sha256).hexdigest()
