"""Chapters as lines for a YouTube description.

    0:00 周三 晚场
    1:01 护手霜
    2:40 保温杯

YouTube as of 2026. Its traps: it makes chapters only when the first line is 0:00, there are three
at least, they ascend, and each is 10 s long at least; a description holds 5,000 bytes and neither
`<` nor `>`. Where these cannot be kept by leaving pitches out, nothing is written.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from dataclasses import dataclass

from models.document import IndexDocument
from models.span import MS_PER_SECOND
from pipeline.export.clock import format_short_clock
from pipeline.export.escaping import one_line, shorten, without_brackets
from pipeline.export.marks import Mark, Normalised
from pipeline.export.normalise import drop_marks, normalise_chapters
from pipeline.export.report import Change, Exported, Fate

MIN_CHAPTERS = 3
MIN_LENGTH_S = 10
MAX_BYTES = 5000
"""Of the whole description (YouTube Data API, `snippet.description`)."""
MAX_TITLE_BYTES = 200
"""More than a line of the chapter list shows, and room for 20 chapters and more."""


@dataclass(frozen=True, slots=True)
class _Line:
    start_s: int
    title: str
    mark: Mark | None
    """None for the line at 0:00 that no pitch is told by."""

    @property
    def text(self) -> str:
        return f"{format_short_clock(self.start_s)} {self.title}\n"


def format_youtube(document: IndexDocument) -> Exported:
    """Write one line per highlight from 0:00 on; of those too near, the most confident stays.

    Returns:
        Nothing but the report when there are too few for chapters.
    """
    chapters = normalise_chapters(document)
    end_s = document.recording.duration_ms // MS_PER_SECOND
    told = _spaced(chapters, end_s)
    opening = _opening(document)
    fitting = _fitting(told, opening)
    lines = fitting if fitting and fitting[0].start_s == 0 else [opening, *fitting]
    if len(lines) < MIN_CHAPTERS:
        ids = frozenset(mark.id for mark in chapters.marks)
        reason = f"YouTube makes chapters of {MIN_CHAPTERS} and more, and there are fewer"
        return Exported("", drop_marks(chapters, ids, reason=reason).report)
    shown = {line.mark.id for line in lines if line.mark is not None}
    lost = frozenset(mark.id for mark in chapters.marks if mark.id not in shown)
    reason = f"YouTube takes chapters of {MIN_LENGTH_S} s and {MAX_BYTES} bytes of text"
    report = drop_marks(chapters, lost, reason=reason).report.with_changes(*_changes(lines))
    return Exported("".join(line.text for line in lines), report)


def _opening(document: IndexDocument) -> _Line:
    title = one_line(document.recording.title) or document.recording.id
    return _Line(0, _title(title), None)


def _title(title: str) -> str:
    return shorten(without_brackets(title), max_bytes=MAX_TITLE_BYTES)


def _spaced(chapters: Normalised, end_s: int) -> list[_Line]:
    """Return lines at least `MIN_LENGTH_S` apart; the most confident marks choose first.

    A pitch that begins in the first seconds begins at 0:00, where a line must be.
    """
    lines: list[_Line] = []
    for mark in sorted(chapters.marks, key=_most_confident_first):
        whole = mark.span.start_ms // MS_PER_SECOND
        start_s = 0 if whole < MIN_LENGTH_S else whole
        at = bisect_left(lines, start_s, key=_start)
        neighbours = lines[max(0, at - 1) : at + 1]
        near = any(abs(line.start_s - start_s) < MIN_LENGTH_S for line in neighbours)
        if not near and start_s + MIN_LENGTH_S <= end_s:
            insort(lines, _Line(start_s, _title(mark.title), mark), key=_start)
    return lines


def _fitting(lines: list[_Line], opening: _Line) -> list[_Line]:
    """Return the most confident lines that fit into a description together with the opening."""
    room = MAX_BYTES - len(opening.text.encode())
    chosen: list[_Line] = []
    for line in sorted(lines, key=_most_confident_line_first):
        room -= len(line.text.encode())
        if room < 0:
            break
        insort(chosen, line, key=_start)
    return chosen


def _changes(lines: list[_Line]) -> list[Change]:
    changes = []
    for line in lines:
        mark = line.mark
        if mark is None:
            continue
        if line.start_s != mark.span.start_ms // MS_PER_SECOND:
            changes.append(mark.change(Fate.MOVED, "to 0:00, where YouTube's first chapter begins"))
        if line.title != without_brackets(mark.title):
            reason = f"its title takes more than {MAX_TITLE_BYTES} bytes"
            changes.append(mark.change(Fate.SHORTENED, reason))
    return changes


def _start(line: _Line) -> int:
    return line.start_s


def _most_confident_first(mark: Mark) -> tuple[float, int]:
    return -mark.highlight.confidence, mark.span.start_ms


def _most_confident_line_first(line: _Line) -> tuple[float, int]:
    confidence = 1.0 if line.mark is None else line.mark.highlight.confidence
    return -confidence, line.start_s
