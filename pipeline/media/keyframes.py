"""Where the replay gets its keyframes, so that a jump shows its picture at once.

A player that jumps decodes from the last keyframe before. Dots lie where somebody begins to speak,
so keyframes lie there too: at every pitch for certain, else at the speech that follows a pause.

    speech       ####   ###########  ##### ####      #########    ####
    pitch                ^                            ^
    keyframes   |        |           |          .     |            |
                0        pitch       onset      at most 8 s        onset

A pitch that is found later (a new catalogue, a correction) most likely begins at one of them.
"""

from __future__ import annotations

import itertools
from bisect import bisect_right
from collections.abc import Iterable, Sequence

from models.span import MS_PER_SECOND

LONGEST_GOP_MS = 8000
"""10 s would save little (a street camera took 155 kb/s, 160 at 5 s) and make jumps slower."""

SHORTEST_GOP_MS = 2000
"""A keyframe costs as much as a second of talk; two pitches nearer than this each get theirs."""

WISHED_GOP_MS = 4000
"""An onset is taken from here on; before, the last keyframe is near enough."""

MOST_KEYFRAMES = 8000
"""16 h of onsets; their times are given to ffmpeg on the command line, which takes 128 KiB."""


def plan_keyframes(
    pitch_starts_ms: Iterable[int], onsets_ms: Sequence[int], duration_ms: int
) -> tuple[int, ...]:
    """Return when keyframes are wanted, in ms, rising, without 0, where one lies anyway.

    Guaranteed: every pitch start inside the recording is among them; two neighbours lie at most
    `LONGEST_GOP_MS` apart, unless there would be more than `MOST_KEYFRAMES`; those that are no
    pitch start keep `SHORTEST_GOP_MS` from their neighbours.

    Args:
        pitch_starts_ms: where highlights begin.
        onsets_ms: where somebody begins to speak, rising.
        duration_ms: length of the recording.
    """
    fixed = sorted({start for start in pitch_starts_ms if 0 < start < duration_ms})
    longest_ms = max(LONGEST_GOP_MS, duration_ms // MOST_KEYFRAMES)
    planned: list[int] = []
    for begin, end in itertools.pairwise([0, *fixed, duration_ms]):
        planned += _fill(begin, end, onsets_ms, longest_ms)
        if end < duration_ms:
            planned.append(end)
    return tuple(planned)


def _fill(begin: int, end: int, onsets_ms: Sequence[int], longest_ms: int) -> list[int]:
    """Return keyframes between two that are fixed."""
    filled: list[int] = []
    last = begin
    while end - last > longest_ms:
        latest = min(last + longest_ms, end - SHORTEST_GOP_MS)
        near = _onset_between(onsets_ms, last + WISHED_GOP_MS, latest)
        last = latest if near is None else near
        filled.append(last)
    return filled


def _onset_between(onsets_ms: Sequence[int], earliest: int, latest: int) -> int | None:
    """Return the last onset in `[earliest, latest]`: fewer keyframes, fewer bits."""
    at = bisect_right(onsets_ms, latest) - 1
    return onsets_ms[at] if at >= 0 and onsets_ms[at] >= earliest else None


def format_keyframes(keyframes_ms: Iterable[int], *, frame_ms: float) -> str:
    """Return the value of ffmpeg's `force_key_frames`.

    ffmpeg marks the first frame at or after a time. Asked for one frame earlier it marks the frame
    that is shown at that time, rather than the one after it, which a jump would have to get past.
    """
    return ",".join(f"{max(0.0, at - frame_ms) / MS_PER_SECOND:.3f}" for at in keyframes_ms)
