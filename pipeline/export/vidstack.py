"""Chapters for Vidstack: a text track of kind `chapters` and type `json`.

    [{"id": "hl_1f", "startTime": 61.2, "endTime": 151, "text": "护手霜", "productId": "TB1001"}]

Vidstack 1.15.3. Its traps: an entry without numeric times vanishes without a word, one of equal id
is taken for a repetition, and overlaps are not handled. Keys that it does not know stay on the cue.
The text is shown as text: nothing is escaped for HTML.
"""

from __future__ import annotations

from models.document import IndexDocument
from pipeline.export.escaping import one_line, script_safe_json, seconds
from pipeline.export.normalise import MIN_CHAPTER_MS, normalise_chapters
from pipeline.export.report import Exported


def format_vidstack(document: IndexDocument) -> Exported:
    """Write one chapter per highlight, sorted, none overlapping."""
    chapters = normalise_chapters(document, min_length_ms=MIN_CHAPTER_MS)
    value = [
        {
            "id": mark.id,
            "startTime": seconds(mark.span.start_ms),
            "endTime": seconds(mark.span.end_ms),
            "text": mark.title,
            "productId": one_line(mark.product.id),
        }
        for mark in chapters.marks
    ]
    return Exported(script_safe_json(value), chapters.report)
