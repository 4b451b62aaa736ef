r"""The replay and its pitches as schema.org JSON-LD, for search engines.

    {"@context": "https://schema.org", "@type": "VideoObject", "name": "周三 晚场",
     "duration": "PT5400.000S", "uploadDate": "2026-11-11T12:00:00Z", "contentUrl": "replay.mp4",
     "hasPart": [{"@type": "Clip", "name": "护手霜", "startOffset": 61.2, "endOffset": 151,
                  "url": "#t=61.2"}]}

For `<script type="application/ld+json">` on the replay's page, schema.org as of 2026. Its trap: a
title with `</script>` would end the element, so `<`, `>` and `&` are written as `\uXXXX`. The
clips' addresses are the replay page's deep links, relative to the page that the element stands in;
add `thumbnailUrl`, which search engines ask for and the index does not know.
"""

from __future__ import annotations

from models.document import IndexDocument
from pipeline.export.clock import format_decimal_seconds
from pipeline.export.escaping import one_line, safe_link, script_safe_json, seconds
from pipeline.export.index_json import format_moment
from pipeline.export.marks import Mark
from pipeline.export.normalise import normalise_chapters
from pipeline.export.report import Exported


def format_schemaorg(document: IndexDocument) -> Exported:
    """Write a VideoObject with one Clip per highlight; no two clips begin together."""
    chapters = normalise_chapters(document)
    recording = document.recording
    value: dict[str, object] = {
        "@context": "https://schema.org",
        "@type": "VideoObject",
        "name": one_line(recording.title) or recording.id,
        "duration": f"PT{format_decimal_seconds(recording.duration_ms)}S",
    }
    if recording.started_at is not None:
        value["uploadDate"] = format_moment(recording.started_at)
    content_url = safe_link(document.media[0].url) if document.media else None
    if content_url is not None:
        value["contentUrl"] = content_url
    value["hasPart"] = [_clip(mark) for mark in chapters.marks]
    return Exported(script_safe_json(value), chapters.report)


def _clip(mark: Mark) -> dict[str, object]:
    start = seconds(mark.span.start_ms)
    return {
        "@type": "Clip",
        "name": mark.title,
        "startOffset": start,
        "endOffset": seconds(mark.span.end_ms),
        "url": f"#t={start}",
    }
