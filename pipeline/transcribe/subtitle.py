"""Cues of subtitle files, from their lines: times checked, markup removed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.transcribe.cue import MAX_TIME_MS, Cue, checked_span, join_lines
from pipeline.transcribe.timing import strip_markup
from pipeline.transcribe.utterances import MAX_UTTERANCE_MS

_LINE_BREAK = re.compile(r"\\[Nn]")
"""ASS writes line breaks as \\N; converters to SubRip leave it."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A cue as the file has it."""

    start_ms: int
    end_ms: int
    where: str
    """The line of its times, for messages."""
    body: tuple[str, ...]


def check_cues(drafts: Sequence[Draft]) -> tuple[Cue, ...]:
    """Return the cues, their times checked and their markup removed.

    Programs that know no end for the last cue write 0, 99:59:59 or the length of the recording:
    a last cue without a possible end, or of more than 12 s and longer than any other, gets the
    length of the longest of the others.

    Raises:
        InputError: when times are impossible; it names the line.
    """
    return tuple(_make_cue(draft) for draft in _mend_last(drafts))


def _mend_last(drafts: Sequence[Draft]) -> list[Draft]:
    mended = list(drafts)
    if len(mended) < 2:
        return mended
    last = max(range(len(mended)), key=lambda place: mended[place].start_ms)
    draft = mended[last]
    longest_ms = max(
        other.end_ms - other.start_ms for place, other in enumerate(mended) if place != last
    )
    most_ms = max(longest_ms, MAX_UTTERANCE_MS)
    if not draft.start_ms <= draft.end_ms <= min(draft.start_ms + most_ms, MAX_TIME_MS):
        mended[last] = replace(draft, end_ms=draft.start_ms + max(longest_ms, 0))
    return mended


def _make_cue(draft: Draft) -> Cue:
    lines = [
        piece for line in draft.body for piece in _LINE_BREAK.split(strip_markup(line)) if piece
    ]
    span = checked_span(draft.start_ms, draft.end_ms, draft.where)
    return Cue(span, join_lines(lines), "\n".join(draft.body))
