"""Turn an engine's timed tokens into words of whole characters with orderly times."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import replace

from models.span import Span
from models.transcript import Word
from pipeline.transcribe.decoded import DecodedWindow, DecodedWord

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
"""What a token decodes to that ends inside a UTF-8 character."""
_OPENERS = frozenset("“‘（【《〈「『([{¿¡")


def tidy_words(window: DecodedWindow) -> tuple[Word, ...]:
    """Return the window's words, mended.

    Guaranteed: texts hold whole characters and join to the heard text without the broken ones;
    punctuation belongs to the word that it closes or opens; spans are sorted, disjoint and inside
    the window.

        tokens   [三][号][链][接][，][ 买][它]
        words    [三][号][链][接，]  [ 买][它]
    """
    mended = _attach_punctuation(_drop_broken(window.words))
    if not mended:
        return ()
    if len(mended) > window.span.duration_ms:
        return (Word(window.span, "".join(word.text for word in mended)),)
    return _order(mended, window.span)


def _drop_broken(words: Iterable[DecodedWord]) -> list[DecodedWord]:
    """Remove half characters and control characters; a word left without text goes."""
    kept: list[DecodedWord] = []
    for word in words:
        text = "".join(c for c in word.text if c != REPLACEMENT and unicodedata.category(c) != "Cc")
        if text:
            kept.append(replace(word, text=text))
    return kept


def _attach_punctuation(words: Iterable[DecodedWord]) -> list[DecodedWord]:
    """Join marks without letters to the word before, opening ones to the word after."""
    joined: list[DecodedWord] = []
    opening = ""
    for word in words:
        if any(c.isalnum() for c in word.text):
            joined.append(replace(word, text=opening + word.text))
            opening = ""
        elif word.text.strip()[:1] in _OPENERS or not joined:
            opening += word.text
        else:
            joined[-1] = replace(joined[-1], text=joined[-1].text + word.text)
    if opening and joined:
        joined[-1] = replace(joined[-1], text=joined[-1].text + opening)
    return joined


def _order(words: Sequence[DecodedWord], extent: Span) -> tuple[Word, ...]:
    """Push times forward until they are disjoint, leaving each later word at least 1 ms."""
    ordered: list[Word] = []
    cursor_ms = extent.start_ms
    for index, word in enumerate(words):
        room_ms = extent.end_ms - (len(words) - index)
        start_ms = min(max(word.start_ms, cursor_ms), room_ms)
        end_ms = min(max(word.end_ms, start_ms + 1), room_ms + 1)
        ordered.append(Word(Span(start_ms, end_ms), word.text, word.probability))
        cursor_ms = end_ms
    return tuple(ordered)
