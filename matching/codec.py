"""Problems and plans as versioned JSON, both ways, without loss.

Sets are written sorted, None is left out; a file of another version is refused, never guessed at.
"""

from __future__ import annotations

import dataclasses
import json
import types
from collections.abc import Mapping
from enum import Enum
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from matching.errors import BadFile

VERSION = 1
T = TypeVar("T")
_hints: dict[type, dict[str, Any]] = {}


def dumps(value: Any) -> str:
    """Write a problem, a plan or any of their parts as JSON with its kind and version."""
    document = {"kind": type(value).__name__, "version": VERSION, "body": encode(value)}
    return json.dumps(document, ensure_ascii=False, allow_nan=False)


def loads(text: str, kind: type[T]) -> T:
    """Read what `dumps` wrote.

    Raises
    ------
    BadFile
        Not JSON, another kind or version, an unknown or missing field, a wrong type.
    """
    try:
        document = json.loads(text)
    except ValueError as error:
        raise BadFile(f"not JSON: {error}") from error
    if not isinstance(document, dict) or document.get("kind") != kind.__name__:
        raise BadFile(f"not a {kind.__name__}")
    if document.get("version") != VERSION:
        raise BadFile(f"version {document.get('version')} is not known here, {VERSION} is")
    try:
        result: T = decode(document["body"], kind)
    except (KeyError, TypeError, ValueError) as error:
        raise BadFile(f"{kind.__name__}: {error}") from error
    return result


def encode(value: Any) -> Any:
    """Turn dataclasses, sets, tuples and enums into what JSON knows."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        pairs = ((f.name, getattr(value, f.name)) for f in dataclasses.fields(value))
        return {name: encode(item) for name, item in pairs if item is not None}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, frozenset | set):
        return sorted(value)
    if isinstance(value, tuple | list):
        return [encode(item) for item in value]
    if isinstance(value, Mapping):
        return {key: encode(item) for key, item in value.items()}
    return value


def decode(value: Any, kind: Any) -> Any:
    """Turn JSON back into `kind`."""
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        inner = [arm for arm in get_args(kind) if arm is not type(None)]
        return None if value is None else decode(value, inner[0])
    if dataclasses.is_dataclass(kind):
        return _decode_fields(value, kind)
    if origin is tuple:
        return tuple(decode(item, get_args(kind)[0]) for item in value)
    if origin is frozenset:
        return frozenset(value)
    if origin is not None:
        return {str(key): item for key, item in dict(value).items()}
    if isinstance(kind, type) and issubclass(kind, tuple):
        return kind(*value)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(value)
    return _scalar(value, kind)


def _scalar(value: Any, kind: Any) -> Any:
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise TypeError(f"{value!r} is not {kind.__name__}")
    return value


def _decode_fields(value: Any, kind: Any) -> Any:
    if kind not in _hints:
        _hints[kind] = {f.name: get_type_hints(kind)[f.name] for f in dataclasses.fields(kind)}
    hints = _hints[kind]
    unknown = value.keys() - hints.keys()
    if unknown:
        raise KeyError(f"unknown field {sorted(unknown)[0]}")
    return kind(**{name: decode(item, hints[name]) for name, item in value.items()})
