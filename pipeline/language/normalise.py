"""Text as matching reads it: one script, one width, one case, no fillers; with a way back."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from pipeline.language.script import Script, uniform_script

FILLERS = frozenset("呃嗯唔")
"""Hesitations that Mandarin recognisers write down; none of them is part of a product's name."""
EVASIONS = frozenset("某")
"""Put inside a word to slip past a platform's word filter: 免某疫 for 免疫."""
_ENGLISH_FILLER = re.compile(r"\b(?:u+h+|u+m+|e+r+m*|h+m+)\b[,.]?\s*")
_STUTTER = re.compile(r"([\u4e00-\u9fff]{2,3})\1+(?=[\u4e00-\u9fff])")
"""A beginning said twice before it goes on: 铁元铁元素."""
_NUMERAL_CHARACTERS = frozenset("零〇一二两三四五六七八九十百千万亿幺")


@dataclass(frozen=True, slots=True)
class NormalText:
    """A text made uniform, and where each of its characters comes from.

    source  "免 某 疫 力 ５ ０ ％"
    text    "免疫力50%"
    origin   0 2 3 4 5 6 ...        non-decreasing indices into the source
    """

    text: str
    origin: tuple[int, ...]
    """For every character of `text`, the index of its source character; never decreases."""
    source: str

    def __post_init__(self) -> None:
        if len(self.text) != len(self.origin):
            raise ValueError("every normalised character needs an origin")

    def spoken(self, start: int, end: int) -> str:
        """Return the piece of the source that `text[start:end]` comes from."""
        if start >= end:
            return ""
        return self.source[self.origin[start] : self.origin[end - 1] + 1]


def normalise(text: str) -> NormalText:
    """Make a text uniform: NFKC, lower case, simplified script, no fillers, infixes or stutter.

    Punctuation stays, because it keeps words apart.
    """
    characters: list[str] = []
    origin: list[int] = []
    for index, character in enumerate(text):
        for piece in unicodedata.normalize("NFKC", character).lower():
            characters.append(" " if piece.isspace() else piece)
            origin.append(index)
    simplified = uniform_script("".join(characters), Script.SIMPLIFIED)
    kept = _without_fillers(simplified)
    kept = _without_stutter(simplified, kept)
    return NormalText(
        "".join(simplified[index] for index in kept), tuple(origin[index] for index in kept), text
    )


def is_han(character: str) -> bool:
    """Tell whether a character is a Chinese ideograph of the common block."""
    return "\u4e00" <= character <= "\u9fff"


def _without_fillers(text: str) -> list[int]:
    hidden: set[int] = set()
    for match in _ENGLISH_FILLER.finditer(text):
        hidden.update(range(match.start(), match.end()))
    return [
        index
        for index, character in enumerate(text)
        if index not in hidden and character not in FILLERS and character not in EVASIONS
    ]


def _without_stutter(text: str, kept: list[int]) -> list[int]:
    """Keep only the last of equal beginnings; repeated numbers are no stutter."""
    joined = "".join(text[index] for index in kept)
    dropped: set[int] = set()
    for match in _STUTTER.finditer(joined):
        if not _NUMERAL_CHARACTERS & set(match[1]):
            dropped.update(range(match.start(), match.end() - len(match[1])))
    return [index for position, index in enumerate(kept) if position not in dropped]
