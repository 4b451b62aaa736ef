"""Stage keys: what a stage's result depends on, hashed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Set as AbstractSet
from dataclasses import fields
from typing import Any

KEY_DIGITS = 32
"""128 bits: no two inputs of a lifetime of broadcasts will meet."""


def stage_key(stage: str, version: str, *inputs: str) -> str:
    """Return the key of one stage's result over exactly the inputs that it reads.

    Order matters; nothing is joined by a separator that an input could contain.
    """
    text = json.dumps([stage, version, *inputs], ensure_ascii=False, separators=(",", ":"))
    return content_key(text)


def content_key(text: str) -> str:
    """Return a key for a text by its content; whether the text can be kept is not asked here."""
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:KEY_DIGITS]


def settings_key(settings: Any, *, leave_out: AbstractSet[str] = frozenset()) -> str:
    """Write a settings dataclass as canonical JSON, without the fields that change no result."""
    values = {
        field.name: getattr(settings, field.name)
        for field in fields(settings)
        if field.name not in leave_out
    }
    return json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
