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
from pipeline.media.clock import US_PER_MS, Second, TrackScan

WINDOW_S = 4
"""Seconds of a window: about a group of pictures, so that keyframes weigh as they will; of shorter
ones there is budget for more, which tells more about a show than longer looks at less of it."""

MOST_WINDOWS = 10
"""Of four minutes with a dozen people, 8 promise 1.1 points too much, 12 0.7, 16 0.4, 24 none, and
24 cost twice as much (`make bench-encode`, the joined recording); most shows are less varied."""

SLACK_MS = 100
"""By which the last packet may say too little of how long it is shown."""


@dataclass(frozen=True, slots=True)
class _Tile:
    first: int
    """Second that it begins with."""
    bytes: int


def choose_windows(
    track: TrackScan, moments_ms: Sequence[int], *, count: int, frame_ms: float
) -> tuple[Window, ...]:
    """Return at most `count` windows of `WINDOW_S`, in the order of time.

    A recording that is no longer than they would be is taken whole: every window begins with a
    keyframe, and many of them flatter it.

    Guaranteed: all are as long, their shares sum to 1, they do not overlap, the same recording
    gives the same. Each begins half a frame before a frame, so that cutting there is sure to begin
    with that frame, and ends where the picture does at the latest.

    Args:
        track: what the picture's packets say.
        moments_ms: pitch starts; a part that holds one takes its window there.
        count: how many windows there is budget for, at least 1.
        frame_ms: length of a frame.
    """
    seconds, tiles = track.seconds, _cut_tiles(track)
    count = max(1, min(count, MOST_WINDOWS))
    shown_ms = track.end_ms - max(0, track.start_ms)
    if not tiles or (count > 1 and shown_ms <= count * WINDOW_S * MS_PER_SECOND):
        first = next((at for at, second in enumerate(seconds) if second.first_us is not None), 0)
        return (_window(seconds, _Tile(first, 0), max(1, shown_ms), 1.0, frame_ms),)
    ranked = sorted(tiles, key=lambda tile: (tile.bytes, tile.first))
    count = min(count, len(ranked))
    pitched = {moment // MS_PER_SECOND // WINDOW_S * WINDOW_S for moment in moments_ms}
    chosen = [
        (_middle_of(part, pitched), len(part) / len(ranked)) for part in _split(ranked, count)
    ]
    return tuple(
        _window(seconds, tile, WINDOW_S * MS_PER_SECOND, share, frame_ms)
        for tile, share in sorted(chosen, key=lambda pair: pair[0].first)
    )


def _cut_tiles(track: TrackScan) -> list[_Tile]:
    """Return the whole windows of a recording that show something at both ends."""
    seconds = track.seconds
    return [
        _Tile(first, sum(second.bytes for second in seconds[first : first + WINDOW_S]))
        for first in range(0, len(seconds) - WINDOW_S + 1, WINDOW_S)
        if seconds[first].first_us is not None
        and seconds[first + WINDOW_S - 1].bytes
        # Stretched by its last picture standing still, a window would look better than the show.
        and _start_ms(seconds, first) + WINDOW_S * MS_PER_SECOND <= track.end_ms + SLACK_MS
    ]


def _start_ms(seconds: Sequence[Second], first: int) -> float:
    """Return when the first picture of a second is shown."""
    first_us = seconds[first].first_us if first < len(seconds) else None
    return first * MS_PER_SECOND if first_us is None else first_us / US_PER_MS


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
    seconds: Sequence[Second], tile: _Tile, length_ms: int, share: float, frame_ms: float
) -> Window:
    start = max(0, math.floor(_start_ms(seconds, tile.first) - frame_ms / 2))
    return Window(Span(start, start + length_ms), share)
