"""Pieces of words, by which text is indexed so that any part of any word is found.

Chinese is written without spaces and most of its words have two characters, so an index of
trigrams (FTS5's tokenizer, pg_trgm) cannot help with them. Here every place of a text gives the
two characters from there on, three where they are not Chinese or Japanese or Korean; at the end
of a run without spaces what is left. A word that is no longer than that is found by its beginning.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

MAX_GRAMS = 50_000
"""Different pieces on one page; PostgreSQL takes a megabyte of them (textsearch limits), which are
about a hundred thousand. The longest broadcasts have some thousands a page."""
_FIRST_IDEOGRAM = 0x2E80
"""From here on Unicode holds the scripts of China, Japan and Korea, and emoji."""
_IDEOGRAMS, _LETTERS = 2, 3
"""Length of a piece: with pairs of letters of a Latin word, every page would have every piece."""
_PRIVATE = 0xE000
"""Start of Unicode's private use area, where ASCII signs hide that mean something in a query."""
_HIDDEN = {
    code: chr(_PRIVATE + code) for code in range(128) if not (chr(code).isalnum() or code == 0x20)
}

Spellings = tuple[str, ...]
"""One word in the scripts in which it may be written, folded."""


def grams_of(texts: Iterable[str]) -> str | None:
    """Return the different pieces of folded texts, separated by spaces; None when too many."""
    found: dict[str, None] = {}
    for text in texts:
        for run in text.split():
            found.update((gram, None) for gram, _ in _iter_grams(run))
            if len(found) > MAX_GRAMS:
                return None
    return " ".join(found)


def format_fts5(words: Iterable[Spellings]) -> str:
    """Write the FTS5 query that every page with all the words answers, and few others."""
    return " AND ".join(_format_word(word, '"{}"', '"{}" *', (" AND ", " OR ")) for word in words)


def format_tsquery(words: Iterable[Spellings]) -> str:
    """Write the same query for PostgreSQL, as a tsquery of raw lexemes."""
    return " & ".join(_format_word(word, "'{}'", "'{}':*", (" & ", " | ")) for word in words)


def _format_word(word: Spellings, whole: str, beginning: str, joints: tuple[str, str]) -> str:
    both, either = joints
    spellings = []
    for spelling in word:
        grams = tuple(_iter_grams(spelling))
        complete = dict.fromkeys(gram for gram, is_complete in grams if is_complete)
        pieces = [whole.format(gram) for gram in complete] or [beginning.format(grams[0][0])]
        spellings.append(f"({both.join(pieces)})")
    return f"({either.join(spellings)})"


def _iter_grams(run: str) -> Iterator[tuple[str, bool]]:
    """Yield the piece at every place of a run without spaces, and whether it has its full length.

    A piece of a word is, or begins, the piece at the same place of any text with that word.
    """
    hidden = run.translate(_HIDDEN)
    for start, character in enumerate(run):
        length = _IDEOGRAMS if ord(character) >= _FIRST_IDEOGRAM else _LETTERS
        gram = hidden[start : start + length]
        yield gram, len(gram) == length
