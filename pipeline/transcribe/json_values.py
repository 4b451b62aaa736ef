"""Read values out of JSON that somebody else wrote, naming the place of what is wrong."""

from __future__ import annotations

import math
from collections.abc import Mapping

from models.errors import InputError


def mapping_at(value: object, where: str) -> Mapping[str, object]:
    """Return the value as an object, or raise InputError."""
    if not isinstance(value, dict):
        raise InputError(f"{where} must be an object")
    return value


def list_at(value: object, where: str) -> list[object]:
    """Return the value as a list, or raise InputError."""
    if not isinstance(value, list):
        raise InputError(f"{where} must be a list")
    return value


def text_at(entry: Mapping[str, object], key: str, where: str) -> str:
    """Return the text under a key, or raise InputError."""
    value = entry.get(key)
    if not isinstance(value, str):
        raise InputError(f"{where}: {key!r} must be a text")
    return value


def number_at(entry: Mapping[str, object], key: str, where: str) -> float:
    """Return the finite number under a key, or raise InputError."""
    value = optional_number(entry, key)
    if value is None:
        raise InputError(f"{where}: {key!r} must be a number")
    return value


def optional_number(entry: Mapping[str, object], key: str) -> float | None:
    """Return the finite number under a key, or None when there is none."""
    return as_number(entry.get(key))


def as_number(value: object) -> float | None:
    """Return the value when it is a finite number, else None; JSON's true is no number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None
