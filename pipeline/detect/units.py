"""Cut what was said into units of a few seconds, each with its sounds and its numbers."""

from __future__ import annotations

import itertools
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from models.span import Span
from models.transcript import Utterance
from pipeline.language.normalise import NormalText, normalise
from pipeline.language.numerals import Numeral, iter_numerals
from pipeline.language.sound import Sound, sound_out

SENTENCE_END = re.compile(r"(?:[。！？；!?;]|\.(?!\d))+[”’\"')）]*\s*")
CLAUSE_END = re.compile(r"(?:[，、：]|,(?!\d)|:(?!\d))\s*")
LONGEST_MS = 8_000
"""A sentence longer than this is cut at a comma: one unit should hold one thought."""
SHORTEST_MS = 1_500
"""A piece shorter than this joins the next one: "对。" is no unit."""
JOIN_GAP_MS = 700
"""A short piece joins the next one only over a silence shorter than this."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A sentence or clause with all that the finders read from it."""

    span: Span
    text: NormalText
    times: tuple[int, ...]
    """The moment of every character of `text.text`, in ms."""
    sounds: tuple[Sound, ...]
    numerals: tuple[Numeral, ...]
    gap_ms: int
    """Silence between the unit before and this one."""

    def at_ms(self, start: int) -> int:
        """Return the moment at which character `start` of the normalised text is said."""
        return self.times[start] if self.times else self.span.start_ms


def make_units(utterances: Sequence[Utterance]) -> tuple[Unit, ...]:
    """Cut utterances at sentence ends, long sentences at commas; join what is too short.

    Works for breath groups of a recogniser and for one-minute cues alike. The order of time is
    kept; units never overlap.
    """
    pieces = [piece for utterance in utterances for piece in _cut(utterance)]
    units: list[Unit] = []
    end_ms = 0
    for piece in _join_short(pieces):
        start_ms = max(piece.times[0], end_ms)
        stop_ms = max(piece.end_ms, start_ms + 1)
        units.append(_make_unit(piece, Span(start_ms, stop_ms), start_ms - end_ms))
        end_ms = stop_ms
    return tuple(units)


@dataclass(frozen=True, slots=True)
class _Piece:
    text: str
    times: tuple[int, ...]
    end_ms: int

    @property
    def duration_ms(self) -> int:
        return self.end_ms - self.times[0]


def _cut(utterance: Utterance) -> Iterator[_Piece]:
    """Yield the sentences of an utterance, and the clauses of the long ones."""
    times = utterance.character_times()
    for start, end in _ranges(utterance.text, 0, len(utterance.text), SENTENCE_END):
        sentence = _piece(utterance, times, start, end)
        if sentence is None:
            continue
        if sentence.duration_ms <= LONGEST_MS:
            yield sentence
            continue
        begin = start
        for _clause_start, clause_end in _ranges(utterance.text, start, end, CLAUSE_END):
            enough = times[min(clause_end, len(times) - 1)] - times[begin] >= LONGEST_MS // 2
            if enough or clause_end == end:
                clause = _piece(utterance, times, begin, clause_end)
                begin = clause_end
                if clause is not None:
                    yield clause


def _ranges(text: str, start: int, end: int, mark: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    cursor = start
    for match in mark.finditer(text, start, end):
        yield cursor, match.end()
        cursor = match.end()
    if cursor < end:
        yield cursor, end


def _piece(utterance: Utterance, times: Sequence[int], start: int, end: int) -> _Piece | None:
    while start < end and utterance.text[start].isspace():
        start += 1
    text = utterance.text[start:end]
    if not any(character.isalnum() for character in text):
        return None
    end_ms = times[end] if end < len(times) else utterance.span.end_ms
    if utterance.words:
        end_ms = min(end_ms, _last_word_end(utterance, end))
    return _Piece(text, tuple(times[start:end]), max(end_ms, times[end - 1] + 1))


def _last_word_end(utterance: Utterance, end: int) -> int:
    """Return when the word that holds character `end - 1` ends."""
    ends: list[int] = []
    length = 0
    for word in utterance.words:
        length += len(word.text)
        ends.append(length)
    return utterance.words[min(bisect_right(ends, end - 1), len(ends) - 1)].span.end_ms


def _join_short(pieces: Sequence[_Piece]) -> Iterator[_Piece]:
    held: _Piece | None = None
    for piece in pieces:
        if held is None:
            held = piece
        elif held.duration_ms < SHORTEST_MS and piece.times[0] - held.end_ms < JOIN_GAP_MS:
            held = _join(held, piece)
        else:
            yield held
            held = piece
    if held is not None:
        yield held


def _join(first: _Piece, second: _Piece) -> _Piece:
    """Put two pieces into one, with a space so that their words stay apart.

    Utterances may overlap; the moments of the joined characters still never go back.
    """
    times = itertools.accumulate((*first.times, first.times[-1], *second.times), max)
    end_ms = max(first.end_ms, second.end_ms)
    return _Piece(f"{first.text} {second.text}", tuple(times), end_ms)


def _make_unit(piece: _Piece, span: Span, gap_ms: int) -> Unit:
    text = normalise(piece.text)
    return Unit(
        span=span,
        text=text,
        times=tuple(piece.times[index] for index in text.origin),
        sounds=sound_out(text.text),
        numerals=tuple(iter_numerals(text.text)),
        gap_ms=gap_ms,
    )
