"""Recognition error rate: edits that turn the recognised text into the true one."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from pipeline.language.script import Script, uniform_script

WORD_LANGUAGES = frozenset({"en"})
"""Languages whose tokens are words (the rate is a WER); all others count characters (a CER)."""
_INSIDE_WORDS = "'’"
"""Apostrophes go without leaving a space: don't is one word, as in jiwer's usual transforms."""


@dataclass(frozen=True, slots=True)
class TextErrors:
    """Edits and length of the true text; add these up first, divide at the end."""

    edits: int = 0
    """Insertions, deletions and substitutions of tokens."""
    tokens: int = 0
    """Tokens of the true text: characters, or words where `WORD_LANGUAGES` says so."""

    @property
    def rate(self) -> float | None:
        """Edits per true token, which may exceed 1; None without true text."""
        return self.edits / self.tokens if self.tokens else None

    def __add__(self, other: TextErrors) -> TextErrors:
        return TextErrors(self.edits + other.edits, self.tokens + other.tokens)


def count_text_errors(recognised: str, true: str, *, language: str) -> TextErrors:
    """Count the edits between two texts after `tokenise` (Levenshtein distance)."""
    from rapidfuzz.distance import Levenshtein

    wanted = tokenise(true, language=language)
    edits = Levenshtein.distance(tokenise(recognised, language=language), wanted)
    return TextErrors(edits, len(wanted))


def tokenise(text: str, *, language: str) -> list[str]:
    """Return what is compared: NFKC, case folded, simplified script, no punctuation or symbols.

    Numerals stay as written: 三号 for 3号 counts as an error, so a rate here is an upper bound of
    one that reads numbers.
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    simplified = uniform_script(folded, Script.SIMPLIFIED) if language == "zh" else folded
    spaced = "".join(
        c if unicodedata.category(c)[0] in "LMN" else " "
        for c in simplified
        if c not in _INSIDE_WORDS
    )
    words = spaced.split()
    return words if language in WORD_LANGUAGES else list("".join(words))
