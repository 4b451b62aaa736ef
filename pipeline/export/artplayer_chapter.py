"""Chapters for ArtPlayer's plugin: `artplayerPluginChapter({chapters})` or `.update({chapters})`.

    [{"start": 61.2, "end": 151, "title": "护手霜"}]

artplayer-plugin-chapter 1.1.0. Its traps: it throws on a time that is no number, on a start below
0, an end after the video's, a start not before its end, and on overlap, and then shows no chapter
at all; gaps it fills itself. A replay is seldom as long as its recording to the frame, so the last
chapter ends a little before the shorter of both. The title is set as text: nothing is escaped for
HTML.
"""

from __future__ import annotations

from models.document import IndexDocument
from pipeline.export.escaping import script_safe_json, seconds
from pipeline.export.normalise import MIN_CHAPTER_MS, normalise_chapters
from pipeline.export.report import Exported

END_ROOM_MS = 100
"""A player may measure a film a video frame or a few packets of sound shorter than we do."""


def format_artplayer_chapter(document: IndexDocument) -> Exported:
    """Write one chapter per highlight, sorted, none overlapping, none reaching the very end."""
    lengths_ms = [rendition.duration_ms for rendition in document.media]
    end_ms = min([document.recording.duration_ms, *lengths_ms]) - END_ROOM_MS
    chapters = normalise_chapters(document, min_length_ms=MIN_CHAPTER_MS, end_ms=end_ms)
    value = [
        {
            "start": seconds(mark.span.start_ms),
            "end": seconds(mark.span.end_ms),
            "title": mark.title,
        }
        for mark in chapters.marks
    ]
    return Exported(script_safe_json(value), chapters.report)
