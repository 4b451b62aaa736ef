"""Cut what was said into units of a few seconds, each with its sounds and its numbers."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from models.span import Span
from models.transcript import Utterance
from pipeline.detect.captions import Passage, read_passages
from pipeline.language.clauses import GOOD, cut_costs
from pipeline.language.normalise import NormalText, count_pairs, normalise
from pipeline.language.numerals import Numeral, iter_numerals
from pipeline.language.sound import Sound, sound_out

SENTENCE_END = re.compile(r"(?:[。！？；!?;]|\.(?!\d))+[”’\"')）]*\s*")
WHOLE_MS = 5_000
"""A sentence up to this long is one unit; a longer one is cut: one unit should hold one thought."""
TARGET_MS = 4_000
"""Length of the pieces that it is cut to: the median sentence of our text broadcasts."""
LONGEST_MS = 8_000
"""No piece is longer where a word allows a cut."""
SHORTEST_MS = 1_500
"""A piece shorter than this joins the next one: "对。" is no unit."""
JOIN_GAP_MS = 700
"""A short piece joins the next one only over a silence shorter than this."""
PAUSE_MS = 200
"""A silence inside a stretch from which on a cut there is a good one."""


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
    """Cut speech at sentence ends, long sentences at marks and words; join what is too short.

    Works for breath groups of a recogniser, one-minute cues and captions cut by the clock alike;
    what has no punctuation is cut before words that begin a clause. The order of time is kept;
    units never overlap.
    """
    pieces = [piece for passage in read_passages(utterances) for piece in _cut(passage)]
    familiar = count_pairs(piece.text for piece in pieces)
    units: list[Unit] = []
    end_ms = 0
    for piece in _join_short(pieces):
        start_ms = max(piece.times[0], end_ms)
        stop_ms = max(piece.end_ms, start_ms + 1)
        units.append(_make_unit(piece, Span(start_ms, stop_ms), start_ms - end_ms, familiar))
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


def _cut(passage: Passage) -> Iterator[_Piece]:
    """Yield the sentences of a passage, the long ones in parts."""
    for start, end in _ranges(passage.text, 0, len(passage.text), SENTENCE_END):
        for first, last in _cut_sentence(passage, start, end):
            piece = _piece(passage, first, last)
            if piece is not None:
                yield piece


def _cut_sentence(passage: Passage, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Cut a long sentence by its marks, words and pauses.

    Never at every comma: recognisers set them where a speaker draws breath, and other decoding
    settings write none at all.
    """
    if passage.ends[end - 1] - passage.times[start] <= WHOLE_MS:
        yield start, end
        return
    costs = {start + place: cost for place, cost in cut_costs(passage.text[start:end]).items()}
    for place in costs:
        if passage.times[place] - passage.ends[place - 1] >= PAUSE_MS:
            costs[place] = GOOD
    yield from itertools.pairwise([start, *_choose_cuts(passage, start, end, costs), end])


def _choose_cuts(passage: Passage, start: int, end: int, costs: dict[int, float]) -> list[int]:
    """Return the cuts whose pieces lie nearest to the target at the least cost (shortest path)."""
    places = [start, *sorted(costs), end]
    times = [*(passage.times[place] for place in places[:-1]), passage.ends[end - 1]]
    best = [0.0]
    back = [0]
    first = 0
    for this in range(1, len(places)):
        while first < this - 1 and times[this] - times[first] > LONGEST_MS:
            first += 1
        options = (
            (best[earlier] + _strain(times[this] - times[earlier]), earlier)
            for earlier in range(first, this)
        )
        strain, earlier = min(options)
        best.append(strain + costs.get(places[this], 0.0))
        back.append(earlier)
    cuts: list[int] = []
    at = back[-1]
    while at > 0:
        cuts.append(places[at])
        at = back[at]
    return cuts[::-1]


def _strain(duration_ms: int) -> float:
    """Return how far a piece is from the target, 0 to 1 for none to twice its length."""
    return ((duration_ms - TARGET_MS) / TARGET_MS) ** 2


def _ranges(text: str, start: int, end: int, mark: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    cursor = start
    for match in mark.finditer(text, start, end):
        yield cursor, match.end()
        cursor = match.end()
    if cursor < end:
        yield cursor, end


def _piece(passage: Passage, start: int, end: int) -> _Piece | None:
    while start < end and passage.text[start].isspace():
        start += 1
    text = passage.text[start:end]
    if not any(character.isalnum() for character in text):
        return None
    times = passage.times[start:end]
    return _Piece(text, times, max(passage.ends[end - 1], times[-1] + 1))


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


def _make_unit(piece: _Piece, span: Span, gap_ms: int, familiar: Mapping[str, int]) -> Unit:
    text = normalise(piece.text, familiar)
    return Unit(
        span=span,
        text=text,
        times=tuple(piece.times[index] for index in text.origin),
        sounds=sound_out(text.text),
        numerals=tuple(iter_numerals(text.text)),
        gap_ms=gap_ms,
    )
