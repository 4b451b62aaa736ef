"""Chapters as Podcasting 2.0 JSON, version 1.2.0 (`application/json+chapters`).

    {"version": "1.2.0", "title": "...", "chapters": [{"startTime": 61.2, "endTime": 151,
      "title": "护手霜", "img": "...", "url": "https://shop.example/1"}]}

For podcast apps and players that take a chapters file. Chapters ascend; `url` is the product's page
and `img` its picture, both left out when the catalogue has none that is safe to follow.
"""

from __future__ import annotations

from models.document import IndexDocument
from pipeline.export.escaping import one_line, safe_link, script_safe_json, seconds
from pipeline.export.marks import Mark
from pipeline.export.normalise import MIN_CHAPTER_MS, normalise_chapters
from pipeline.export.report import Exported

VERSION = "1.2.0"


def format_podcast(document: IndexDocument) -> Exported:
    """Write one chapter per highlight, sorted, none overlapping."""
    chapters = normalise_chapters(document, min_length_ms=MIN_CHAPTER_MS)
    value = {
        "version": VERSION,
        "title": one_line(document.recording.title) or document.recording.id,
        "chapters": [_chapter(mark) for mark in chapters.marks],
    }
    return Exported(script_safe_json(value), chapters.report)


def _chapter(mark: Mark) -> dict[str, object]:
    chapter: dict[str, object] = {
        "startTime": seconds(mark.span.start_ms),
        "endTime": seconds(mark.span.end_ms),
        "title": mark.title,
    }
    for name, link in (("img", mark.product.image), ("url", mark.product.url)):
        address = safe_link(link)
        if address is not None:
            chapter[name] = address
    return chapter
