"""Chapters to be embedded into the replay itself, as an ffmpeg metadata file.

MP4 as ffmpeg 9 writes it, twice: as a chapter track (QuickTime) and as a `chpl` box (Nero).
Its traps: a chapter track has no gaps, a chapter reaches to the next one, so longer stretches
between pitches are chapters too and bear the recording's title; `chpl` holds 255 bytes of a title.

    index        [--A--)  [--B--)            [--C--)
    embedded [..)[--A----)[--B--)[..........)[--C---)
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from models.document import IndexDocument
from models.span import Span
from pipeline.export.escaping import one_line, shorten
from pipeline.export.ffmetadata import format_chapter, format_head
from pipeline.export.marks import Mark
from pipeline.export.normalise import MIN_CHAPTER_MS, normalise_chapters
from pipeline.export.report import Change, Exported, Fate

MAX_TITLE_BYTES = 255
"""Nero's `chpl` box has one byte for the length; ffmpeg would cut inside a character."""

MIN_GAP_MS = 10_000
"""As long as the shortest pitch; less belongs to the pitch before, as viewers would have it."""


@dataclass(frozen=True, slots=True)
class _Chapter:
    span: Span
    title: str


def format_mp4_chapters(document: IndexDocument) -> Exported:
    """Write chapters that cover the recording from 0 to its end without a gap.

    Without highlights there are none.
    """
    normalised = normalise_chapters(document, min_length_ms=MIN_CHAPTER_MS)
    between = _title(one_line(document.recording.title) or document.recording.id)
    chapters = _cover(normalised.marks, between, document.recording.duration_ms)
    text = format_head(document)
    text += "".join(format_chapter(chapter.span, chapter.title) for chapter in chapters)
    return Exported(text, normalised.report.with_changes(*_changes(normalised.marks)))


def _title(title: str) -> str:
    return shorten(title, max_bytes=MAX_TITLE_BYTES)


def _cover(marks: tuple[Mark, ...], between: str, duration_ms: int) -> list[_Chapter]:
    chapters: list[_Chapter] = []
    for mark in marks:
        _reach(chapters, mark.span.start_ms, between)
        start_ms = chapters[-1].span.end_ms if chapters else 0
        chapters.append(_Chapter(Span(start_ms, mark.span.end_ms), _title(mark.title)))
    if chapters:
        _reach(chapters, duration_ms, between)
    return chapters


def _reach(chapters: list[_Chapter], until_ms: int, between: str) -> None:
    """Make the chapters end where the next one begins."""
    end_ms = chapters[-1].span.end_ms if chapters else 0
    if until_ms - end_ms >= MIN_GAP_MS:
        chapters.append(_Chapter(Span(end_ms, until_ms), between))
    elif chapters and until_ms > end_ms:
        last = chapters[-1]
        chapters[-1] = replace(last, span=Span(last.span.start_ms, until_ms))


def _changes(marks: tuple[Mark, ...]) -> list[Change]:
    changes = [
        mark.change(Fate.SHORTENED, f"its title takes more than {MAX_TITLE_BYTES} bytes")
        for mark in marks
        if _title(mark.title) != mark.title
    ]
    if marks and 0 < marks[0].span.start_ms < MIN_GAP_MS:
        changes.append(marks[0].change(Fate.MOVED, "to 0:00:00, where the first chapter begins"))
    return changes
