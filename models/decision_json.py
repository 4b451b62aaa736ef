"""The record of how renditions came about as JSON text, whole and exact (kandian.media/1)."""

from __future__ import annotations

import json
import math
import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import StrEnum
from typing import Any, get_args, get_origin, get_type_hints

from models.decision import MediaRecord
from models.errors import InputError

SCHEMA = "kandian.media/1"

_ENDLESS = {"inf": math.inf, "-inf": -math.inf}
"""Two equal pictures are infinitely alike in decibels; JSON has no such number, so it is text."""


def format_media_record(record: MediaRecord) -> str:
    """Write a record as one JSON document; `parse_media_record` gives back an equal one.

    Raises:
        ValueError: when a number in it is none (NaN): what was not measured is None.
    """
    document = {"schema": SCHEMA, **_write(record)}
    return json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def parse_media_record(text: str, *, name: str) -> MediaRecord:
    """Read what `format_media_record` wrote; every field must be there and of its kind.

    Raises:
        InputError: when the text is no such document; `name` says which one.
    """
    try:
        document = json.loads(text)
        if not isinstance(document, dict):
            raise TypeError("it is no object")
        if document.pop("schema") != SCHEMA:
            raise ValueError("its schema is another one")
        record: MediaRecord = _read(MediaRecord, document, "record")
    except KeyError as error:
        raise InputError(f"{name} is not a {SCHEMA} document: it has no {error}") from error
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        raise InputError(f"{name} is not a {SCHEMA} document: {error}") from error
    return record


def _write(value: Any) -> Any:
    if is_dataclass(value):
        return {field.name: _write(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple):
        return [_write(item) for item in value]
    if isinstance(value, float) and math.isinf(value):
        return str(value)
    return value


def _read(kind: Any, value: Any, where: str) -> Any:
    """Read a value of a kind that the record's fields have, or say where it is another one."""
    origin = get_origin(kind)
    if origin is types.UnionType:  # what there is, or None
        return None if value is None else _read(get_args(kind)[0], value, where)
    if origin is tuple:
        (item, _ellipsis) = get_args(kind)
        if not isinstance(value, list):
            raise TypeError(f"{where} is no list")
        return tuple(_read(item, each, f"{where}[{n}]") for n, each in enumerate(value))
    if is_dataclass(kind):
        return _read_object(kind, value, where)
    return _read_plain(kind, value, where)


def _read_object(kind: Any, value: Any, where: str) -> Any:
    hints = get_type_hints(kind)
    if not isinstance(value, Mapping) or value.keys() != hints.keys():
        raise ValueError(f"{where} must have exactly the fields {', '.join(hints)}")
    return kind(
        **{name: _read(hint, value[name], f"{where}.{name}") for name, hint in hints.items()}
    )


def _read_plain(kind: Any, value: Any, where: str) -> Any:
    if isinstance(value, str) and issubclass(kind, StrEnum):
        return kind(value)
    if kind is float:
        number: Any = _ENDLESS.get(value, value) if isinstance(value, str) else value
        # A whole number stays one: it is equal to what was written.
        if type(number) in (int, float) and not math.isnan(number):
            return number
    elif type(value) is kind:
        return value
    raise TypeError(f"{where} must be {_NAMES.get(kind, 'another word')}, not {value!r}")


_NAMES = {float: "a number", int: "a whole number", str: "a text", bool: "true or false"}
