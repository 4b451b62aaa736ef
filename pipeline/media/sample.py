"""Which stretches of a recording stand for the whole, so that a search need not encode it all.

A source's own packets say where little and where much happens: talk before a still wall costs its
encoder few bytes a second, a waved dress many. Stretches are ranked by their bytes, the ranks are
cut into equal parts, and one stretch is taken from the middle of each:

    bytes     . : . ! : . | . : ! . : | : . ! . . :
    ranked    . . . . . . . . : : : : : : ! ! ! ! | | |
    parts     |    1    |     2     |     3     |  4   |      each stands for its share of the time

Where all cost the same (a constant bit rate) this spreads them evenly over the recording.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

from models.decision import Window
from models.span import MS_PER_SECOND, Span
from pipeline.media.clock import US_PER_MS, Second

WINDOW_S = 4
"""Seconds of a window: about a group of pictures, so that keyframes weigh as they will; of shorter
ones there is budget for more, which tells more about a show than longer looks at less of it."""

MOST_WINDOWS = 8
"""More would sample the same four scenes of a talk show again."""


@dataclass(frozen=True, slots=True)
class _Tile:
    first: int
    """Second that it begins with."""
    bytes: int


def choose_windows(
    seconds: Sequence[Second], moments_ms: Sequence[int], *, count: int, frame_ms: float
) -> tuple[Window, ...]:
    """Return at most `count` windows of `WINDOW_S`, in the order of time; one for a short clip.

    Guaranteed: their shares sum to 1, they do not overlap, the same recording gives the same. Each
    begins half a frame before a frame, so that cutting there is sure to begin with that frame.

    Args:
        seconds: what every second of the picture shows.
        moments_ms: pitch starts; a part that holds one takes its window there.
        count: how many windows there is budget for, at least 1.
        frame_ms: length of a frame.
    """
    tiles = _cut_tiles(seconds)
    if not tiles:
        return (_window(seconds, _Tile(0, 0), max(1, len(seconds)), 1.0, frame_ms),)
    ranked = sorted(tiles, key=lambda tile: (tile.bytes, tile.first))
    count = max(1, min(count, MOST_WINDOWS, len(ranked)))
    pitched = {moment // MS_PER_SECOND // WINDOW_S * WINDOW_S for moment in moments_ms}
    chosen = [
        (_middle_of(part, pitched), len(part) / len(ranked)) for part in _split(ranked, count)
    ]
    return tuple(
        _window(seconds, tile, WINDOW_S, share, frame_ms)
        for tile, share in sorted(chosen, key=lambda pair: pair[0].first)
    )


def _cut_tiles(seconds: Sequence[Second]) -> list[_Tile]:
    """Return the whole windows of a recording that show something at both ends."""
    return [
        _Tile(first, sum(second.bytes for second in seconds[first : first + WINDOW_S]))
        for first in range(0, len(seconds) - WINDOW_S + 1, WINDOW_S)
        if seconds[first].first_us is not None and seconds[first + WINDOW_S - 1].bytes
    ]


def _split(ranked: Sequence[_Tile], count: int) -> list[Sequence[_Tile]]:
    edges = [round(part * len(ranked) / count) for part in range(count + 1)]
    return [ranked[low:high] for low, high in itertools.pairwise(edges)]


def _middle_of(part: Sequence[_Tile], pitched: set[int]) -> _Tile:
    """Return the middle tile of a part; one with a pitch in it when one lies in its middle half."""
    middle = len(part) // 2
    near = sorted(
        range(len(part) // 4, math.ceil(len(part) * 3 / 4)), key=lambda at: abs(at - middle)
    )
    return next((part[at] for at in near if part[at].first in pitched), part[middle])


def _window(
    seconds: Sequence[Second], tile: _Tile, length_s: int, share: float, frame_ms: float
) -> Window:
    first_us = seconds[tile.first].first_us if tile.first < len(seconds) else None
    start_ms = tile.first * MS_PER_SECOND if first_us is None else first_us / US_PER_MS
    start = max(0, math.floor(start_ms - frame_ms / 2))
    return Window(Span(start, start + length_s * MS_PER_SECOND), share)
