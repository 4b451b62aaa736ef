"""How text is folded before it is searched, alike for what is stored and what is asked."""

from __future__ import annotations

import unicodedata


def fold(text: str) -> str:
    """Return the text with width, case and compatibility forms made alike (NFKC, case folded).

    Idempotent. Script is left alone: whoever asks gives the traditional and simplified spellings.
    """
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def format_contains(folded_word: str) -> str:
    """Write the LIKE pattern, with `!` as escape, that finds the word anywhere, literally."""
    escaped = folded_word.replace("!", "!!").replace("%", "!%").replace("_", "!_")
    return f"%{escaped}%"
