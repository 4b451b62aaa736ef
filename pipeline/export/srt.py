r"""Highlights as SubRip: the product's title stands in the picture while it is pitched.

    1
    00:01:01,200 --> 00:02:31,000
    护手霜

For every player and editor that knows subtitles. Its traps: there is no standard and no escape;
players take `<...>` for tags and `{\...}` for styles, so look-alikes stand in for these brackets,
which also unmakes `-->`.
"""

from __future__ import annotations

from models.document import IndexDocument
from pipeline.export.escaping import without_brackets
from pipeline.export.marks import Mark
from pipeline.export.normalise import normalise_chapters
from pipeline.export.report import Exported
from pipeline.export.webvtt import format_timestamp

_BRACES = str.maketrans("{}", "()")


def format_srt(document: IndexDocument) -> Exported:
    """Write one cue per highlight, numbered from 1, sorted, none overlapping."""
    chapters = normalise_chapters(document)
    cues = [_cue(mark, number) for number, mark in enumerate(chapters.marks, 1)]
    return Exported("\n".join(cues), chapters.report)


def _cue(mark: Mark, number: int) -> str:
    start, end = (
        format_timestamp(at_ms).replace(".", ",")
        for at_ms in (mark.span.start_ms, mark.span.end_ms)
    )
    text = without_brackets(mark.title).translate(_BRACES)
    return f"{number}\n{start} --> {end}\n{text}\n"
