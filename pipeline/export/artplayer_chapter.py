"""Chapters for ArtPlayer's plugin: `artplayerPluginChapter({chapters})` or `.update({chapters})`.

    [{"start": 61.2, "end": 151, "title": "护手霜"}]

artplayer-plugin-chapter 1.1.0. Its traps: it throws on a time that is no number, on a start below
0, an end after the video's, a start not before its end, and on overlap; gaps it fills itself. The
title is set as text: nothing is escaped for HTML.
"""

from __future__ import annotations

from models.document import IndexDocument
from pipeline.export.escaping import script_safe_json, seconds
from pipeline.export.normalise import MIN_CHAPTER_MS, normalise_chapters
from pipeline.export.report import Exported


def format_artplayer_chapter(document: IndexDocument) -> Exported:
    """Write one chapter per highlight, sorted, none overlapping."""
    chapters = normalise_chapters(document, min_length_ms=MIN_CHAPTER_MS)
    value = [
        {
            "start": seconds(mark.span.start_ms),
            "end": seconds(mark.span.end_ms),
            "title": mark.title,
        }
        for mark in chapters.marks
    ]
    return Exported(script_safe_json(value), chapters.report)
