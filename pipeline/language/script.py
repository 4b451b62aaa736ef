"""Make the script of Chinese text uniform: whisper mixes simplified and traditional freely."""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opencc import OpenCC


class Script(StrEnum):
    """How Chinese characters are written."""

    SIMPLIFIED = "simplified"
    TRADITIONAL = "traditional"


_CONFIGURATIONS = {Script.SIMPLIFIED: "t2s", Script.TRADITIONAL: "s2t"}
"""OpenCC configurations that change characters, never regional wording."""


def uniform_script(text: str, script: Script) -> str:
    """Return the text in one script; every other character stays as it is.

    Guaranteed: the result has as many characters as `text`, so that character times stay valid.
    Phrases decide between characters (发 is 發 or 髮) wherever that keeps the length.
    """
    converter = _converter(script)
    converted: str = converter.convert(text)
    if len(converted) == len(text):
        return converted
    return "".join(_convert_character(converter, character) for character in text)


def _convert_character(converter: OpenCC, character: str) -> str:
    converted: str = converter.convert(character)
    return converted if len(converted) == 1 else character


@lru_cache(maxsize=len(Script))
def _converter(script: Script) -> OpenCC:
    """Load OpenCC's tables once, on first use."""
    from opencc import OpenCC

    return OpenCC(_CONFIGURATIONS[script])
