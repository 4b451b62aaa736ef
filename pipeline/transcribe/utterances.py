"""Cut a stream of words into utterances: sentences or breath groups of 1 to 12 seconds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from models.transcript import Word

MAX_GAP_MS = 400
"""A longer pause ends an utterance; whisper's Chinese often has no punctuation to go by."""
MIN_UTTERANCE_MS = 1_000
"""Shorter ones join a neighbour when no pause stands between."""
TARGET_MS = 5_000
"""From here on a comma ends an utterance; before, only the end of a sentence does."""
MAX_UTTERANCE_MS = 12_000
"""Longer ones are cut at their longest pause."""
_SENTENCE_ENDS = frozenset("。！？!?；;…")
_CLAUSE_ENDS = frozenset("，,、：:") | _SENTENCE_ENDS
_CLOSERS = "”’\"'）)】》」』 "


def cut_utterances(words: Sequence[Word]) -> tuple[tuple[Word, ...], ...]:
    """Return the words grouped into utterances, in order, none lost, none empty.

    Cuts fall between words: at pauses over 0.4 s, at the ends of sentences once a second has
    passed, at commas once five have, and, in speech without either, at the longest pause.
    """
    groups: list[list[Word]] = []
    for clause in _iter_clauses(words):
        if groups and _continues(groups[-1], clause):
            groups[-1].extend(clause)
        else:
            groups.append(list(clause))
    return tuple(tuple(group) for group in groups)


def ends_sentence(text: str) -> bool:
    """Tell whether the text stops with a mark that ends a sentence."""
    return _last_mark(text) in _SENTENCE_ENDS or text.rstrip(_CLOSERS).endswith(".")


def _ends_clause(text: str) -> bool:
    return _last_mark(text) in _CLAUSE_ENDS or ends_sentence(text)


def _last_mark(text: str) -> str:
    return text.rstrip(_CLOSERS)[-1:]


def _iter_clauses(words: Sequence[Word]) -> Iterable[Sequence[Word]]:
    """Yield the smallest pieces: up to each punctuation mark or pause, at most 12 s each."""
    first = 0
    for index, word in enumerate(words):
        is_last = index == len(words) - 1
        if is_last or _ends_clause(word.text) or _gap(word, words[index + 1]) > MAX_GAP_MS:
            yield from _split_long(words[first : index + 1])
            first = index + 1


def _split_long(words: Sequence[Word]) -> list[Sequence[Word]]:
    """Halve at the longest pause, nearest the middle, until each piece is short enough."""
    if len(words) < 2 or _duration(words) <= MAX_UTTERANCE_MS:
        return [words]
    middle_ms = (words[0].span.start_ms + words[-1].span.end_ms) / 2
    cut = max(
        range(1, len(words)),
        key=lambda n: (
            _gap(words[n - 1], words[n]),
            -abs(words[n].span.start_ms - middle_ms),
        ),
    )
    return [*_split_long(words[:cut]), *_split_long(words[cut:])]


def _continues(group: Sequence[Word], clause: Sequence[Word]) -> bool:
    """Tell whether the clause belongs to the utterance so far."""
    if _gap(group[-1], clause[0]) > MAX_GAP_MS:
        return False
    if clause[-1].span.end_ms - group[0].span.start_ms > MAX_UTTERANCE_MS:
        return False
    if min(_duration(group), _duration(clause)) < MIN_UTTERANCE_MS:
        return True
    return _duration(group) < TARGET_MS and not ends_sentence(group[-1].text)


def _gap(earlier: Word, later: Word) -> int:
    return later.span.start_ms - earlier.span.end_ms


def _duration(words: Sequence[Word]) -> int:
    return words[-1].span.end_ms - words[0].span.start_ms
